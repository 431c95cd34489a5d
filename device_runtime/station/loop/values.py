"""What travels through a station: a trigger comes in, a decision goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device_runtime.capture.source import Frame
from device_runtime.result import Result
from device_runtime.station.journal.moment import Moment


@dataclass(frozen=True)
class Trigger:
    """A piece that came under the camera.

    Attributes:
        began: when it came; frames that were exposed before are not of it.
        deadline_s: the moment on the monotonic clock (`time.monotonic`) at which its answer has to have left.
        number: what the sorter's controller calls it; None where nobody but the station counts.
    """

    began: Moment
    deadline_s: float
    number: int | None = None


@dataclass(frozen=True)
class Decision:
    """What was decided about a piece.

    Attributes:
        id: of the journal, never given twice.
        trigger: with which it began.
        read: what was read, by the vote of its frames; a text says why nothing was read.
        bin: where it goes.
        frames: how many were looked at.
        answered_ns: when the answer left, on the monotonic clock.
        stages_ms: what the stages took: "wait" for the first frame, those of a reading, "decide", and "total" from the
            trigger to the answer.
        frame: the one in which the places of `read` are, for pictures; where nothing was read the last one, if any.
    """

    id: int
    trigger: Trigger
    read: Result | str
    bin: str
    frames: int
    answered_ns: int
    stages_ms: dict[str, float]
    frame: Frame | None = None


class Told(Protocol):
    """Somebody who is told every decision: the sorter's controller, the journal, a page.

    It must not keep the loop waiting: what takes long is done on a thread of its own.
    """

    def tell(self, decision: Decision) -> None:
        """Take a decision."""
        ...
