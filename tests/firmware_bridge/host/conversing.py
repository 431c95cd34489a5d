"""An exchange and a controller in memory, joined by a line that may do anything, in time that only tests let pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from firmware_bridge import Flags, Manner, MemoryQueue, News, Outcome, Queue, ReaderIdentity, ReadingMessage, Sorter
from firmware_bridge.controller.event import Event
from firmware_bridge.host.exchange import Exchange
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.protocol.notice import Capability, Heartbeat

STEP_S = 0.01
Carry = Callable[[bytes], bytes]


def unchanged(data: bytes) -> bytes:
    return data


def reading(piece: int) -> ReadingMessage:
    return ReadingMessage(piece, "accepted", f"{piece:05}", 0.99, 40, "A1")


MANNER = Manner("posteye", ReaderIdentity(Capability(15), bytes(8), "a test"), lambda: Heartbeat(1, 2))


class Talk:
    """Both ends and the line between them.

    Args:
        sorter: the controller.
        queue: of the reader.
        there: what the line does to bytes for the controller.
        back: and to those for the reader.
        manner: how the reader speaks.
    """

    def __init__(
        self,
        sorter: Sorter | None = None,
        queue: Queue | None = None,
        there: Carry = unchanged,
        back: Carry = unchanged,
        manner: Manner = MANNER,
    ) -> None:
        self.now_s = 100.0
        self.sorter = sorter or Sorter(clock=lambda: self.now_s)
        self.exchange = Exchange(manner, MemoryQueue() if queue is None else queue)
        self.there, self.back = there, back
        self.news: list[News] = []
        self.events: list[Event] = []
        self.exchange.opened(self.now_s)

    def send(self, *pieces: int) -> None:
        for piece in pieces:
            self.news += self.exchange.put(Waiting(reading(piece), piece))

    def answer(self, *pieces: int, use_s: float = 2.0, life: int = 0) -> None:
        """Send reports of pieces that the controller triggered in a life of its, of use for a while."""
        for piece in pieces:
            report = replace(reading(piece), flags=Flags.TRIGGERED)
            self.news += self.exchange.put(Waiting(report, piece, self.now_s + use_s, life))

    def step(self, from_controller: bytes = b"") -> None:
        """Let everybody say once what there is to say, and time pass."""
        data, news, _ = self.exchange.step(self.now_s)
        self.news += news
        answers, events = self.sorter.feed(self.there(data)) if data else (b"", [])
        self.events += events
        arriving = self.back(answers + from_controller)
        if arriving:
            self.news += self.exchange.receive(arriving, self.now_s)
        self.now_s += STEP_S

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.step()

    def outcomes(self) -> list[Outcome]:
        return [one for one in self.news if isinstance(one, Outcome)]

    def of(self, kind: type) -> list[News]:
        return [one for one in self.news if isinstance(one, kind)]

    def acted(self) -> list[int]:
        """The pieces that the controller acted upon, in order."""
        return [event.reading.piece for event in self.events if event.kind == "reading" and event.reading]


def bad_line(generator: random.Random, chance: float) -> Carry:
    """Loses, flips, repeats and adds with some chance each."""

    def carry(data: bytes) -> bytes:
        if not data:
            return data
        if generator.random() < chance:
            return b""
        arrives = bytearray(data)
        if generator.random() < chance:
            arrives[generator.randrange(len(arrives))] ^= 1 << generator.randrange(8)
        if generator.random() < chance:
            arrives += bytes(arrives)
        if generator.random() < chance:
            arrives += generator.randbytes(generator.choice([1, 5, 300]))
        return bytes(arrives)

    return carry
