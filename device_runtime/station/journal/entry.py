"""What the journal holds of a piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from device_runtime.station.journal.moment import Moment
from device_runtime.types import Reading, Status

PieceStatus = Status | Literal["no_read"]  # no_read: nothing was read in time


@dataclass(frozen=True)
class Piece:
    """A piece and what was decided about it.

    Attributes:
        id: given by `Journal.new_id`, never twice.
        began: when its trigger came, or its first frame.
        answered_ns: when the answer left, by the monotonic clock of `began`; None: it did not.
        status: of the reading, or no_read.
        code: the best code, also when rejected.
        confidence: of the code, 0..1.
        reason: why it was not accepted.
        candidates: codes and their confidences, best first.
        bin: where it was sent.
        engine: name and version of the interpreter that read.
        bundle: the checksum of the bundle's manifest.
        source: the camera or file that it was seen by.
    """

    id: int
    began: Moment
    answered_ns: int | None
    status: PieceStatus
    code: str | None
    confidence: float
    reason: str | None
    candidates: tuple[tuple[str, float], ...]
    bin: str
    engine: str
    bundle: str
    source: str = ""

    @property
    def latency_ms(self) -> float | None:
        """From the trigger to the answer."""
        return None if self.answered_ns is None else (self.answered_ns - self.began.monotonic_ns) / 1e6


@dataclass(frozen=True)
class Delivery:
    """An attempt to tell somebody about a piece; a piece may have several.

    Attributes:
        piece: its id.
        at: when it ended.
        to: over what, and to whom: a port, a broker.
        outcome: "acknowledged", or what went wrong.
        tries: transmissions.
        elapsed_ms: of all tries.
    """

    piece: int
    at: Moment
    to: str
    outcome: str
    tries: int = 1
    elapsed_ms: float = 0.0


@dataclass(frozen=True)
class Entry:
    """A piece with its deliveries, as the journal gives it back."""

    piece: Piece
    deliveries: tuple[Delivery, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The keys of `posteye journal tail --json`."""
        piece = self.piece
        return {
            "id": piece.id,
            "time": iso_utc(piece.began.wall_ns),
            "monotonic_ns": piece.began.monotonic_ns,
            "boot": piece.began.boot,
            "latency_ms": None if piece.latency_ms is None else round(piece.latency_ms, 3),
            "status": piece.status,
            "code": piece.code,
            "confidence": round(piece.confidence, 6),
            "reason": piece.reason,
            "candidates": [{"code": code, "confidence": round(belief, 6)} for code, belief in piece.candidates],
            "bin": piece.bin,
            "engine": piece.engine,
            "bundle": piece.bundle,
            "source": piece.source,
            "deliveries": [
                {
                    "time": iso_utc(one.at.wall_ns),
                    "to": one.to,
                    "outcome": one.outcome,
                    "tries": one.tries,
                    "elapsed_ms": one.elapsed_ms,
                }
                for one in self.deliveries
            ],
        }


def piece_of(
    id: int,
    began: Moment,
    answered_ns: int | None,
    reading: Reading | str,
    bin: str,
    engine: str,
    bundle: str,
    source: str,
) -> Piece:
    """A piece of what was read on it.

    Args:
        id: of the piece.
        began: when its trigger came.
        answered_ns: when the answer left, by the monotonic clock.
        reading: of the piece; a text says why nothing was read.
        bin: where it was sent.
        engine: that read.
        bundle: checksum of its manifest.
        source: camera or file.
    """
    if isinstance(reading, str):
        return Piece(id, began, answered_ns, "no_read", None, 0.0, reading, (), bin, engine, bundle, source)
    candidates = tuple((one.code, float(one.confidence)) for one in reading.candidates)
    found = (reading.status, reading.code, float(reading.confidence), reading.reason, candidates)
    return Piece(id, began, answered_ns, *found, bin, engine, bundle, source)


def iso_utc(wall_ns: int) -> str:
    """A wall time for people and machines: `2026-12-01T02:14:19.123Z`; digits alone where no calendar has it."""
    try:
        time = datetime.fromtimestamp(wall_ns // 10**6 / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{wall_ns}"
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
