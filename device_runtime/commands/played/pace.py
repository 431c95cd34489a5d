"""How fast mail can pass a station on this machine."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from device_runtime.commands.played.film import FPS
from device_runtime.commands.played.mail import Letter
from device_runtime.image.load import load_image
from device_runtime.reader import Reader

PLAYED_S = 55.0  # of mail
_LEAST_PIECES, _MOST_PIECES = 5, 60
_SHORTEST_MS, _LONGEST_MS = 500, 30_000
_STEP_MS = 50
_TIME = 2  # of the slowest reading
_MEASURED = slice(2, None, 4)  # of the pieces; the slow ones are among them
_SHORTEST_GAP = 0.5  # of the mean one, as the controller draws them


@dataclass(frozen=True)
class Pace:
    """When pieces come, and when their answers are due.

    Attributes:
        every_ms: the mean gap between two pieces.
        deadline_ms: of each, from its trigger.
    """

    every_ms: int
    deadline_ms: int

    @property
    def pieces(self) -> int:
        """How many pass in about a minute."""
        return min(_MOST_PIECES, max(_LEAST_PIECES, round(1000 * PLAYED_S / self.every_ms)))


def pace_of(reader: Reader, letters: Sequence[Letter]) -> Pace:
    """The pace at which this machine has time to read, from how long it takes for some pieces.

    Args:
        reader: that will read.
        letters: that will come.
    """
    slowest_ms = 0.0
    for letter in letters[_MEASURED]:
        pixels, began_s = load_image(letter.path), time.monotonic()
        reader.read(pixels)
        slowest_ms = max(slowest_ms, (time.monotonic() - began_s) * 1000)
    return pace_for(slowest_ms)


def pace_for(slowest_ms: float) -> Pace:
    """The pace for pieces whose reading takes at most so long.

    The next piece comes into view when the one before was answered, and is filmed twice before its trigger comes: no
    frame that is exposed after that shows the piece before.
    """
    deadline_ms = min(_LONGEST_MS, max(_SHORTEST_MS, _STEP_MS * math.ceil(_TIME * slowest_ms / _STEP_MS)))
    filmed_ms = max(3000 / FPS, slowest_ms / 3)
    return Pace(_STEP_MS * math.ceil((deadline_ms + filmed_ms) / _SHORTEST_GAP / _STEP_MS), deadline_ms)
