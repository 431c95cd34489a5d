"""Readings over a line that damages, loses, adds, repeats and delays, between ends that restart."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace

from benchmarks.attack.cases.memory_port import Line, plugged_in
from benchmarks.attack.counts import Outcome, Target
from firmware_bridge import BridgeError, Link, NoAnswerError, ReadingMessage, RefusedError, Sorter
from firmware_bridge.protocol.message import CONFIDENCE_STEPS, MAX_ELAPSED_MS, Status

READINGS_A_CASE = 100
_LATEST_S = 2.5


@dataclass(frozen=True)
class _Faults:
    """Chance of each fault for a piece of traffic; restarts, for a reading."""

    flipped: float
    lost_bytes: float
    added_bytes: float
    lost: float
    repeated: float
    delayed: float
    sorter_restarts: float
    reader_restarts: float

    @classmethod
    def drawn(cls, generator: random.Random) -> _Faults:
        """Faults of a line: some of them, each of any likelihood."""
        worst = (0.2, 0.2, 0.3, 0.3, 0.3, 0.3, 0.1, 0.1)
        return cls(*(most * generator.random() * generator.randrange(2) for most in worst))


class _BadLine:
    """A line with faults and the sorter at its end; `acted` is what the sorter took over, in order."""

    def __init__(self, generator: random.Random, faults: _Faults) -> None:
        self._generator, self._faults = generator, faults
        self._sorter = Sorter()
        self.acted: list[ReadingMessage] = []

    def carry(self, sent: bytes) -> list[tuple[float, bytes]]:
        """Take bytes of the reader to the sorter and bring its answers back."""
        answered: list[tuple[float, bytes]] = []
        for piece in self._damaged(sent):
            if self._happens(self._faults.sorter_restarts / 2):
                self._sorter = Sorter()
            answers, events = self._sorter.feed(piece)
            readings = (event.reading for event in events if event.kind == "reading")
            self.acted += [reading for reading in readings if isinstance(reading, ReadingMessage)]
            if self._happens(self._faults.sorter_restarts / 2):  # it acted and cannot say so
                self._sorter = Sorter()
                continue
            delay_s = self._generator.uniform(0, _LATEST_S) if self._happens(self._faults.delayed) else 0.0
            answered += [(delay_s, part) for part in self._damaged(answers)]
        return answered

    def _happens(self, chance: float) -> bool:
        return self._generator.random() < chance

    def _damaged(self, data: bytes) -> list[bytes]:
        """What arrives of a piece of traffic: twice, or perhaps in two parts.

        No restart comes between a frame and the copy that the line makes of it; docs/protocol.md says why.
        """
        generator, faults = self._generator, self._faults
        if not data or self._happens(faults.lost):
            return []
        arrives = bytearray(data)
        if self._happens(faults.flipped):
            for _ in range(generator.randint(1, 3)):
                arrives[generator.randrange(len(arrives))] ^= 1 << generator.randrange(8)
        if self._happens(faults.lost_bytes):
            place = generator.randrange(len(arrives))
            del arrives[place : place + generator.choice([1, 1, 2, 10])]
        if self._happens(faults.added_bytes):
            place = generator.randrange(len(arrives) + 1)
            arrives[place:place] = generator.randbytes(generator.choice([1, 1, 2, 300]))
        if self._happens(faults.repeated):
            return [bytes(2 * arrives)]
        cut = generator.randrange(len(arrives) + 1)
        return [bytes(part) for part in (arrives[:cut], arrives[cut:]) if part]


def case(seed: int, number: int) -> Outcome:
    """Send 100 readings over one bad line; what is called delivered must have been acted upon once, as it was sent.

    Returns:
        As answered, the readings that were delivered; as refused, those that were refused or not confirmed; as wrong,
        those that were lost, changed, acted upon twice or out of order.
    """
    generator = random.Random(f"{seed} {number}")
    faults = _Faults.drawn(generator)
    end = _BadLine(generator, faults)
    line = Line(end.carry)
    sent = [_reading(generator, piece) for piece in range(READINGS_A_CASE)]
    outcomes: list[str] = []
    with plugged_in(line, generator):
        link: Link | None = None
        for reading in sent:
            if link is None or generator.random() < faults.reader_restarts:
                link = _opened()
            outcomes.append(_send(link, reading) if link else "not sent")
    wrong = _complaints(sent, outcomes, end.acted)
    delivered = outcomes.count("delivered")
    if wrong:
        return Outcome("", delivered, READINGS_A_CASE - delivered - min(len(wrong), 1), len(wrong), "; ".join(wrong))
    return Outcome("", delivered, READINGS_A_CASE - delivered)


TARGET = Target("bad_line", "readings over a bad line between ends that restart", 600, case)


def _reading(generator: random.Random, piece: int) -> ReadingMessage:
    statuses: tuple[Status, ...] = ("accepted", "accepted", "rejected", "no_code")
    status = generator.choice(statuses)
    code = "".join(generator.choices("0123456789- ", k=generator.choice([1, 5, 5, 10, 32])))
    confidence = generator.choice([0.0, 1.0, generator.random()])
    elapsed_ms = generator.choice([0, 84, MAX_ELAPSED_MS + 1])
    return ReadingMessage(piece, status, None if status == "no_code" else code, confidence, elapsed_ms)


def _opened() -> Link | None:
    try:
        return Link("memory")
    except BridgeError:
        return None


def _send(link: Link, reading: ReadingMessage) -> str:
    try:
        link.send_reading(reading)
    except RefusedError:
        return "refused"
    except NoAnswerError:
        return "not confirmed"
    return "delivered"


def _complaints(sent: list[ReadingMessage], outcomes: list[str], acted: list[ReadingMessage]) -> list[str]:
    """What was lost, doubled, changed, or acted upon though refused or out of order."""
    times = Counter(reading.piece for reading in acted)
    least = {"delivered": 1}
    most = {"delivered": 1, "not confirmed": 1}
    wrong = [
        f"piece {reading.piece} is {word} and was acted upon {times[reading.piece]} times"
        for reading, word in zip(sent, outcomes, strict=True)
        if not least.get(word, 0) <= times[reading.piece] <= most.get(word, 0)
    ]
    as_sent = {reading.piece: _on_arrival(reading) for reading in sent}
    wrong += [f"acted upon {reading}" for reading in acted if as_sent.get(reading.piece) != reading]
    pieces = [reading.piece for reading in acted]
    return wrong + ([] if pieces == sorted(pieces) else [f"acted upon in the order {pieces}"])


def _on_arrival(reading: ReadingMessage) -> ReadingMessage:
    """A reading as the wire's steps round it."""
    confidence = int(reading.confidence * CONFIDENCE_STEPS + 1e-9) / CONFIDENCE_STEPS
    return replace(reading, confidence=confidence, elapsed_ms=min(reading.elapsed_ms, MAX_ELAPSED_MS))
