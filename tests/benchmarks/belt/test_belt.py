"""The belt of the benchmark triggers, counts and compares as it says, and its page shows what it found."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from benchmarks.belt.page import belt_table, limit_of, memory_chart, ramp_table
from benchmarks.belt.run import NO_FRAME, Answers, Run, ride
from benchmarks.figures.files import Results
from device_runtime.capture.source import Frame
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop.values import Decision, Trigger
from tests.device_runtime.station.loop.stations import result

RUN = Run(
    10,
    30,
    100,
    100,
    99,
    0,
    0,
    0,
    0,
    1,
    {"accepted": 97, "no_read": 3},
    {NO_FRAME: 2, "late": 1},
    1,
    20,
    34,
    37,
    38,
    17,
    [90.0, 91.0],
)


def test_a_short_ride_answers_every_piece_once_by_its_own_frame(tmp_path: Path) -> None:
    run = ride(tmp_path / "work", rate=20, fps=60, seconds=1, seed=3)
    assert run.pieces == run.answered > 5
    assert (run.doubled, run.lost, run.stale, run.mixed_up) == (0, 0, 0, 0)
    assert sum(run.statuses.values()) == run.pieces and run.memory_mb


def test_an_answer_by_a_stale_frame_or_after_the_deadline_is_noticed() -> None:
    answers = Answers()
    frame = Frame(np.zeros((4, 4), np.uint8), 1.0, 5, "dir:x")
    trigger = Trigger(Moment(0, 2 * 10**9, "boot"), 2.1, 7)  # long ago: nothing is in time
    for _ in range(2):
        answers.tell(Decision(1, trigger, result("80331"), "", 1, 5, {}, frame))
    answers.tell(Decision(2, trigger, NO_FRAME, "", 0, 5, {}))
    assert (answers.in_time, answers.stale, answers.numbers[7]) == (0, 2, 3)
    assert answers.shown == [(5, "80331", True)] * 2 and answers.reasons == {NO_FRAME: 1}


def test_the_limit_is_where_time_did_not_suffice_and_not_where_there_was_no_frame() -> None:
    fast = msgspec.structs.replace(RUN, rate=40)
    framed = msgspec.structs.replace(RUN, out_of_time=0)
    assert limit_of([framed, fast]) == "40" and limit_of([framed]) == "more than 10"
    assert ramp_table([fast]).lines == [["40", "100", "99", "97", "1", "2", "20.0 / 34.0 / 37.0 / 38.0"]]
    assert ["lost", "0"] in belt_table(RUN).lines


def test_the_chart_of_the_memory_begins_at_nothing() -> None:
    values = {
        "fifo": 0,
        "core": 0,
        "stalls": {"longest_ms": 1.0, "over_10_ms": 0},
        "belt": msgspec.to_builtins(RUN),
        "fields": [],
        "pieces": [],
        "limits": {},
    }
    results = Results("measured", "", "", "", False, "", None, {}, None, "", {}, None, values)
    (axes,) = memory_chart({"belt": results}).axes
    assert axes.get_ylim()[0] == 0 and np.array_equal(axes.lines[0].get_ydata(), [90.0, 91.0])
