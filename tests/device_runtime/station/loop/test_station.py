"""Every piece is answered once and in time, by what its own frames show."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from device_runtime.capture.source import Frame
from device_runtime.errors import ImageError, PosteyeError
from device_runtime.region import Region
from device_runtime.station.journal.moment import Moment
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.journal.stats import kind_of
from device_runtime.station.loop.answering import CUT_OFF, TWO_PIECES, answer_of
from device_runtime.station.loop.pieces import MOST_WAITING, Pending, View
from device_runtime.station.loop.settings import Timing
from device_runtime.station.loop.station import LATE
from device_runtime.station.loop.values import Trigger
from device_runtime.types import Field
from tests.device_runtime.capture.fake_source import eventually
from tests.device_runtime.station.loop.stations import PATIENT_MS, SOON_MS, Readings, journalled, result, running

PLAN = "codes,bin\n10007,south\noverflow,rest\nreject,manual\n"


def test_a_piece_is_read_on_the_first_frame_after_its_trigger_and_sorted_and_recorded(tmp_path: Path) -> None:
    with running(tmp_path, plan=PLAN) as at:
        at.film(3)  # before the trigger
        assert eventually(lambda: at.station.camera.peek())
        id_ = at.station.trigger(41)
        at.film(7)
        assert at.answered(1)
        (decision,) = at.told.decisions
        assert (decision.id, decision.trigger.number, decision.bin, decision.frames) == (id_, 41, "south", 1)
        assert at.told.said == ["10007 accepted"]
        assert decision.stages_ms.keys() == {"wait", "scan", "decide", "total"}
        assert eventually(lambda: at.station.counts.accepted == 1)
        assert at.station.latency()["total"].n == 1
        assert [one.id for one in at.station.recent(5)] == [id_]
    assert journalled(at.journal) == [(id_, "accepted", "10007")]


def test_an_answer_leaves_before_the_deadline_when_no_frame_comes(tmp_path: Path) -> None:
    with running(tmp_path, plan=PLAN) as at:
        at.station.trigger(deadline_ms=SOON_MS)
        assert at.answered(1)
        assert at.told.said == ["no picture in time"]
        assert at.told.decisions[0].bin == "manual"
        # Not before the margin: a frame might have come. (That it left in time is measured by benchmarks/belt.)
        assert at.told.left_s[0] >= at.told.decisions[0].trigger.deadline_s - 0.011


def test_a_reading_that_is_not_there_in_time_is_never_sent_and_is_written_down_as_late(tmp_path: Path) -> None:
    with running(tmp_path, Readings(slow=threading.Event())) as at:
        assert at.readings.slow
        at.station.trigger(1, deadline_ms=SOON_MS)
        at.film(7)
        assert at.answered(1)
        assert at.told.said == ["its reading was not finished in time"]
        at.station.trigger(2)
        at.film(8)
        at.readings.slow.set()
        assert at.answered(2)
    assert at.told.said[1:] == ["10008 accepted"]
    with JournalReader(at.journal) as found:
        first, second = found.last(10)
    assert [one.outcome for one in first.deliveries] == [LATE] and not second.deliveries
    assert first.deliveries[0].elapsed_ms > 0


def test_the_work_is_given_a_moment_to_end_before_the_answer(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        at.station.trigger()
        at.film(1)
        assert at.answered(1)
        assert 0.010 < at.told.decisions[0].trigger.deadline_s - at.readings.untils[0] < 0.020


def test_frames_are_of_the_last_trigger_before_them(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        at.station.trigger(1)
        at.station.trigger(2)
        at.film(5)
        assert at.answered(2)
        assert dict(zip([one.trigger.number for one in at.told.decisions], at.told.said, strict=True)) == {
            1: "no picture between its trigger and the next one",
            2: "10005 accepted",
        }


def test_pieces_that_come_while_one_is_read_are_filmed_meanwhile_and_read_after_it(tmp_path: Path) -> None:
    with running(tmp_path, Readings(slow=threading.Event())) as at:
        assert at.readings.slow
        for number in range(5):
            at.station.trigger(number)
            at.film(number)
            held = number
            assert eventually(lambda: sum(one.given for one in at.station._pieces._waiting) > held)  # noqa: B023
        at.readings.slow.set()
        assert at.answered(5)
        assert at.told.said == [f"1000{number} accepted" for number in range(5)]


def test_more_pieces_than_can_wait_are_answered_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        for number in range(MOST_WAITING + 3):
            at.station.trigger(number)
        assert at.answered(3)
        assert at.told.said == [f"{MOST_WAITING} pieces before it were still being read"] * 3
    assert len(at.told.decisions) == MOST_WAITING + 3


def test_a_number_that_comes_again_is_the_same_piece(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        ids = {at.station.trigger(9) for _ in range(3)}
        at.film(1)
        assert at.answered(1)
        assert at.station.trigger(9) in ids and len(ids) == 1
        assert at.station.trigger(10) not in ids
    assert len(at.told.decisions) == 2


def test_a_piece_is_looked_at_until_it_is_accepted(tmp_path: Path) -> None:
    with running(
        tmp_path, Readings(status=("no_code", "rejected", "accepted")), timing=Timing(PATIENT_MS, frames=5)
    ) as at:
        at.know_gaps()
        at.station.trigger()
        for value in (1, 2, 3):
            at.film(value)
            assert eventually(lambda: len(at.readings.untils) == value)  # noqa: B023
        assert at.answered(1)
        assert at.told.said == ["10003 accepted"] and at.told.decisions[0].frames == 3


def test_what_all_frames_come_to_is_the_answer_where_none_is_accepted(tmp_path: Path) -> None:
    with running(tmp_path, Readings(status=("rejected",)), timing=Timing(PATIENT_MS, frames=2)) as at:
        at.know_gaps()
        at.station.trigger()
        for value in (1, 2):
            at.film(value)
            assert eventually(lambda: len(at.readings.untils) == value)  # noqa: B023
        assert at.answered(1)
        assert at.told.said == ["10002 rejected"]


def test_at_the_deadline_the_frames_that_were_read_are_the_answer(tmp_path: Path) -> None:
    with running(tmp_path, Readings(status=("rejected",)), timing=Timing(300, frames=9)) as at:
        at.station.trigger()
        at.film(4)
        assert at.answered(1)
        assert at.told.said in (["10004 rejected"], ["no picture in time"])  # the latter on a machine that stands still


def test_a_region_that_is_set_holds_for_the_next_piece(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        region = Region(0, 0, 0.5, 0.5)
        for number, wanted in enumerate((None, region)):
            at.station.region = wanted
            at.station.trigger(number)
            at.film(1)
            assert at.answered(number + 1)
        assert at.readings.regions == [None, region]


def test_a_plan_that_is_reloaded_sorts_the_next_piece_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    with running(tmp_path, plan=PLAN) as at:
        assert at.station.plan
        bins = []
        for number, text in enumerate((PLAN, PLAN.replace("south", "north"), "codes,bin\nnonsense")):
            (tmp_path / "plan.csv").write_text(text)
            wrong = at.station.plan.reload()
            assert (wrong is not None) == ("nonsense" in text)
            at.station.trigger(number)
            at.film(7)
            assert at.answered(number + 1)
            bins.append(at.told.decisions[-1].bin)
        assert bins == ["south", "north", "north"]


def test_a_reading_that_fails_is_answered_and_stops_no_other(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        for number, error in enumerate(
            (ImageError("is 9 x 9 px and has nothing in the region"), ZeroDivisionError("a fault"), None)
        ):
            at.readings.raises = error
            at.station.trigger(number)
            at.film(number)
            assert at.answered(number + 1)
        assert at.told.said == [
            "the picture is 9 x 9 px and has nothing in the region",
            "it could not be read: ZeroDivisionError",
            "10002 accepted",
        ]
        assert at.lines == ["piece 2 could not be read: ZeroDivisionError: a fault"]


def test_who_cannot_be_told_keeps_nobody_from_being_told(tmp_path: Path) -> None:
    class Deaf:
        def tell(self, decision: object) -> None:
            raise OSError("gone")

    with running(tmp_path) as at:
        at.station.told.insert(0, Deaf())
        at.station.trigger()
        at.film(1)
        assert at.answered(1)
        assert at.lines == ["piece 1 could not be told: OSError: gone"]


def test_closing_answers_what_waits_and_takes_no_more(tmp_path: Path) -> None:
    with running(tmp_path) as at:
        at.station.trigger(1)
        at.station.trigger(2)
        began_s = time.monotonic()
        at.station.close()
        assert time.monotonic() - began_s < 15  # it is two seconds where nothing else runs
        assert at.told.said == ["the station is closing"] * 2
        with pytest.raises(PosteyeError, match="the station is closed"):
            at.station.trigger(3)
    assert [status for _, status, _ in journalled(at.journal)] == ["no_read"] * 2


def test_further_frames_are_of_a_piece_for_a_short_time_only(tmp_path: Path) -> None:
    timing = Timing(PATIENT_MS, frames=5, window_ms=0)
    with running(tmp_path, Readings(status=("rejected",)), timing=timing) as at:
        at.station.trigger()
        for value in (1, 2):
            at.film(value)
            assert eventually(lambda: at.source.events.empty())
        assert at.answered(1)
        assert at.told.said == ["10001 rejected"]


def test_a_piece_that_was_seen_gets_the_frames_that_follow_it_and_no_others(tmp_path: Path) -> None:
    with running(tmp_path, Readings(status=("rejected",)), timing=Timing(PATIENT_MS, frames=3)) as at:
        frames = [
            Frame(np.full((20, 40), value, np.uint8), time.monotonic() + value, value, "fake:0") for value in (1, 2)
        ]
        piece = at.station.show(frames[0])
        at.film(9)
        at.station.seen(piece, "one", frames[1])
        assert eventually(lambda: piece.read == 2)
        at.station.left(piece)
        assert at.answered(1)
        assert at.told.said == ["10002 rejected"] and at.told.decisions[0].frames == 2


@pytest.mark.parametrize(("view", "reason"), [("two", TWO_PIECES), ("long", CUT_OFF)])
def test_two_pieces_and_one_that_is_cut_off_are_rejected_by_name(tmp_path: Path, view: View, reason: str) -> None:
    with running(tmp_path, plan=PLAN) as at:
        at.station.show(Frame(np.full((20, 40), 7, np.uint8), time.monotonic(), 1, "fake:0"), view, is_all=True)
        assert at.answered(1)
        assert at.told.said == ["10007 rejected"] and at.told.decisions[0].bin == "manual"
        assert at.station.counts.reasons == {kind_of(reason): 1}


def test_a_long_piece_whose_field_is_all_in_the_picture_is_read() -> None:
    whole = Field(((5, 5), (30, 5), (30, 15), (5, 15)))
    cut = Field(((5, 5), (40, 5), (40, 15), (5, 15)))
    for field, status in ((whole, "accepted"), (cut, "rejected")):
        trigger = Trigger(Moment(0, 0, "boot"), 1.0)
        piece = Pending(1, trigger, 0.9, view="long", result=result("10007", field=field))
        piece.shown = Frame(np.zeros((20, 40), np.uint8), 1.0, 1, "fake:0")
        found = answer_of(piece)
        assert not isinstance(found, str) and found.reading.status == status
