"""What tests of tongues have in common: reports, and somebody who hears what became of them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware_bridge.host.news import Outcome
from firmware_bridge.host.tongues.speaker import Patience
from firmware_bridge.protocol.message import Flags, NoReadMessage, NoReadReason, ReadingMessage

PATIENCE_S = 10.0
AT_ONCE = Patience(0.01, 0.05, 0.05)


def reading(piece: int = 7, code: str = "10115", bin: str | None = "A3") -> ReadingMessage:
    return ReadingMessage(piece, "accepted", code, 0.9973, 61, bin, Flags.TRIGGERED)


def no_read(piece: int = 8) -> NoReadMessage:
    return NoReadMessage(piece, NoReadReason.NO_PICTURE, 100, "reject", Flags.LATE, "no picture in time")


class Ear:
    """Hears outcomes and states, and waits for them."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.wires: list[str | None] = []
        self._changed = threading.Condition()

    def outcome(self, outcome: Outcome) -> None:
        self.note(lambda: self.outcomes.append(outcome))

    def wire(self, detail: str | None) -> None:
        self.note(lambda: self.wires.append(detail))

    def note(self, keep: Callable[[], object]) -> None:
        with self._changed:
            keep()
            self._changed.notify_all()

    def wait(self, until: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
        with self._changed:
            assert self._changed.wait_for(until, timeout_s), vars(self)

    def said(self) -> list[tuple[int, str, str]]:
        return [(one.tag, one.how, one.detail) for one in self.outcomes]
