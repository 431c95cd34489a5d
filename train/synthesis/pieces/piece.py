"""A mail piece with its truth: the picture, every number on it, the blocks of its text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Role

Corners = tuple[tuple[float, float], ...]  # four of (x, y), clockwise from the top left of the writing


@dataclass(frozen=True)
class Number:
    """A number that stands on the piece.

    Attributes:
        text: what a reader should report of a code, in the form that the country's grammar accepts; of another number
            what is written, with its separators.
        role: of the number; only codes of the two addresses are "destination" and "sender".
        kind: "destination", "sender", "house", "box", "date", "amount", "phone", "account", "tracking", "customer",
            "page", "struck" (a code that is struck out), "other", ...
        corners: around its ink in the picture, px; those of turned writing are turned too.
        hand: whether it is handwriting.
        visible: for each corner, whether it is in the frame and nothing hides it.
    """

    text: str
    role: Role
    kind: str
    corners: Corners
    hand: bool
    visible: tuple[bool, bool, bool, bool]


@dataclass(frozen=True)
class Block:
    """Lines of text that belong together.

    Attributes:
        role: "destination" and "sender" for the two addresses.
        corners: around all its ink in the picture, px.
        lines: the corners of each line of text, from the first to the last.
    """

    role: Role
    corners: Corners
    lines: tuple[Corners, ...]


@dataclass(frozen=True)
class Piece:
    """A mail piece as a camera or scanner sees it.

    Attributes:
        image: uint8 [H, W, 3], RGB.
        numbers: all that stand on it.
        blocks: all blocks of text.
        country: ISO code of the grammar to read it with.
        code: the destination's; None where no number on the piece is a code of the destination.
        quarter_turns: 0..3, clockwise turns of the piece in the frame.
        conditions: what was drawn: kind, layout, paper, ink, hand, blur_px, rotation_deg, ...
    """

    image: NDArray[np.uint8]
    numbers: tuple[Number, ...]
    blocks: tuple[Block, ...]
    country: str
    code: str | None
    quarter_turns: int
    conditions: dict[str, str | float]
