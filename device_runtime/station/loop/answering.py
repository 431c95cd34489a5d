"""What a piece is answered with: its reading, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from device_runtime.reader import Reader
from device_runtime.result import Result
from device_runtime.station.journal.entry import Piece, piece_of
from device_runtime.station.loop.pieces import Pending
from device_runtime.station.loop.values import Decision
from device_runtime.station.plan.plan import SortPlan

TWO_PIECES = "two pieces in one picture; feed them one by one"
CUT_OFF = "the piece is longer than the picture, which cuts off the line of its code"
NO_FRAME = "no picture between its trigger and the next one"
NO_FRAME_YET = "no picture in time"
UNFINISHED = "its reading was not finished in time"
BEHIND_OTHERS = "pieces before it were being read until too late"
NO_TIME = "not enough time"  # as a reading says that was cut
_EDGE_PX = 2.0


def decide(piece: Pending, plan: SortPlan | None, clock: Callable[[], float]) -> Decision:
    """The decision about a piece that waits no longer.

    Args:
        piece: to answer.
        plan: which bin a code goes to; None: the bins have no names.
        clock: `time.monotonic`, or another in its place.
    """
    due_s = clock()
    read = answer_of(piece)
    bin_ = plan.bin_of(read.reading if isinstance(read, Result) else None) if plan else ""
    frame = piece.shown or (piece.frames[-1] if piece.frames else None)
    answered_s = clock()
    stages_ms = {
        **({} if piece.first_s is None else {"wait": (piece.first_s - piece.began_s) * 1000}),
        **piece.stages_ms,
        "decide": (answered_s - due_s) * 1000,
        "total": (answered_s - piece.began_s) * 1000,
    }
    return Decision(piece.id, piece.trigger, read, bin_, piece.read, round(answered_s * 1e9), stages_ms, frame)


def written(decision: Decision, reader: Reader, source: str) -> Piece:
    """A decision as the journal has it.

    Args:
        decision: about a piece.
        reader: that read it.
        source: the camera.
    """
    said = decision.read.reading if isinstance(decision.read, Result) else decision.read
    told = (said, decision.bin, reader.engine, reader.bundle.manifest.checksum, source)
    return piece_of(decision.id, decision.trigger.began, decision.answered_ns, *told)


def answer_of(piece: Pending) -> Result | str:
    """The answer of a piece that waits no longer; a text says why nothing was read."""
    if piece.result is None:
        return _why_not(piece)
    reading = piece.result.reading
    if reading.status == "no_code" and reading.reason and NO_TIME in reading.reason:
        return reading.reason  # whether it has a code nobody knows
    if piece.view == "two":
        reason: str | None = TWO_PIECES
    else:
        reason = CUT_OFF if piece.view == "long" and _is_at_edge(piece) else None
    if reason is None or reading.status == "no_code":
        return piece.result
    return replace(piece.result, reading=replace(reading, status="rejected", reason=reason))


def _why_not(piece: Pending) -> str:
    """Why nothing was read on a piece."""
    if piece.view == "two":
        return TWO_PIECES
    if piece.why_not:
        return piece.why_not
    if piece.given == 0:
        return NO_FRAME if piece.has_all else NO_FRAME_YET
    return UNFINISHED if piece.is_read else BEHIND_OTHERS


def _is_at_edge(piece: Pending) -> bool:
    """Whether the field of the code reaches an edge of the picture."""
    assert piece.result is not None
    if piece.result.field is None or piece.shown is None:
        return True  # the picture is taken for the field itself
    height, width = piece.shown.pixels.shape[:2]
    across, down = zip(*piece.result.field.corners, strict=True)
    return (
        min(across) <= _EDGE_PX
        or min(down) <= _EDGE_PX
        or max(across) >= width - _EDGE_PX
        or max(down) >= height - _EDGE_PX
    )
