"""Who is let in, and for how long nobody is."""

from __future__ import annotations

import pytest

from device_runtime.station.web.door.access import (
    MOST_SESSIONS,
    SESSION_S,
    WINDOW_S,
    WRONG_OF_ALL,
    WRONG_OF_ONE,
    Access,
    TooOftenError,
)

TOKEN = "correct-horse-battery-staple"


class Clock:
    """Seconds that a test sets."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_the_right_token_gives_a_cookie_and_a_wrong_one_none() -> None:
    access = Access(TOKEN)
    assert access.enter(TOKEN + "x", "10.0.0.1") is None and access.enter("", "10.0.0.1") is None
    cookie = access.enter(TOKEN, "10.0.0.1")
    assert cookie and len(cookie) >= 40
    assert access.entered(cookie) and access.entered(cookie[:-1]) is None and access.entered("") is None


def test_a_visitor_is_forgotten_when_he_leaves_and_after_half_a_day() -> None:
    clock = Clock()
    access = Access(TOKEN, clock)
    first, second = access.enter(TOKEN, "a"), access.enter(TOKEN, "a")
    assert first and second and first != second
    access.leave(first)
    assert access.entered(first) is None and access.entered(second)
    clock.now_s += SESSION_S + 1
    assert access.entered(second) is None


def test_after_some_wrong_tokens_an_address_waits_and_others_do_not() -> None:
    clock = Clock()
    access = Access(TOKEN, clock)
    for _ in range(WRONG_OF_ONE):
        assert access.enter("wrong", "10.0.0.1") is None
    with pytest.raises(TooOftenError) as caught:
        access.enter(TOKEN, "10.0.0.1")  # the right one is not looked at either: nothing is learned by guessing on
    assert 0 < caught.value.wait_s <= WINDOW_S
    assert access.enter(TOKEN, "10.0.0.2")
    clock.now_s += WINDOW_S
    assert access.enter(TOKEN, "10.0.0.1")


def test_addresses_of_one_household_in_ipv6_count_as_one() -> None:
    access = Access(TOKEN)
    for number in range(WRONG_OF_ONE):
        access.enter("wrong", f"2001:db8:0:1::{number}")
    with pytest.raises(TooOftenError):
        access.enter(TOKEN, "2001:db8:0:1:ffff::1")
    assert access.enter(TOKEN, "2001:db8:0:2::1")


def test_many_addresses_together_wait_too() -> None:
    access = Access(TOKEN, Clock())
    for number in range(WRONG_OF_ALL):
        access.enter("wrong", f"10.0.{number}.1")
    with pytest.raises(TooOftenError):
        access.enter(TOKEN, "10.1.0.1")


def test_sessions_and_addresses_take_no_more_memory_than_they_may() -> None:
    clock = Clock()
    access = Access(TOKEN, clock)
    cookies = [access.enter(TOKEN, "a") for _ in range(MOST_SESSIONS + 3)]
    assert [access.entered(one or "") is None for one in cookies].count(True) == 3
    for number in range(3000):
        clock.now_s += WINDOW_S
        access.enter("wrong", f"address {number}")
    assert len(access._wrong) <= 1024


def test_every_visitor_has_a_secret_of_his_own_for_what_he_sends() -> None:
    access = Access(TOKEN)
    one, other = (access.entered(access.enter(TOKEN, "a") or "") for _ in range(2))
    assert one and other and one.csrf != other.csrf
    assert access.is_own(one, one.csrf) and not access.is_own(one, other.csrf) and not access.is_own(one, "\udcff")
