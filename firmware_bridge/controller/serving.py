"""Gives the controller a port, a belt to feed from, and faults on request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from firmware_bridge.controller.event import Event
from firmware_bridge.controller.faults import BadDay, Faults
from firmware_bridge.controller.feeder import Feeder
from firmware_bridge.controller.sorter import SPEAKS, Sorter
from firmware_bridge.errors import PortError
from firmware_bridge.host.port import BAUD_RATE, POLL_S, Port
from firmware_bridge.protocol import frame as wire
from firmware_bridge.protocol import table
from firmware_bridge.protocol.notice import Capability, encode_time

REOPEN_S = 0.5
_FEEDING_POLL_S = 0.002  # of a belt: pieces do not wait for the port

OnEvent = Callable[[Event], None]


def serve(
    url: str,
    on_event: OnEvent,
    stop: threading.Event,
    *,
    name: str = "posteye sorter",
    baud_rate: int = BAUD_RATE,
    speaks: Capability = SPEAKS,
    feeder: Feeder | None = None,
    faults: Faults | None = None,
) -> None:
    """Be the controller on a port until stop is set, or until the last piece of a belt is done with.

    When the port vanishes, an event says so and serve tries every half second to open it again; the session stays, so
    a reading sent again is still a duplicate.

    Args:
        url: any of pyserial's.
        on_event: gets each event before its request is answered.
        stop: ends it.
        name: what WELCOME says.
        baud_rate: bits a second.
        speaks: what the controller knows beside HELLO and READING.
        feeder: triggers pieces.
        faults: what goes wrong on purpose.

    Raises:
        PortError: the port cannot be opened at the start.
    """
    poll_s = _FEEDING_POLL_S if feeder or faults else POLL_S
    station = _Station(Sorter(name, speaks=speaks), on_event, feeder, BadDay(faults or Faults()))
    port: Port | None = Port(url, baud_rate, poll_s)
    while port is not None:
        on_event(Event("opened", detail=url))
        try:
            while not stop.is_set() and not station.is_done:
                data = station.turn(port.read())
                if data:
                    port.write(data)
            return
        except PortError as error:
            on_event(Event("lost", detail=str(error)))
        finally:
            port.close()
        station.sorter.feed(wire.DELIMITER)  # what the old connection left unfinished begins no new frame
        port = _reopen(url, baud_rate, poll_s, stop)


class _Station:
    """A controller with its belt and its faults: bytes in, bytes out, events told."""

    def __init__(self, sorter: Sorter, on_event: OnEvent, feeder: Feeder | None, day: BadDay) -> None:
        self.sorter = sorter
        self._on_event = on_event
        self._feeder = feeder
        self._day = day

    @property
    def is_done(self) -> bool:
        return self._feeder is not None and self._feeder.is_done(time.monotonic())

    def turn(self, data: bytes) -> bytes:
        now_s = time.monotonic()
        data, mishap = self._day.coming(data, now_s)
        if mishap:
            self._restart("was without power for a second" if mishap == "reboot" else "forgot its session")
        answers, events = self.sorter.feed(data)
        for event in events:
            self._on_event(self._timed(event, now_s))
            if event.kind == "identity":
                answers += self.sorter.notice(table.TIME, encode_time(time.time_ns() // 10**6))[1]
        if self._feeder and not self._day.is_deaf(now_s):
            sent, came = self._feeder.step(now_s, self.sorter)
            for piece in came:
                within = f", answer within {piece.deadline_ms} ms" if piece.deadline_ms else ""
                self._on_event(Event("trigger", detail=f"piece {piece.piece}{within}"))
            for number in self._feeder.missed(now_s):
                self._on_event(Event("missed", detail=f"piece {number} has no answer at its deadline"))
            answers += sent
        self._day.going(answers, now_s)
        return self._day.due(now_s)

    def _timed(self, event: Event, now_s: float) -> Event:
        """The event with the time that its answer took, where its piece was triggered."""
        if self._feeder is None or event.kind != "reading" or event.reading is None:
            return event
        return replace(event, timing=self._feeder.answered(event.reading, now_s))

    def _restart(self, what: str) -> None:
        self.sorter.restart()
        if self._feeder and not self.sorter.session:
            self._feeder.forget()
        self._on_event(Event("restarted", detail=f"the controller {what}"))


def _reopen(url: str, baud_rate: int, poll_s: float, stop: threading.Event) -> Port | None:
    """Return the port when it is there again, or None when stop was set."""
    while not stop.wait(REOPEN_S):
        try:
            return Port(url, baud_rate, poll_s)
        except PortError:
            continue
    return None
