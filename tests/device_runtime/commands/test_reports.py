"""Decisions are reported over the wire while it is there; one that is lost and back stops and doubles nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest

from device_runtime.commands import reports as module
from device_runtime.commands.reports import ACKNOWLEDGED, DOWN, TOO_LATE, Reports
from device_runtime.result import Result
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop.troubles import Troubles
from device_runtime.station.loop.values import Decision, Trigger
from device_runtime.unreadable import Unreadable
from firmware_bridge import NoAnswerError, PortError, RefusedError
from tests.device_runtime.capture.fake_source import eventually
from tests.device_runtime.station.loop.stations import result


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHORTEST_PAUSE_S", 0.001)
    monkeypatch.setattr(module, "LONGEST_PAUSE_S", 0.002)
    monkeypatch.setattr("device_runtime.station.loop.aside.IDLE_S", 0.005)


@dataclass
class Wire:
    """A port and what is sent over it.

    Attributes:
        is_there: whether it can be opened.
        fails: raised by the next sending.
        sent: number and what was read.
        closed: how often it was closed.
    """

    is_there: bool = True
    fails: Exception | None = None
    sent: list[tuple[int, str | None]] = field(default_factory=list)
    closed: int = 0

    def open_port(self, url: str) -> Wire:
        if not self.is_there:
            raise PortError(f"{url} cannot be opened")
        return self

    def send(self, piece: int, found: Result | Unreadable) -> str:
        if self.fails:
            error, self.fails = self.fails, None
            raise error
        self.sent.append((piece, found.reason if isinstance(found, Unreadable) else found.reading.code))
        return "acknowledged"

    def __exit__(self, *_: object) -> None:
        self.closed += 1


@dataclass
class At:
    """Reports over a wire."""

    wire: Wire = field(default_factory=Wire)
    deliveries: list[Delivery] = field(default_factory=list)
    health: Troubles = field(default_factory=Troubles)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reports = Reports(
            "/dev/ttyUSB0",
            "stub 1",
            self.deliveries.append,
            self.health,
            self.lines.append,
            self.wire.open_port,  # type: ignore[arg-type]
        )

    def tell(self, id: int, read: Result | str, number: int | None = None, late_s: float = -10) -> str:
        """What became of a decision."""
        trigger = Trigger(Moment(0, 0, "boot"), time.monotonic() - late_s, number)
        before = len(self.deliveries)
        self.reports.tell(Decision(id, trigger, read, "south", 1, 5, {"total": 12.0}))
        assert eventually(lambda: len(self.deliveries) > before)
        assert self.deliveries[-1].piece == id and self.deliveries[-1].to == "/dev/ttyUSB0"
        return self.deliveries[-1].outcome


def test_a_decision_is_sent_by_the_number_of_its_trigger_and_else_by_its_id() -> None:
    at = At()
    assert at.tell(1, result("80331"), number=41) == ACKNOWLEDGED
    assert at.tell(2, "no picture in time") == ACKNOWLEDGED
    at.reports.close(20)
    assert at.wire.sent == [(41, "80331"), (2, "no picture in time")] and at.wire.closed == 1


def test_a_controller_that_is_gone_and_back_is_told_again_and_nothing_twice() -> None:
    at = At()
    assert at.tell(1, result("80331")) == ACKNOWLEDGED
    at.wire.is_there, at.wire.fails = False, NoAnswerError("no acknowledgement of the reading of piece 2")
    assert at.tell(2, result("80332")) == "not acknowledged"
    assert dict(at.health.now).keys() == {"wire_lost"}
    assert at.tell(3, result("80333")) == DOWN
    at.wire.is_there = True
    assert eventually(lambda: not at.health.now)  # also while no piece comes
    assert at.tell(4, result("80334")) == ACKNOWLEDGED
    assert [number for number, _ in at.wire.sent] == [1, 4]
    assert at.lines == [
        "no acknowledgement of the reading of piece 2; trying again until it answers",
        "the wire /dev/ttyUSB0 is back",
    ]
    at.reports.close(20)


def test_a_controller_that_was_not_there_at_the_start_is_told_when_it_comes() -> None:
    at = At(Wire(is_there=False))
    assert at.tell(1, result("80331")) == DOWN
    at.wire.is_there = True
    assert eventually(lambda: at.lines[-1:] == ["the wire /dev/ttyUSB0 is back"])
    assert at.tell(2, result("80332")) == ACKNOWLEDGED
    at.reports.close(20)


def test_a_reading_that_nobody_can_use_any_more_is_not_sent() -> None:
    at = At()
    assert at.tell(1, result("80331"), late_s=module.STALE_S + 1) == TOO_LATE
    assert at.tell(2, result("80332"), late_s=module.STALE_S - 1) == ACKNOWLEDGED
    at.reports.close(20)
    assert [number for number, _ in at.wire.sent] == [2]


def test_a_reading_that_is_refused_leaves_the_wire_as_it_is() -> None:
    at = At()
    at.wire.fails = RefusedError("the controller refused the reading of piece 1: busy", 3)
    assert at.tell(1, result("80331")) == "the controller refused the reading of piece 1: busy"
    assert not at.health.now and at.tell(2, result("80332")) == ACKNOWLEDGED
    at.reports.close(20)
