"""A belt of triggered pieces: gaps, repetitions, deadlines, and the account of the answers."""

from __future__ import annotations

from itertools import pairwise

import pytest

from firmware_bridge import Belt, Feeder, NoReadMessage, ReadingMessage, Sorter
from firmware_bridge.protocol import table
from firmware_bridge.protocol.frame import HELLO, Frame, FrameReader, encode
from firmware_bridge.protocol.message import encode_name
from firmware_bridge.protocol.notice import TriggerMessage, encode_taken

SESSION = 0x5F3A12C4


def greeted(session: int = SESSION) -> Sorter:
    sorter = Sorter()
    sorter.feed(encode(Frame(HELLO, 0, session, encode_name("a reader"))))
    return sorter


def sent(data: bytes) -> list[tuple[int, TriggerMessage]]:
    return [(frame.sequence, TriggerMessage.decode(frame.payload)) for frame in FrameReader().feed(data)]


def came_s(belt: Belt, seconds: float = 10.0) -> list[float]:
    """When the pieces of a belt come, to the millisecond."""
    feeder, sorter, moments = Feeder(belt), greeted(), list[float]()
    for ms in range(round(seconds * 1000)):
        moments += [ms / 1000] * len(feeder.step(ms / 1000, sorter)[1])
    return moments


def answer(piece: int) -> ReadingMessage:
    return ReadingMessage(piece, "accepted", "10115", 0.9, 40, "A3")


def test_gaps_are_random_within_half_to_one_and_a_half_of_the_mean_and_seeded() -> None:
    moments = came_s(Belt(100, seed=1))
    gaps = [after - before for before, after in pairwise(moments)]
    assert 80 < len(moments) < 120
    assert min(gaps) >= 0.049 and max(gaps) <= 0.152 and len({round(gap, 2) for gap in gaps}) > 5
    assert came_s(Belt(100, seed=1)) == moments != came_s(Belt(100, seed=2))


def test_before_a_session_nothing_comes() -> None:
    feeder, sorter = Feeder(Belt(10)), Sorter()
    assert [feeder.step(s, sorter) for s in range(5)] == [(b"", [])] * 5
    assert feeder.tally.triggered == 0


def test_a_trigger_is_sent_four_times_with_its_age_until_it_is_taken() -> None:
    feeder, sorter = Feeder(Belt(1000, deadline_ms=500, pieces=1, first=9)), greeted()
    copies = []
    for ms in range(3000):
        copies += [(ms, *one) for one in sent(feeder.step(ms / 1000, sorter)[0])]
    first_ms = copies[0][0]
    assert [ms - first_ms for ms, _, _ in copies] == [0, 20, 60, 140]
    assert [trigger for _, _, trigger in copies] == [TriggerMessage(9, 500, age) for age in (0, 20, 60, 140)]
    assert {sequence for _, sequence, _ in copies} == {1}
    assert (sorter.statistics.triggers, sorter.statistics.repeats) == (1, 3)


def test_a_trigger_that_was_taken_is_not_sent_again() -> None:
    feeder, sorter = Feeder(Belt(1000, pieces=1)), greeted()
    copies = 0
    for ms in range(3000):
        for sequence, _ in sent(feeder.step(ms / 1000, sorter)[0]):
            copies += 1
            sorter.feed(encode(Frame(table.TAKEN.type, sequence, SESSION, encode_taken(0))))
    assert copies == 1 and feeder.tally.taken == 1


def test_a_trigger_that_was_refused_is_sent_again() -> None:
    feeder, sorter = Feeder(Belt(1000, pieces=1)), greeted()
    copies = 0
    for ms in range(3000):
        for sequence, _ in sent(feeder.step(ms / 1000, sorter)[0]):
            copies += 1
            sorter.feed(encode(Frame(table.TAKEN.type, sequence, SESSION, encode_taken(3))))
    assert copies == 4 and feeder.tally.taken == 0


def test_in_a_new_session_what_was_not_taken_is_sent_again_under_another_number() -> None:
    feeder, sorter = Feeder(Belt(1000, pieces=1)), greeted()
    for ms in range(2000):
        feeder.step(ms / 1000, sorter)
    sorter.feed(encode(Frame(HELLO, 0, SESSION + 1, encode_name("a reader"))))
    ((sequence, trigger),) = sent(feeder.step(2.0, sorter)[0])
    assert (sequence, trigger.piece) == (2, 1)


def test_a_controller_that_forgot_sends_nothing_of_before() -> None:
    feeder, sorter = Feeder(Belt(1000, pieces=1)), greeted()
    feeder.step(0.0, sorter)
    assert feeder.step(1.6, sorter)[1] == [TriggerMessage(1, 100)]
    sorter.restart()
    feeder.forget()
    assert feeder.step(1.7, sorter)[0] == b""


def test_answers_are_counted_by_time_bin_and_number() -> None:
    feeder, sorter = Feeder(Belt(10, deadline_ms=100, pieces=3)), greeted()
    for ms in range(0, 200, 10):
        feeder.step(ms / 1000, sorter)
    first = feeder.answered(answer(1), 0.05)
    assert first and first.in_time and 0 < first.latency_ms < 50
    late = feeder.answered(NoReadMessage(2, 2, 400, "reject"), 0.5)
    assert late and not late.in_time
    assert feeder.answered(answer(1), 0.06) is None and feeder.answered(answer(77), 0.06) is None
    assert feeder.missed(0.5) == [3] and feeder.missed(0.6) == []
    tally = feeder.tally
    assert (tally.triggered, tally.taken, tally.in_time, tally.late, tally.unanswered) == (3, 2, 1, 1, 1)
    assert (tally.doubled, tally.unasked, tally.bins) == (1, 1, {"A3": 1, "reject": 1})
    assert not tally.is_clean and not feeder.is_done(0.6) and feeder.is_done(3.0)


def test_a_belt_is_done_when_its_last_piece_is_answered() -> None:
    feeder, sorter = Feeder(Belt(10, pieces=1)), greeted()
    feeder.step(0.0, sorter)
    feeder.step(0.1, sorter)
    assert not feeder.is_done(0.1)
    feeder.answered(answer(1), 0.12)
    assert feeder.is_done(0.12) and feeder.tally.is_clean
    p50, _, p99, longest = feeder.tally.percentiles_ms()
    assert p50 == p99 == longest == pytest.approx(20.0)
