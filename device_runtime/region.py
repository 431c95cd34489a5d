"""A part of a picture: a rectangle in pixels, or in shares of the picture's sides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from device_runtime.errors import ImageError, PosteyeError


@dataclass(frozen=True)
class Region:
    """A rectangle of a picture; shares of its sides where no number is above 1, pixels otherwise.

    Attributes:
        x: of its left edge.
        y: of its top.
        width: how wide it is.
        height: how high.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """Raise PosteyeError for numbers that no rectangle has."""
        numbers = (self.x, self.y, self.width, self.height)
        if not all(map(_is_size, numbers)) or not min(self.width, self.height) > 0:
            raise PosteyeError(f"{','.join(map(str, numbers)):.60} is no region; {_FORM}")

    @classmethod
    def from_text(cls, text: str) -> Region:
        """Read "x,y,w,h"; raises PosteyeError when it is anything else."""
        try:
            x, y, width, height = (float(part) for part in text.split(","))
        except ValueError:
            raise PosteyeError(f"{text!r:.60} is no region; {_FORM}") from None
        return cls(x, y, width, height)

    def pixels(self, width_px: int, height_px: int) -> tuple[int, int, int, int]:
        """Left, top, width and height of the part of it that lies in a picture, in whole pixels.

        Args:
            width_px: of the picture.
            height_px: of the picture.

        Raises:
            ImageError: no pixel lies in both.
        """
        shares = max(self.x, self.y, self.width, self.height) <= 1
        across, down = (width_px, height_px) if shares else (1, 1)
        left, top = math.floor(self.x * across), math.floor(self.y * down)
        # Cut to the picture before they are rounded: two numbers that are large enough add up to infinity.
        right = math.ceil(min(width_px, (self.x + self.width) * across))
        bottom = math.ceil(min(height_px, (self.y + self.height) * down))
        if left >= right or top >= bottom:
            raise ImageError(f"is {width_px} x {height_px} px and has nothing in the region")
        return left, top, right - left, bottom - top


def _is_size(number: object) -> bool:
    """Whether it is a number from 0 on that is not infinite."""
    if isinstance(number, bool) or not isinstance(number, Real):
        return False
    try:
        return math.isfinite(number) and float(number) >= 0
    except OverflowError:  # an integer beyond all floats
        return False


_FORM = "give x,y,width,height in pixels, or all four as shares from 0 to 1"
