"""What the generator knows of a kind of pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from train.synthesis.pieces.desk import Desk, Plan, Writing
from train.synthesis.pieces.parts import Part
from train.synthesis.pieces.sheet import Sheet


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of pieces.

    Attributes:
        name: for the conditions.
        share: of all pieces.
        sizes_mm: width and height of its sheets.
        layouts: names of those that each part has; none is in both.
        writings: shares of how the destination is written.
        papers: kinds of paper it may have; none = any.
        draw: draws a piece of a layout on blank paper, and returns the destination's code or None.
    """

    name: str
    share: float
    sizes_mm: tuple[tuple[float, float], ...]
    layouts: dict[Part, tuple[str, ...]]
    writings: dict[Writing, float]
    papers: tuple[str, ...]
    draw: Callable[[Desk, Plan, Sheet, str], str | None]
