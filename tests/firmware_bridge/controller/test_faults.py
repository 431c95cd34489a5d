"""Faults on request: how often, in what order, and what a controller without power does."""

from __future__ import annotations

from firmware_bridge import Faults
from firmware_bridge.controller.faults import DEAF_S, BadDay


def test_a_good_day_changes_nothing_and_is_at_once() -> None:
    day = BadDay(Faults())
    assert day.coming(b"abc", 1.0) == (b"abc", None)
    day.going(b"def", 1.0)
    assert day.due(1.0) == b"def" and day.due(2.0) == b""


def test_traffic_is_lost_and_damaged_as_often_as_asked_and_the_same_for_a_seed() -> None:
    def arriving(seed: int) -> list[bytes]:
        day = BadDay(Faults(drop=0.2, corrupt=0.3, seed=seed))
        return [day.coming(b"\x00" * 8, s)[0] for s in range(2000)]

    seen = arriving(4)
    assert 300 < seen.count(b"") < 500
    flipped = [one for one in seen if one not in (b"", b"\x00" * 8)]
    assert 380 < len(flipped) < 580 and all(sum(byte.bit_count() for byte in one) == 1 for one in flipped)
    assert arriving(4) == seen != arriving(5)


def test_delayed_answers_keep_their_order() -> None:
    day = BadDay(Faults(delay_ms=50, seed=1))
    for number in range(20):
        day.going(bytes([number]), number / 1000)
    arrived = [day.due(ms / 1000) for ms in range(200)]
    assert b"".join(arrived) == bytes(range(20)) and sum(map(bool, arrived)) > 3


def test_a_controller_without_power_hears_and_says_nothing_for_a_second() -> None:
    day = BadDay(Faults(reboot=1.0))
    day.going(b"on its way", 1.0)
    assert day.coming(b"abc", 1.0) == (b"", "reboot") and day.is_deaf(1.5)
    assert day.coming(b"abc", 1.5) == (b"", None)
    day.going(b"nobody says this", 1.5)
    assert day.due(9.0) == b"" and not day.is_deaf(1.0 + DEAF_S)


def test_a_controller_that_forgets_still_hears() -> None:
    assert BadDay(Faults(forget=1.0)).coming(b"abc", 1.0) == (b"abc", "forget")
    assert BadDay(Faults(forget=1.0)).coming(b"", 1.0) == (b"", None)
