"""What became of the mail of a demo: each piece as it is answered, and the sum of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from device_runtime.commands.played.mail import Letter
from device_runtime.result import Result
from device_runtime.station.loop.values import Decision
from firmware_bridge import Tally

STATUSES = ("accepted", "rejected", "no_code", "no_read")
_SHOWN = {"accepted": "green", "rejected": "yellow"}
_WORDS = {"accepted": "accepted", "rejected": "rejected", "no_code": "without a code", "no_read": "not read"}
HEAD = f"{'piece':>5}  {'code':<6} {'status':<9} {'confidence':>10} {'answered':>11} {'pictures':>9}  bin"


def status_of(decision: Decision) -> str:
    """The status of a piece; "no_read" where nothing was read."""
    return decision.read.reading.status if isinstance(decision.read, Result) else "no_read"


def row(decision: Decision) -> str:
    """A piece as it is printed, below HEAD."""
    reading = decision.read.reading if isinstance(decision.read, Result) else None
    status = status_of(decision)
    code, confidence = (reading.code or "-", f"{reading.confidence:.3f}") if reading else ("-", "-")
    reason = reading.reason if reading else str(decision.read)
    shown = click.style(f"{code:<6} {status:<9}", fg=_SHOWN.get(status))
    told = f"{decision.trigger.number:>5}  {shown} {confidence:>10} {decision.stages_ms['total']:>8.1f} ms"
    told += f" {decision.frames:>9}  {decision.bin:<8}"
    return f"{told}  {reason}" if reason else told.rstrip()


@dataclass
class Account:
    """Takes the decisions of a station. One thread at a time.

    Args:
        letter: the piece that has a number.

    Attributes:
        answers: the last decision about each piece of the mail.
        wrong: numbers of pieces whose accepted code is not the one on them.
    """

    letter: Callable[[int], Letter]
    answers: dict[Letter, Decision] = field(default_factory=dict)
    wrong: list[int] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    bins: Counter[str] = field(default_factory=Counter)

    def take(self, decision: Decision) -> None:
        """Count a piece."""
        number = decision.trigger.number
        assert number is not None
        letter, status = self.letter(number), status_of(decision)
        self.answers[letter] = decision
        self.statuses[status] += 1
        self.bins[decision.bin] += 1
        if isinstance(decision.read, Result) and status == "accepted" and decision.read.reading.code != letter.code:
            self.wrong.append(number)

    @property
    def pieces(self) -> int:
        """How many were answered."""
        return self.statuses.total()


def summary(account: Account, tally: Tally, deadline_ms: int, acknowledged: int) -> list[str]:
    """The sum in lines.

    Args:
        account: of what the station decided.
        tally: of what the controller saw.
        deadline_ms: of each piece.
        acknowledged: answers that the journal says were acknowledged.
    """
    became = ", ".join(f"{account.statuses[status]} {_WORDS[status]}" for status in STATUSES)
    wrong = ", ".join(f"piece {number}" for number in account.wrong)
    p50, p95, p99, _ = tally.percentiles_ms()
    doubled = f", {tally.doubled} of them twice" if tally.doubled else ""
    return [
        f"{tally.triggered} pieces: {became}",
        f"wrong codes among the accepted: {len(account.wrong)}{f' ({wrong})' if wrong else ''}",
        "bins: " + ", ".join(f"{bin} {count}" for bin, count in account.bins.most_common()),
        f"answered before the deadline of {deadline_ms} ms: {tally.in_time} of {tally.triggered}{doubled}",
        f"from trigger to answer: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms",
        f"acknowledged by the controller: {acknowledged} of {tally.triggered}",
    ]
