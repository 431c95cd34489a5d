"""The time of the stages, and steps that would not end in time."""

from __future__ import annotations

import pytest

from device_runtime.clock import Clock, OutOfTime, Pace


class Hands:
    """A clock that is set by hand, in s."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def done(clock: Clock, hands: Hands, takes_s: float, name: str = "line", purpose: str = "to read it") -> bool:
    """Whether a step that takes so long was begun."""
    try:
        with clock.step(name, purpose):
            hands.at += takes_s
    except OutOfTime:
        return False
    return True


def test_without_a_moment_to_end_at_all_is_done() -> None:
    hands = Hands()
    clock = Clock(None, Pace(hands))
    assert all(done(clock, hands, 1e6) for _ in range(3)) and clock.cut is None


def test_a_step_is_begun_where_it_ends_in_time_by_what_such_steps_took() -> None:
    hands, pace = Hands(), Pace(Hands())
    pace.now = hands
    clock = Clock(110.0, pace)
    assert done(clock, hands, 4.0) and done(clock, hands, 4.0)  # until 108
    assert done(clock, hands, 1.0, "width")  # of another kind, of which nothing is known yet
    assert not done(clock, hands, 4.0, purpose="to read all of it")
    assert hands.at == 109.0 and clock.cut == "to read all of it"


def test_what_comes_after_a_cut_step_is_cut_too_and_the_first_purpose_is_told() -> None:
    hands = Hands()
    clock = Clock(99.0, Pace(hands))
    assert not done(clock, hands, 1.0, purpose="first")
    hands.at = 0.0
    assert not done(clock, hands, 0.0, "width", "second") and clock.cut == "first"


def test_readings_share_what_steps_took() -> None:
    hands = Hands()
    pace = Pace(hands)
    assert done(Clock(None, pace), hands, 8.0)
    assert not done(Clock(hands.at + 7.0, pace), hands, 8.0)
    assert done(Clock(hands.at + 9.0, pace), hands, 8.0)


def test_what_a_step_is_expected_to_take_rises_at_once_and_falls_slowly() -> None:
    pace = Pace(Hands())
    expected = []
    for spent_s in (1.0, 9.0, 1.0, 1.0, 1.0):
        pace.took("line", spent_s)
        expected.append(pace.expected_s("line"))
    assert expected[:2] == [1.0, 9.0] and expected[2:] == sorted(expected[2:], reverse=True)
    assert 9.0 > expected[2] > 7.0 and expected[-1] > 1.0


def test_a_step_that_fails_teaches_nothing() -> None:
    hands = Hands()
    pace = Pace(hands)
    with pytest.raises(ValueError, match="odd"), Clock(None, pace).step("line", "to read it"):
        hands.at += 5.0
        raise ValueError("odd")
    assert pace.expected_s("line") == 0.0
