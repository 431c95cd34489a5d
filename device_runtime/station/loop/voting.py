"""What reads the frames of a piece and says what they come to together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from device_runtime.image.pixels import Pixels
from device_runtime.region import Region
from device_runtime.result import Result


class Vote(Protocol):
    """The frames of one piece."""

    def add(self, pixels: Pixels, until_s: float | None = None) -> Result:
        """Read a further frame, and return what all of them come to; its times are those of all.

        Args:
            pixels: uint8 [H, W], or [H, W, 3] in RGB.
            until_s: when the work has to end, on the monotonic clock; what cannot be finished is left out.

        Raises:
            PosteyeError: the frame cannot be read.
        """
        ...

    def is_of_first(self, code: str) -> bool:
        """Whether a code is on the piece that the first frame shows."""
        ...


MakeVote = Callable[[Region | None], Vote]  # begins the vote of a piece, whose code stands in a region
