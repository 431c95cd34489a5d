"""A running station never answers a piece by what the next one shows."""

from __future__ import annotations

from pathlib import Path

from device_runtime.station.loop.answering import NO_FRAME
from device_runtime.station.loop.settings import Timing
from tests.device_runtime.station.loop.stations import PATIENT_MS, Readings, eventually, running


def test_a_code_that_only_later_frames_show_may_be_of_the_next_piece(tmp_path: Path) -> None:
    readings = Readings(status=("rejected", "accepted"), of_first=False)
    with running(tmp_path, readings, timing=Timing(PATIENT_MS, frames=2)) as at:
        at.know_gaps()
        at.station.trigger()
        for value in (1, 2):
            at.film(value)
            assert eventually(lambda: len(readings.untils) == value)  # noqa: B023
        assert at.answered(1)
        assert at.told.said == ["10002 rejected"]


def test_a_piece_of_which_a_controller_tells_late_gets_no_frame_of_a_later_one(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        at.station.trigger(2)
        at.station.trigger(1, age_ms=700.0)
        at.film(5)
        assert at.answered(2)
        assert {one.trigger.number: one.read if isinstance(one.read, str) else "read" for one in at.told.decisions} == {
            1: NO_FRAME,
            2: "read",
        }


def test_a_controller_that_counts_anew_has_its_pieces_answered(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        first = at.station.trigger(1)
        at.station.forget_numbers()
        assert at.station.trigger(1) != first
