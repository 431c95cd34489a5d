"""What breaks at a station, and what it does meanwhile; each comes right by itself."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from device_runtime.capture import camera as camera_module
from device_runtime.errors import CameraEndedError, CameraLostError, JournalError
from device_runtime.station.journal.journal import Journal
from device_runtime.station.journal.moment import Moment, now
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.loop.settings import Timing
from tests.device_runtime.capture.fake_source import FakeSource, eventually
from tests.device_runtime.station.loop.stations import SOON_MS, Readings, journalled, running

HOUR_NS = 3600 * 10**9


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "SHORTEST_PAUSE_S", 0.005)
    monkeypatch.setattr(camera_module, "LONGEST_PAUSE_S", 0.02)
    monkeypatch.setattr(camera_module, "LOOK_S", 0.01)


def test_a_camera_that_is_unplugged_and_back(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        at.station.trigger(1)
        at.film(1)
        assert at.answered(1)
        at.source.refusal = CameraLostError("fake:0 is not there; plug it in")
        at.source.events.put(CameraLostError("fake:0 is gone; plug it in"))
        assert eventually(lambda: at.station.camera.trouble == "fake:0 is not there; plug it in")
        at.station.trigger(2, deadline_ms=300)
        assert at.answered(2)
        assert at.told.said[1] == "the camera is lost: fake:0 is not there; plug it in"
        assert eventually(lambda: at.troubles == {"camera_lost": "fake:0 is not there; plug it in"})
        at.source.refusal = None
        assert eventually(lambda: at.station.camera.trouble is None)
        at.station.trigger(3)
        at.film(3)
        assert at.answered(3)
        assert at.told.said[2] == "10003 accepted"
        assert eventually(lambda: not at.troubles)


def test_a_source_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "HANGS_AFTER_S", 0.02)
    monkeypatch.setattr(camera_module, "CLOSING_S", 0.05)
    answer = threading.Event()
    source = FakeSource()
    source.events.put(lambda: answer.wait(20))
    with running(tmp_path, source=source) as at:
        assert eventually(lambda: at.station.camera.trouble)
        at.station.trigger(1, deadline_ms=300)
        assert at.answered(1)
        assert at.told.said[0].startswith("the camera is lost: fake:0 has not answered for")
        answer.set()
        assert eventually(lambda: at.station.camera.trouble is None)
        at.station.trigger(2)
        at.film(2)
        assert at.answered(2)
        assert at.told.said[1] == "10002 accepted"


def test_a_source_that_has_no_more_pictures_is_answered_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        at.source.events.put(CameraEndedError("fake:0 has no more pictures"))
        assert eventually(lambda: at.station.camera.trouble)
        at.station.trigger()
        assert at.answered(1)
        assert at.told.said == ["fake:0 has no more pictures"]


def test_black_frames_are_answered_as_what_they_are(tmp_path: Path) -> None:
    with running(tmp_path, Readings(status=("no_code",)), timing=Timing(20_000, frames=2)) as at:
        at.know_gaps()
        at.station.trigger()
        for count in (1, 2):
            at.film(0)
            assert eventually(lambda: len(at.readings.untils) == count)  # noqa: B023
        assert at.answered(1)
        assert at.told.said == ["None no_code"] and at.station.counts.no_code == 1


def test_a_disk_that_is_full_and_has_room_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_full, record = threading.Event(), Journal.record

    def refusing(journal: Journal, *told: object) -> None:
        if is_full.is_set():
            raise JournalError("the journal cannot be written: database or disk is full")
        record(journal, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "record", refusing)
    with running(tmp_path) as at:
        is_full.set()
        for number in range(3):
            at.station.trigger(number)
            at.film(number)
            assert at.answered(number + 1)
        assert at.told.said == [f"1000{number} accepted" for number in range(3)]
        assert eventually(lambda: "disk_full" in at.troubles)
        is_full.clear()
        assert eventually(lambda: not at.troubles)
    assert [code for _, _, code in journalled(at.journal)] == ["10000", "10001", "10002"]


def test_a_piece_that_can_have_no_id_is_answered_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(journal: Journal) -> int:
        raise JournalError("no id can be given: the disk is full")

    with running(tmp_path) as at:
        monkeypatch.setattr(Journal, "new_id", refuse)
        assert at.station.trigger(5) == 0
        assert at.answered(1)
        assert at.told.said == ["no id can be given: the disk is full"]
        assert at.told.decisions[0].trigger.number == 5
        monkeypatch.undo()
        assert at.station.trigger(6) > 0
    assert len(journalled(at.journal)) == 1


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_an_hour_changes_no_deadline_and_no_id(tmp_path: Path, hours: int) -> None:
    step_ns = [0]

    def moment() -> Moment:
        return replace(now(), wall_ns=now().wall_ns + step_ns[0])

    with running(tmp_path, moment=moment) as at:
        for number in range(4):
            step_ns[0] = hours * HOUR_NS if number >= 2 else 0
            at.station.trigger(number)
            at.film(number)
            assert at.answered(number + 1)
        at.station.trigger(9, deadline_ms=SOON_MS)
        assert at.answered(5)
        assert at.told.said == [*(f"1000{number} accepted" for number in range(4)), "no picture in time"]
    with JournalReader(at.journal) as found:
        pieces = [entry.piece for entry in found.last(10)]
    assert [one.id for one in pieces] == [1, 2, 3, 4, 5]
    assert all(one.latency_ms is not None and 0 <= one.latency_ms < 20_000 for one in pieces)
    assert abs((pieces[2].began.wall_ns - pieces[1].began.wall_ns) / HOUR_NS - hours) < 0.1
