"""Tells the sorter's controller every decision of a station, and the station every trigger of the controller."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Literal, Protocol

from device_runtime.errors import PosteyeError
from device_runtime.report.decided import Phrasing, plain
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.moment import now
from device_runtime.station.loop.values import Decision
from device_runtime.version import VERSION
from firmware_bridge import (
    BAUD_RATE,
    Capability,
    ControllerRestarted,
    DuplexLink,
    Flags,
    GuardedOutbox,
    Heartbeat,
    Manner,
    News,
    NoReadMessage,
    NoReadReason,
    Outbox,
    Outcome,
    ReaderIdentity,
    Setting,
    TimeTold,
    TriggerMessage,
    Troubles,
    WireBack,
    WireLost,
    refuse,
)

_SPEAKS = Capability.NO_READ | Capability.HEARTBEAT | Capability.TRIGGER | Capability.TIME
_TROUBLES = {
    "camera_lost": Troubles.CAMERA_LOST,
    "disk_full": Troubles.DISK_FULL,
    "clock_stepped": Troubles.CLOCK_STEPPED,
    "overheated": Troubles.OVERHEATED,
}
_OF_USE_S = 2.0  # after the deadline of its piece a report is of no use to a controller any more
_UNTAGGED = 0  # of what is no decision; the journal has no such id


class TakeTrigger(Protocol):
    """Begins a piece: `Station.trigger` is one."""

    def __call__(self, number: int, deadline_ms: float | None, *, age_ms: float) -> int:
        """Take a piece that has come.

        Args:
            number: what the controller calls it.
            deadline_ms: from the moment it came to its answer; None: the controller leaves it to the station.
            age_ms: since it came.

        Returns:
            Its id in the journal; 0 where it has none.

        Raises:
            PosteyeError: it cannot be taken.
        """
        ...


class Health(Protocol):
    """Is told when the wire is lost, and when it is back: `station.health.Health` is one."""

    def set(self, state: Literal["wire_lost"], detail: str) -> None:
        """It is lost from now on."""
        ...

    def clear(self, state: Literal["wire_lost"]) -> None:
        """It is back."""
        ...


class StationReporter:
    """The wire of a station: takes each `Decision` (`Told`), calls for each trigger. It never keeps anybody waiting.

    A decision is acknowledged and acted upon at most once. While the wire is down, the newest wait; what became of each
    is recorded. Two seconds after its deadline a decision about a piece that the controller named is not sent any more,
    unless an outbox keeps it; it is never sent to a controller that was restarted since, which may count anew.

    Args:
        url: the port: a device, or a URL of pyserial. It need not be there yet.
        record: takes what became of each decision.
        health: is told when the wire is lost and back.
        say: takes a line about the wire.
        trigger: begins a piece; a PosteyeError of it is answered by NO_READ.
        forget: is called when the controller was restarted: numbers of pieces that come from then on are of new ones.
        baud_rate: bits a second.
        bundle: SHA-256 of the bundle's manifest in hex, for IDENTIFY.
        troubles: asked for the names of the station's states that are wrong, for HEARTBEAT.
        settings: gets what the controller asks for or changes; by default all is refused.
        outbox: keeps what waits on the disk, and is closed with the reporter; where it fails, the rest waits in memory.

    Attributes:
        clock_offset_s: how far the controller's time of day was ahead of this machine's; None: it has told none.
        is_lost: whether no controller answers.
    """

    def __init__(
        self,
        url: str,
        record: Callable[[Delivery], None],
        health: Health,
        say: Callable[[str], None],
        *,
        trigger: TakeTrigger | None = None,
        forget: Callable[[], object] = lambda: None,
        baud_rate: int = BAUD_RATE,
        bundle: str = "",
        troubles: Callable[[], Collection[str]] = tuple,
        settings: Callable[[Setting], Setting] = refuse,
        outbox: Outbox | None = None,
    ) -> None:
        self._url, self._record, self._health, self._say = url, record, health, say
        self._trigger, self._forget, self._troubles = trigger, forget, troubles
        self._began_s, self._pieces, self._phrase = time.monotonic(), 0, Phrasing(say)
        self._has_been_lost = False
        self._last_id = 0  # of the pieces that were triggered
        self._life = (0, 0)  # which one of the controller it is, and the last id before it began
        self.clock_offset_s: float | None = None
        speaks = _SPEAKS if trigger else _SPEAKS & ~Capability.TRIGGER
        if settings is not refuse:
            speaks |= Capability.CONFIG
        self._outbox = outbox
        queue = GuardedOutbox(outbox, say) if outbox else None
        if outbox:
            speaks |= Capability.REMEMBERS
        identity = ReaderIdentity(speaks, bytes.fromhex(bundle)[:8].ljust(8, b"\x00"), f"posteye {VERSION}")
        manner = Manner("posteye", identity, self._heartbeat, settings)
        self._link = DuplexLink(url, manner, self._take, queue=queue, baud_rate=baud_rate)

    @property
    def is_lost(self) -> bool:
        """Whether no controller answers."""
        return self._link.is_lost

    def tell(self, decision: Decision) -> None:
        """Send a decision; returns at once."""
        self._pieces += 1
        message = self._phrase(decision)
        if decision.trigger.number is None:
            self._link.send(message, decision.id)
            return
        life, last_id_before = self._life
        if 0 < decision.id <= last_id_before:  # without an id nobody knows, and it is taken for a new one
            life -= 1
        self._link.send(message, decision.id, until_s=decision.trigger.deadline_s + _OF_USE_S, life=life)

    def close(self, timeout_s: float = 0.5) -> bool:
        """Send what waits, as far as the time allows, and close the port; returns whether all had their outcome."""
        done = self._link.close(timeout_s)
        if self._outbox:
            self._outbox.close()
        return done

    def _take(self, news: News) -> None:
        match news:
            case TriggerMessage():
                self._take_trigger(news)
            case Outcome():
                self._take_outcome(news)
            case WireLost(detail):
                self._has_been_lost = True
                self._health.set("wire_lost", detail)
                self._say(f"{detail}; trying again until it answers")
            case WireBack(controller, identity):
                self._health.clear("wire_lost")
                model = f" ({identity.model})" if identity.model and identity.model != controller else ""
                if self._has_been_lost:
                    self._say(f"the controller {controller}{model} answers on {self._url}")
            case ControllerRestarted(life):
                self._life = life, self._last_id
                self._forget()
            case TimeTold(unix_ms):
                self.clock_offset_s = unix_ms / 1000 - time.time()

    def _take_trigger(self, came: TriggerMessage) -> None:
        if self._trigger is None:
            return
        try:
            id = self._trigger(came.piece, float(came.deadline_ms) or None, age_ms=float(came.age_ms))
            self._last_id = max(self._last_id, id)
        except PosteyeError as error:
            report = NoReadMessage(came.piece, NoReadReason.OTHER, 0, None, Flags.TRIGGERED, plain(str(error)))
            left_s = (came.deadline_ms - came.age_ms) / 1000
            until_s = time.monotonic() + left_s + _OF_USE_S
            self._link.send(report, _UNTAGGED, until_s=until_s, life=self._life[0])

    def _take_outcome(self, outcome: Outcome) -> None:
        if outcome.tag == _UNTAGGED:
            return
        said = "acknowledged" if outcome.how == "delivered" else f"{outcome.how}: {outcome.detail}"
        tries = max(1, outcome.transmissions)
        self._record(Delivery(outcome.tag, now(), self._url, said, tries, outcome.elapsed_s * 1000))

    def _heartbeat(self) -> Heartbeat:
        wrong = Troubles(0)
        for state in self._troubles():
            wrong |= _TROUBLES.get(state, Troubles(0))
        return Heartbeat(int(time.monotonic() - self._began_s), self._pieces, wrong)
