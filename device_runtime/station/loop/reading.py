"""Reads the frames of pieces, one at a time, on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from device_runtime.capture.source import Frame
from device_runtime.errors import ImageError, PosteyeError
from device_runtime.region import Region
from device_runtime.result import Result
from device_runtime.station.loop.pieces import Pending, Pieces
from device_runtime.station.loop.voting import MakeVote, Vote

# Between the end of the work and the answer: what was found is put together meanwhile.
LAST_WORDS_S = 0.004
NOT_OF_FIRST = "only later pictures show it, and these may be of the next piece"
_IDLE_S = 0.1  # how long to sleep where nothing happens, before it is looked whether to end


@dataclass(frozen=True)
class Worker:
    """Reads until the station closes.

    Attributes:
        pieces: that wait.
        make_vote: begins the vote of a piece.
        region: of the pictures to read in, at present.
        is_closing: whether to end.
        clock: `time.monotonic`, or another in its place.
        late: takes a piece whose reading was finished after its answer, and that moment.
        say: takes a line about a reading that failed.
    """

    pieces: Pieces
    make_vote: MakeVote
    region: Callable[[], Region | None]
    is_closing: Callable[[], bool]
    clock: Callable[[], float]
    late: Callable[[Pending, float], None]
    say: Callable[[str], None]

    def __call__(self) -> None:
        """Run."""
        while not self.is_closing():
            with self.pieces.changed:
                job = self.pieces.to_read(self.clock())
                if job is None:
                    self.pieces.changed.wait(_IDLE_S)
                    continue
            piece, frame = job
            result, why_not = self._read(piece, frame)
            if not self.pieces.done(piece, frame, result, why_not):
                self.late(piece, self.clock())

    def _read(self, piece: Pending, frame: Frame) -> tuple[Result | None, str | None]:
        """What the frames of a piece come to with a further one, or why that one could not be read."""
        try:
            if piece.vote is None:
                piece.vote = self.make_vote(self.region())
            result = piece.vote.add(frame.pixels, piece.answer_by_s - LAST_WORDS_S)
            if not piece.is_followed:
                result = _of_first(result, piece.vote)
        except ImageError as error:  # whose words lack the subject, which is the file elsewhere
            return None, f"the picture {error}"
        except PosteyeError as error:
            return None, str(error)
        except Exception as error:  # a fault of the program in one piece must not stop all others
            self.say(f"piece {piece.id} could not be read: {type(error).__name__}: {error}")
            return None, f"it could not be read: {type(error).__name__}"
        piece.stages_ms = {stage: ms for stage, ms in result.timing_ms.items() if stage != "total"}
        return result, None


def _of_first(result: Result, vote: Vote) -> Result:
    """What frames come to that are of a piece by their times alone: a later one may show the next piece."""
    reading = result.reading
    if reading.status != "accepted" or vote.is_of_first(reading.code or ""):
        return result
    return replace(result, reading=replace(reading, status="rejected", reason=NOT_OF_FIRST))
