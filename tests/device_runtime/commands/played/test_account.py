"""What the demo says of its mail, piece by piece and in sum."""

from __future__ import annotations

import click
import pytest

from device_runtime.commands.played.account import HEAD, Account, row, status_of, summary
from device_runtime.commands.played.mail import Letter
from firmware_bridge import Tally
from tests.device_runtime.commands.played.decided import ACCEPTED, accepted, decision, no_code, rejected

MAIL = [Letter("01.jpg", ACCEPTED), Letter("02.jpg", "12345"), Letter("03.jpg", None)]


def account_of(*decisions: object) -> Account:
    account = Account(lambda number: MAIL[(number - 1) % len(MAIL)])
    for one in decisions:
        account.take(one)  # type: ignore[arg-type]
    return account


def test_a_row_stands_below_its_head() -> None:
    printed = click.unstyle(row(decision(7, rejected(), "by hand", 1234.56, frames=3)))
    assert printed == (
        "    7  80331  rejected       0.997   1234.6 ms         3  by hand   low confidence in character 3 ('3')"
    )
    assert printed.index("80331") == HEAD.index("code") and printed.index("by hand") == HEAD.index("bin")
    assert printed.index("rejected") == HEAD.index("status")
    assert "\x1b[33m80331" in row(decision(7, rejected())) and "\x1b[32m80331" in row(decision(7, accepted()))
    assert click.unstyle(row(decision(1, "no picture in time"))).endswith(
        "-    120.0 ms         1  south     no picture in time"
    )


def test_an_accepted_code_that_is_not_on_the_piece_is_wrong() -> None:
    account = account_of(
        decision(1, accepted()), decision(2, accepted()), decision(2, rejected()), decision(3, accepted())
    )
    assert account.wrong == [2, 3] and account.pieces == 4
    assert account_of(decision(1, accepted()), decision(2, rejected()), decision(3, no_code())).wrong == []


def test_a_piece_that_passes_again_counts_again_and_its_last_answer_is_kept() -> None:
    last = decision(4, rejected(), "by hand")
    account = account_of(decision(1, accepted()), decision(2, no_code(), "by hand"), last)
    assert account.pieces == 3 and list(account.answers) == MAIL[:2] and account.answers[MAIL[0]] is last
    assert account.bins == {"by hand": 2, "south": 1}


@pytest.mark.parametrize(
    ("doubled", "told"), [(0, "before the deadline of 500 ms: 3 of 4"), (1, "500 ms: 3 of 4, 1 of them twice")]
)
def test_the_sum_names_everything(doubled: int, told: str) -> None:
    tally = Tally(triggered=4, in_time=3, late=1, doubled=doubled)
    tally.latencies_ms.extend([100.0, 200.0, 300.0, 400.0])
    account = account_of(
        decision(1, accepted()),
        decision(2, accepted()),
        decision(3, "no picture in time", "by hand"),
        decision(4, no_code()),
    )
    assert summary(account, tally, 500, acknowledged=4) == [
        "4 pieces: 2 accepted, 0 rejected, 1 without a code, 1 not read",
        "wrong codes among the accepted: 1 (piece 2)",
        "bins: south 3, by hand 1",
        f"answered {told}" if doubled == 0 else f"answered before the deadline of {told}",
        "from trigger to answer: p50 200.0 ms, p95 400.0 ms, p99 400.0 ms",
        "acknowledged by the controller: 4 of 4",
    ]


def test_a_piece_of_which_nothing_was_read_has_its_own_status() -> None:
    assert [status_of(decision(1, one)) for one in (accepted(), rejected(), no_code(), "late")] == [
        "accepted",
        "rejected",
        "no_code",
        "no_read",
    ]
