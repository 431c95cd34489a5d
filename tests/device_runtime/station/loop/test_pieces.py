"""Which frame is of which piece: no piece gets one of the next, in whatever order triggers and frames become known."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.capture.source import Frame
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop.answering import NO_FRAME, NO_TIME, answer_of
from device_runtime.station.loop.pieces import MIXED, Pending, Pieces
from device_runtime.station.loop.values import Trigger
from tests.device_runtime.station.loop.stations import result


def piece(id: int, began_s: float, deadline_s: float = 9.0) -> Pending:
    trigger = Trigger(Moment(0, round(began_s * 1e9), "boot"), began_s + deadline_s)
    return Pending(id, trigger, began_s + deadline_s)


def frame(captured_s: float) -> Frame:
    return Frame(np.zeros((4, 4), np.uint8), captured_s, round(captured_s * 1000), "fake:0")


def moments(of: Pending) -> list[float]:
    return [one.captured_s for one in of.frames]


def test_a_piece_that_was_answered_closes_those_before_it() -> None:
    pieces = Pieces(3, 0.25)
    first, second = piece(1, 1.0), piece(2, 1.3, deadline_s=0.05)
    pieces.begin(first)
    pieces.begin(second)
    assert pieces.due(1.4) == [second]
    pieces.show(frame(1.5), 1.6)  # the second piece is under the camera, answered or not
    assert moments(first) == [] and first.has_all and pieces.due(1.6) == [first]
    assert answer_of(first) == NO_FRAME


def test_a_piece_that_is_refused_closes_those_before_it_too() -> None:
    pieces = Pieces(1, 0.25)
    waiting = [piece(number, number / 10) for number in range(1, 18)]
    for one in waiting:
        pieces.begin(one)
    pieces.due(2.0)
    pieces.show(frame(2.0), 2.0)
    assert all(moments(one) == [] for one in waiting)


def test_a_trigger_that_is_told_of_late_takes_its_frames_back() -> None:
    pieces = Pieces(3, 0.25)
    for number in (1, 2):  # gaps of a second are known
        pieces.begin(piece(number, number - 2.0))
        pieces.show(frame(number - 1.9), number - 1.9)
    first, late = piece(3, 1.0), piece(4, 1.05)
    pieces.begin(first)
    pieces.show(frame(1.02), 1.03)
    pieces.show(frame(1.1), 1.11)
    assert moments(first) == [1.02, 1.1]
    pieces.begin(late)
    assert moments(first) == [1.02] and first.has_all
    pieces.show(frame(1.15), 1.16)
    assert moments(late) == [1.15]


def test_what_was_read_of_the_next_piece_already_is_answered_as_such() -> None:
    pieces = Pieces(1, 0.25)
    first = piece(1, 1.0)
    pieces.begin(first)
    pieces.show(frame(1.5), 1.5)
    assert pieces.to_read(1.5)
    pieces.begin(piece(2, 1.2))  # told of 0.3 s late
    assert pieces.done(first, frame(1.5), result("80331"), None)
    assert first in pieces.due(1.6) and answer_of(first) == MIXED


@pytest.mark.parametrize(("gap_s", "second_s", "is_taken"), [(0.2, 0.15, False), (0.2, 0.05, True), (9.0, 0.3, False)])
def test_further_frames_end_halfway_to_the_next_piece(gap_s: float, second_s: float, is_taken: bool) -> None:
    pieces = Pieces(3, 0.25)
    before, now = piece(1, 1.0), piece(2, 1.0 + gap_s)
    pieces.begin(before)
    pieces.begin(now)
    began_s = now.began_s
    pieces.show(frame(began_s + 0.01), began_s + 0.01)
    pieces.show(frame(began_s + second_s), began_s + second_s)
    assert (len(now.frames) == 2) is is_taken


def test_as_long_as_no_gap_is_known_a_piece_has_one_frame() -> None:
    pieces = Pieces(3, 0.25)
    only = piece(1, 1.0)
    pieces.begin(only)
    pieces.show(frame(1.01), 1.01)
    pieces.show(frame(1.05), 1.05)
    assert moments(only) == [1.01] and only.has_all


def test_no_time_to_look_is_no_reading_rather_than_no_code() -> None:
    one = piece(1, 1.0)
    one.result = result(None, "no_code", f"{NO_TIME} to read a line")
    assert answer_of(one) == f"{NO_TIME} to read a line"
    one.result = result(None, "no_code", "no ink")
    assert answer_of(one) is one.result
