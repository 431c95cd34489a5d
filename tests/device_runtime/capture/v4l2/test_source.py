"""A V4L2 camera: stale frames are discarded, it comes back after unplugging, and what it does not do is told."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device_runtime.capture import camera as camera_module
from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Control
from device_runtime.capture.url import parse
from device_runtime.capture.v4l2 import structs
from device_runtime.capture.v4l2.source import BUFFERS, V4l2Source, list_cameras
from device_runtime.errors import CameraError, CameraLostError, CameraTimeoutError
from tests.device_runtime.capture.fake_source import eventually
from tests.device_runtime.capture.pictures import encoded, level
from tests.device_runtime.capture.v4l2.fake_video import FakeCamera, FakeControl

PATIENT_S = 20.0
SOON_S = 0.05
PIXELS = 32 * 16


def grey(value: int, count: int = PIXELS) -> bytes:
    """A frame in YUYV without colour; the brightness as video has it, 16 for black."""
    return bytes((value, 128)) * count


def source(hardware: FakeCamera, options: str = "size=32x16") -> V4l2Source:
    return V4l2Source(parse(f"v4l2:/dev/video9?{options}"), hardware.connect)


@contextmanager
def filming(hardware: FakeCamera, options: str = "size=32x16", told: list[str] | None = None) -> Iterator[Camera]:
    camera = Camera(source(hardware, options), (told if told is not None else []).append)
    try:
        yield camera
    finally:
        camera.close()


def test_a_frame_has_the_drivers_stamp_and_its_pixels() -> None:
    hardware = FakeCamera()
    with filming(hardware) as camera:
        facts = camera.opened(PATIENT_S)
        exposed_s = time.monotonic()
        assert hardware.film(grey(235), exposed_s)
        frame = camera.latest(exposed_s - 0.001, PATIENT_S)
    assert (facts.device, facts.format, facts.size, facts.fps) == ("Fake Camera (fake)", "YUYV", (32, 16), 30)
    assert frame.pixels.shape == (16, 32, 3) and (frame.pixels == 255).all()
    assert exposed_s - 1e-5 <= frame.captured_s <= exposed_s


def test_the_old_frames_of_a_drivers_queue_are_discarded() -> None:
    hardware = FakeCamera()
    with filming(hardware) as camera:
        camera.opened(PATIENT_S)
        trigger_s = time.monotonic()
        with hardware.changed:  # the queue is full before the thread gets to it
            for age_s in (0.3, 0.2, 0.1, 0.001):
                assert hardware.film(grey(16), trigger_s - age_s)
            assert not hardware.film(grey(16))  # no buffer is free: this one is dropped by the driver
        with pytest.raises(CameraTimeoutError):
            camera.latest(trigger_s, SOON_S)
        assert hardware.film(grey(235), trigger_s + 0.0001)
        frame = camera.latest(trigger_s, PATIENT_S)
    assert frame.pixels.max() == 255 and frame.captured_s > trigger_s


def test_dropped_frames_are_missing_in_the_numbers() -> None:
    hardware = FakeCamera()
    with filming(hardware) as camera:
        camera.opened(PATIENT_S)
        hardware.film(grey(100))
        first = camera.latest(float("-inf"), PATIENT_S)
        hardware.sequence += 3
        hardware.film(grey(100))
        assert camera.latest(first.captured_s, PATIENT_S).sequence == first.sequence + 4


@pytest.mark.parametrize(
    ("flags", "earlier_s"),
    [
        (structs.CLOCK_MONOTONIC | structs.STAMP_AT_START, 0.0),
        (structs.CLOCK_MONOTONIC, 1 / 30),  # stamped at its end: it may have been exposed for a whole period
    ],
)
def test_a_stamp_at_the_end_of_the_frame_is_set_back_by_a_period(flags: int, earlier_s: float) -> None:
    hardware = FakeCamera(flags=flags)
    with filming(hardware) as camera:
        camera.opened(PATIENT_S)
        stamp_s = time.monotonic()
        hardware.film(grey(100), stamp_s)
        assert camera.latest(float("-inf"), PATIENT_S).captured_s == pytest.approx(stamp_s - earlier_s, abs=1e-5)


@pytest.mark.parametrize(("flags", "stamp_s"), [(0, 5.0), (structs.CLOCK_MONOTONIC, 1e9)])
def test_a_stamp_of_another_clock_is_not_believed(flags: int, stamp_s: float) -> None:
    hardware = FakeCamera(flags=flags)
    told = list[str]()
    with filming(hardware, told=told) as camera:
        camera.opened(PATIENT_S)
        for _ in range(2):
            before_s = time.monotonic()
            assert eventually(lambda: hardware.film(grey(100), stamp_s))
            captured_s = camera.latest(before_s - 0.04, PATIENT_S).captured_s
            assert before_s - 0.04 < captured_s < time.monotonic()
    assert told == [f"{camera.name} stamps frames by another clock; the time of their arrival is taken"]


def test_a_frame_that_lay_in_the_queue_for_an_hour_is_not_taken_for_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    hardware = FakeCamera()
    one = source(hardware)
    one.open(print)
    exposed_s = time.monotonic()
    hardware.film(grey(100), exposed_s)
    monkeypatch.setattr("device_runtime.capture.v4l2.source.time.monotonic", lambda: exposed_s + 3600)
    shot = one.read(1)
    assert shot and shot.captured_s == pytest.approx(exposed_s, abs=1e-5)
    one.close()


def test_unplugged_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "SHORTEST_PAUSE_S", 0.005)
    monkeypatch.setattr(camera_module, "LONGEST_PAUSE_S", 0.01)
    hardware, told = FakeCamera(), list[str]()
    with filming(hardware, told=told) as camera:
        camera.opened(PATIENT_S)
        hardware.film(grey(100))
        camera.latest(float("-inf"), PATIENT_S)
        hardware.unplug()
        assert eventually(lambda: camera.trouble)
        with pytest.raises(CameraTimeoutError, match=r"is not there; plug it in, or see `posteye camera list`$"):
            camera.latest(float("-inf"), SOON_S)
        hardware.plugged, hardware.sequence = True, 0
        assert eventually(lambda: hardware.film(grey(235)))
        assert camera.latest(float("-inf"), PATIENT_S).pixels.max() == 255
    assert told[-1] == "v4l2:/dev/video9?size=32x16 is back" and hardware.user is None


def test_what_another_program_has_is_told_and_taken_when_it_is_free() -> None:
    hardware = FakeCamera()
    other = hardware.connect("")
    other.ioctl(structs.REQBUFS, structs.RequestBuffers(count=1))
    with filming(hardware) as camera:
        with pytest.raises(CameraLostError, match=r"is in use by another program; `fuser -v /dev/video9` names it"):
            camera.opened(PATIENT_S)
        other.close()
        assert eventually(lambda: hardware.film(grey(235)))
        assert camera.latest(float("-inf"), PATIENT_S).pixels.max() == 255


def test_one_device_by_two_names_is_opened_once(tmp_path: Path) -> None:
    link = tmp_path / "by-id"
    link.symlink_to("/dev/video9")
    with filming(FakeCamera()), pytest.raises(CameraError, match=r"in use by another camera of this program"):
        Camera(V4l2Source(parse(f"v4l2:{link}"), FakeCamera().connect), print)


def test_damaged_frames_are_passed_over_and_black_ones_are_not() -> None:
    hardware = FakeCamera()
    with filming(hardware, "size=32x16&format=MJPG") as camera:
        camera.opened(PATIENT_S)
        began_s = time.monotonic()
        for data, flags in ((encoded(9, ".jpg")[:60], 0), (b"\xff\xd8\xff" * 50, 0), (b"x", structs.BUFFER_ERROR)):
            hardware.film(data, time.monotonic(), flags)
            with pytest.raises(CameraTimeoutError):
                camera.latest(began_s, SOON_S)
        hardware.film(encoded(0, ".jpg"))
        assert level(camera.latest(began_s, PATIENT_S)) == 0


def test_every_buffer_is_given_back() -> None:
    hardware = FakeCamera()
    with filming(hardware) as camera:
        camera.opened(PATIENT_S)
        after_s = 0.0
        for _ in range(3 * BUFFERS):
            assert eventually(lambda: hardware.film(grey(100)))
            after_s = camera.latest(after_s, PATIENT_S).captured_s
        user = hardware.user
        assert user and eventually(lambda: len(user.queued) == BUFFERS)


def test_padded_rows_are_cut() -> None:
    hardware = FakeCamera(row_padding=6)
    with filming(hardware) as camera:
        camera.opened(PATIENT_S)
        hardware.film((grey(235, 32) + bytes(6)) * 16)
        assert (camera.latest(0.0, PATIENT_S).pixels == 255).all()


def test_what_is_not_as_asked_is_told_with_what_it_is() -> None:
    exposure = {0x009A0901: FakeControl(3, 0, 3), 0x009A0902: FakeControl(156, 3, 2047, step=10)}
    gain = {0x00980913: FakeControl(4, 0, 10)}
    focus = {0x009A090C: FakeControl(1, 0, 1, stuck=True), 0x009A090A: FakeControl(0, 0, 250)}
    hardware, told = FakeCamera(controls=exposure | gain | focus, fps=25), list[str]()
    options = "size=70x70&fps=30&exposure=5&gain=99&white_balance=4600&focus=10"
    with filming(hardware, options, told) as camera:
        facts = camera.opened(PATIENT_S)
        assert eventually(lambda: len(told) == 6)
    assert facts.warnings == (
        "it sends 64x64, not 70x70",
        "it sends 25 frames a second, not 30",
        "its exposure is 4.3, not 5; it takes 0.3 to 204.7",
        "its gain is 10, not 99; it takes 0 to 10",
        "it has no control of its white balance, which stays as it is",
        "its focus is automatic, not 10; it takes 0 to 250",
    )
    assert facts.controls[0] == Control("exposure", 4.3, 0.3, 204.7) and facts.controls[2].value is None
    assert told[0] == f"v4l2:/dev/video9?{options}: it sends 64x64, not 70x70"


def test_what_is_as_asked_is_not_told() -> None:
    exposure = {0x009A0901: FakeControl(3, 0, 3), 0x009A0902: FakeControl(156, 3, 2047)}
    white = {0x0098090C: FakeControl(0, 0, 1), 0x0098091A: FakeControl(2800, 2800, 6500)}
    gain = {0x009E0903: FakeControl(1, 0, 480)}  # as sensors have it, not webcams
    hardware = FakeCamera(controls=exposure | white | gain)
    with filming(hardware, "size=32x16&format=YUYV&fps=30&exposure=5.5&gain=48&white_balance=auto") as camera:
        facts = camera.opened(PATIENT_S)
    assert facts.warnings == ()
    assert [(one.name, one.value) for one in facts.controls] == [
        ("exposure", 5.5),
        ("gain", 48),
        ("white_balance", None),
    ]


@pytest.mark.parametrize(
    ("hardware", "options", "complaint"),
    [
        (FakeCamera(refusal=errno.ENOENT), "", "is not there; plug it in, or see `posteye camera list`"),
        (FakeCamera(refusal=errno.EACCES), "", "may not be opened; sudo usermod -aG video \\$USER, and log in again"),
        (FakeCamera(refusal=errno.EIO), "", "failed: Input/output error; unplug it and plug it in again"),
        (FakeCamera(capabilities=structs.CAN_STREAM), "", "is no camera; `posteye camera list` shows"),
        (FakeCamera(formats=("H264",)), "", "sends H264; read are RGB3, "),
        (FakeCamera(), "?format=NV12", "does not send NV12; give format=YUYV or MJPG"),
    ],
)
def test_what_cannot_be_opened_is_told_in_a_line(hardware: FakeCamera, options: str, complaint: str) -> None:
    one = V4l2Source(parse(f"v4l2:/dev/video9{options}"), hardware.connect)
    with pytest.raises(CameraError, match=f"^v4l2:/dev/video9.*{complaint}"):
        one.open(print)
    one.close()
    assert hardware.user is None


def test_a_file_that_is_no_device_is_told_by_the_kernel(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    one = V4l2Source(parse(f"v4l2:{tmp_path}/video0"))
    with pytest.raises(CameraError, match=r"is no camera"):
        one.open(print)
    one.close()
    with pytest.raises(CameraLostError, match=r"is not there; plug it in"):
        V4l2Source(parse(f"v4l2:{tmp_path}/video1")).open(print)


def test_cameras_are_listed_in_the_order_of_their_numbers_with_a_lasting_name(tmp_path: Path) -> None:
    for name in ("video10", "video2", "video3", "video4", "videodev"):
        (tmp_path / name).touch()
    (tmp_path / "v4l" / "by-id").mkdir(parents=True)
    (tmp_path / "v4l" / "by-id" / "usb-Fake-index0").symlink_to(tmp_path / "video2")
    kinds = {"video2": FakeCamera(), "video3": FakeCamera(capabilities=0), "video4": FakeCamera(refusal=errno.EACCES)}
    kinds["video10"] = FakeCamera(card="Other", formats=("GREY",))
    found = list_cameras(lambda path: kinds[Path(path).name].connect(path), tmp_path)
    assert found == [
        {
            "url": f"v4l2:{tmp_path}/video2",
            "name": "Fake Camera (fake)",
            "formats": ["MJPG", "YUYV"],
            "always": f"v4l2:{tmp_path}/v4l/by-id/usb-Fake-index0",
        },
        {"url": f"v4l2:{tmp_path}/video4", "trouble": "Permission denied"},
        {"url": f"v4l2:{tmp_path}/video10", "name": "Other (fake)", "formats": ["GREY"], "always": None},
    ]
