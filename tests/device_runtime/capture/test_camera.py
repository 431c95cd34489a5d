"""A camera gives the latest frame and no old one, comes back when it was lost, and never lets its caller hang."""

from __future__ import annotations

import threading
import time

import pytest

from device_runtime.capture import camera as module
from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Facts, Shot
from device_runtime.errors import (
    CameraEndedError,
    CameraError,
    CameraLostError,
    CameraTimeoutError,
    ImageError,
)
from tests.device_runtime.capture.fake_source import FakeSource, eventually, filming, raises, shot

PATIENT_S = 20.0  # longer than any test takes, even where other programs run
SOON_S = 0.05


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHORTEST_PAUSE_S", 0.005)
    monkeypatch.setattr(module, "LONGEST_PAUSE_S", 0.02)
    monkeypatch.setattr(module, "LOOK_S", 0.01)


def test_the_newest_frame_is_given_and_the_numbers_of_those_before_are_missing() -> None:
    source = FakeSource()
    for number in range(5):
        source.events.put(shot(number, sequence=number + 40))
    with filming(source) as camera:
        assert eventually(lambda: (newest := camera.peek()) and newest.sequence == 4)
        frame = camera.latest(float("-inf"), PATIENT_S)
    assert (frame.sequence, frame.pixels.max(), frame.source) == (4, 4, "fake:0")


def test_frames_exposed_before_the_trigger_are_discarded_even_if_they_come_after_it() -> None:
    source = FakeSource()
    trigger_s = time.monotonic()
    for age_s in (0.3, 0.2, 0.1, 0.0):  # a driver's queue, delivered late; the last one is exposed at the trigger
        source.events.put(shot(1, trigger_s - age_s))
    with filming(source) as camera:
        with pytest.raises(CameraTimeoutError, match=r"^fake:0 gave no picture in 0.05 s$"):
            camera.latest(trigger_s, SOON_S)
        source.events.put(shot(9, trigger_s + 0.001, sequence=1))
        assert camera.latest(trigger_s, PATIENT_S).pixels.max() == 9


def test_a_camera_that_is_unplugged_and_back_goes_on_with_rising_numbers_on_one_thread() -> None:
    source, told = FakeSource(), list[str]()
    with filming(source, told) as camera:
        source.events.put(shot(1, sequence=7))
        assert camera.latest(float("-inf"), PATIENT_S).sequence == 0
        source.refusal = CameraLostError("fake:0 is not there; plug it in")
        lost_s = time.monotonic()
        source.events.put(CameraLostError("fake:0 is gone; plug it in"))
        assert eventually(lambda: camera.trouble == "fake:0 is not there; plug it in")
        with pytest.raises(CameraTimeoutError, match=r"gave no picture in 0.05 s: is not there; plug it in"):
            camera.latest(float("-inf"), SOON_S)  # the last frame of before is not taken for a new one
        source.refusal = None
        source.events.put(shot(2, sequence=0))
        frame = camera.latest(lost_s, PATIENT_S)
        assert (frame.sequence, frame.pixels.max(), camera.trouble) == (1, 2, None)
    assert source.opens == 2 and len(source.threads) == 1
    assert told == [
        "fake:0 is gone; plug it in; trying again until it is there",
        "fake:0 is not there; plug it in; trying again until it is there",
        "fake:0 is back",
    ]


def test_the_pauses_between_tries_double_up_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = list[float]()

    class Recorder(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is None:  # that of a thread that starts
                return super().wait()
            pauses.append(timeout)
            return super().wait(0)

    monkeypatch.setattr(threading, "Event", Recorder)
    source = FakeSource()
    source.refusal = CameraLostError("fake:0 is not there")
    with filming(source):
        assert eventually(lambda: len(pauses) > 4)
    assert pauses[:5] == [0.005, 0.01, 0.02, 0.02, 0.02]


def test_a_source_that_was_silent_for_long_is_opened_again() -> None:
    source, told = FakeSource(silence_s=0.03), list[str]()
    with filming(source, told):
        assert eventually(lambda: source.opens >= 2)
    assert told[0] == "fake:0 is silent; check its cable; trying again until it is there"


def test_a_source_that_hangs_hangs_nobody_and_keeps_its_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANGS_AFTER_S", 0.02)
    monkeypatch.setattr(module, "CLOSING_S", 0.05)
    source, answer = FakeSource(claim="hanging"), threading.Event()
    source.events.put(lambda: answer.wait(PATIENT_S))
    camera = Camera(source, print)
    with pytest.raises(CameraTimeoutError, match=r"gave no picture in 0.1 s: has not answered for \d+ s"):
        camera.latest(0.0, 0.1)
    assert camera.trouble and camera.trouble.startswith("fake:0 has not answered for")
    camera.close()
    assert camera._thread.is_alive()
    with pytest.raises(CameraError, match=r"^fake:0 is in use by another camera of this program; close "):
        Camera(FakeSource(claim="hanging"), print)
    answer.set()
    assert eventually(lambda: not camera._thread.is_alive()) and source.closes == 1
    with filming(FakeSource(claim="hanging")):
        pass


def test_closing_takes_less_than_a_second() -> None:
    assert module.CLOSING_S < 1


def test_an_opening_that_hangs_is_told() -> None:
    source, answer = FakeSource(), threading.Event()
    source.facts = Facts("late", "GREY")
    source.hangs = answer
    with filming(source) as camera:
        with pytest.raises(CameraTimeoutError, match=r"^fake:0 did not open in 0.05 s$"):
            camera.opened(SOON_S)
        answer.set()
        assert camera.opened(PATIENT_S).device == "late"


def test_one_device_is_opened_once() -> None:
    with filming(FakeSource(claim="one")):
        with pytest.raises(CameraError, match=r"in use by another camera of this program"):
            Camera(FakeSource(claim="one"), print)
        with filming(FakeSource(claim="two")), filming(FakeSource()), filming(FakeSource()):
            pass
    with filming(FakeSource(claim="one")):
        pass


def test_the_first_failure_to_open_is_raised_to_who_waits_for_it() -> None:
    source = FakeSource()
    source.refusal = CameraLostError("fake:0 is not there; plug it in")
    with filming(source) as camera, pytest.raises(CameraLostError, match=r"^fake:0 is not there; plug it in$"):
        camera.opened(PATIENT_S)


def test_what_waiting_does_not_mend_ends_the_camera_at_once() -> None:
    source = FakeSource()
    source.refusal = CameraError("fake:0 is no camera")
    with filming(source) as camera:
        for wait in (camera.opened, lambda timeout_s: camera.latest(0.0, timeout_s)):
            with pytest.raises(CameraError, match=r"^fake:0 is no camera$"):
                wait(PATIENT_S)
        assert eventually(lambda: not camera._thread.is_alive())


def test_an_unexpected_error_of_a_driver_counts_as_lost() -> None:
    source, told = FakeSource(), list[str]()
    source.events.put(ZeroDivisionError("of libcamera"))
    source.events.put(shot(3))
    with filming(source, told) as camera:
        assert camera.latest(float("-inf"), PATIENT_S).pixels.max() == 3
    assert told[0].startswith("fake:0 failed: ZeroDivisionError: of libcamera; ")


def test_the_last_frame_is_given_before_the_end() -> None:
    source = FakeSource()
    source.events.put(shot(1))
    source.events.put(CameraEndedError("fake:0 has no more"))
    with filming(source) as camera:
        assert eventually(lambda: camera.trouble == "fake:0 has no more")
        frame = camera.latest(float("-inf"), PATIENT_S)
        with pytest.raises(CameraEndedError, match=r"^fake:0 has no more$"):
            camera.latest(frame.captured_s, PATIENT_S)


def test_a_closed_camera_says_so_to_those_who_wait() -> None:
    source = FakeSource()
    camera = Camera(source, print)
    assert eventually(lambda: source.opens)
    closing = threading.Timer(0.02, camera.close)
    closing.start()
    with pytest.raises(CameraEndedError, match=r"^fake:0 was closed$"):
        camera.latest(float("-inf"), PATIENT_S)
    closing.join()
    assert camera.peek() is None and source.closes == 1


def test_a_damaged_frame_is_passed_over() -> None:
    source = FakeSource()
    began_s = time.monotonic()
    source.events.put(Shot(began_s + 0.001, 0, raises(ImageError("is a damaged JPEG"))))
    with filming(source) as camera:
        with pytest.raises(CameraTimeoutError, match=r"in 0.05 s, the last one is a damaged JPEG"):
            camera.latest(began_s, SOON_S)
        assert camera.peek() is None
        source.events.put(shot(5, began_s + 0.002, sequence=1))
        frame = camera.latest(began_s, PATIENT_S)
    assert (frame.sequence, frame.pixels.max()) == (1, 5)


def test_black_frames_pass_through() -> None:
    source = FakeSource()
    source.events.put(shot(0))
    with filming(source) as camera:
        assert not camera.latest(float("-inf"), PATIENT_S).pixels.any()


def test_a_frame_is_developed_once_and_read_only_for_all() -> None:
    source, developed = FakeSource(), list[int]()
    taken = shot(6)
    source.events.put(Shot(taken.captured_s, 0, lambda: developed.append(1) or taken.develop()))  # type: ignore[func-returns-value]
    with filming(source) as camera:
        frame = camera.latest(float("-inf"), PATIENT_S)
        assert camera.latest(float("-inf"), PATIENT_S) is frame and camera.peek() is frame
        with pytest.raises(ValueError, match=r"read-only"):
            frame.pixels[0, 0] = 1
    assert developed == [1]


def test_frames_that_nobody_wants_are_not_developed() -> None:
    source = FakeSource()
    for number in range(9):
        source.events.put(Shot(float(number), number, raises(AssertionError("nobody wanted this one"))))
    source.events.put(shot(1, sequence=9))
    with filming(source) as camera:
        assert eventually(source.events.empty)
        assert camera.latest(50.0, PATIENT_S).sequence == 9


def test_pictures_that_wait_are_taken_one_by_one_and_none_is_missed() -> None:
    source = FakeSource(waits=True)
    for number in range(4):
        source.events.put(shot(number, captured_s=1.0, sequence=number))  # long ago: they are as new as their taking
    with filming(source) as camera:
        camera.opened(PATIENT_S)
        time.sleep(SOON_S)
        assert source.reads == 0 and camera.peek() is None
        seen = [camera.latest(time.monotonic(), PATIENT_S).pixels.max() for _ in range(4)]
    assert seen == [0, 1, 2, 3]


def test_a_picture_that_came_when_its_waiter_had_gone_is_kept_for_the_next() -> None:
    source, come = FakeSource(waits=True), threading.Event()
    source.events.put(lambda: come.wait(PATIENT_S))
    with filming(source) as camera:
        with pytest.raises(CameraTimeoutError):
            camera.latest(time.monotonic(), SOON_S)
        source.events.put(shot(8))
        source.events.put(shot(9, sequence=1))
        come.set()
        assert [camera.latest(time.monotonic(), PATIENT_S).pixels.max() for _ in range(2)] == [8, 9]


def test_a_listener_that_fails_does_not_end_the_filming() -> None:
    source = FakeSource()
    source.events.put(CameraLostError("fake:0 is gone"))
    source.events.put(shot(3))

    def fails(line: str) -> None:
        raise BrokenPipeError(line)

    camera = Camera(source, fails)
    assert camera.latest(float("-inf"), PATIENT_S).pixels.max() == 3
    camera.close()


def test_warnings_of_the_source_are_told() -> None:
    source, told = FakeSource(), list[str]()
    source.facts = Facts("fake", "GREY", warnings=("its gain is 3, not 4",))
    with filming(source, told) as camera:
        assert camera.opened(PATIENT_S).warnings == ("its gain is 3, not 4",)
        assert eventually(lambda: told == ["fake:0: its gain is 3, not 4"])
