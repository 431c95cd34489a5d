"""Tells every decision of a station in further tongues, each on threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from device_runtime.report.decided import Phrasing
from device_runtime.station.health.health import Health
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.moment import now
from device_runtime.station.loop.values import Decision
from firmware_bridge.host.news import Outcome
from firmware_bridge.host.queues.guarded import GuardedOutbox
from firmware_bridge.host.queues.outbox import Outbox
from firmware_bridge.host.tongues.speaker import Patience, Speaker
from firmware_bridge.host.tongues.tongue import Tongue


class TongueReporter:
    """One tongue of a station: takes each `Decision` (`Told`), and keeps nobody waiting.

    Args:
        tongue: that is spoken.
        record: takes what became of each decision.
        health: is told `wire_lost` under the tongue's name.
        say: takes a line about it.
        outbox: keeps what waits on the disk, and is closed with the reporter; where it fails, the rest waits in memory.
        patience: how often the peer is tried.
    """

    def __init__(
        self,
        tongue: Tongue,
        record: Callable[[Delivery], None],
        health: Health,
        say: Callable[[str], None],
        outbox: Outbox | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.name = tongue.name
        self._to, self._record, self._health, self._say = tongue.to, record, health, say
        self._phrase, self._outbox, self._was_lost = Phrasing(say), outbox, False
        queue = GuardedOutbox(outbox, say) if outbox else None
        self._speaker = Speaker(tongue, self._take_outcome, self._take_wire, queue, patience or Patience())

    def tell(self, decision: Decision) -> None:
        """Say a decision; returns at once."""
        self._speaker.send(self._phrase(decision), decision.id)

    def close(self, timeout_s: float = 0.5) -> bool:
        """Say what waits, as far as the time allows, and end; returns whether all had their outcome."""
        done = self._speaker.close(timeout_s)
        if self._outbox:
            self._outbox.close()
        return done

    def _take_outcome(self, outcome: Outcome) -> None:
        said = outcome.detail if outcome.how == "delivered" else f"{outcome.how}: {outcome.detail}"
        if outcome.how != "delivered":
            self._say(f"{self.name}: a piece was {said}")  # without its number: the log holds repeats back
        if not outcome.tag:  # a piece that the journal does not know
            return
        to, tries = f"{self.name} {self._to}", max(1, outcome.transmissions)
        self._record(Delivery(outcome.tag, now(), to, said, tries, outcome.elapsed_s * 1000))

    def _take_wire(self, detail: str | None) -> None:
        if detail is not None:
            self._was_lost = True
            self._health.set("wire_lost", f"{self.name}: {detail}", by=self.name)
            self._say(f"{self.name}: {detail}; trying again until it answers")
        else:
            self._health.clear("wire_lost", by=self.name)
            if self._was_lost:
                self._say(f"{self.name}: {self._to} answers")


class Tongues:
    """Several tongues of one station (`Told`).

    Args:
        reporters: one a tongue.
    """

    def __init__(self, reporters: Sequence[TongueReporter]) -> None:
        self._reporters = tuple(reporters)

    def tell(self, decision: Decision) -> None:
        """Say a decision in each; returns at once."""
        for one in self._reporters:
            one.tell(decision)

    def close(self, timeout_s: float = 0.5) -> None:
        """Close all, at the same time: those of slow peers add up to no longer wait."""
        ends = [threading.Thread(target=one.close, args=(timeout_s,), daemon=True) for one in self._reporters]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
