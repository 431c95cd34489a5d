"""Where things stand on an envelope or card; every layout belongs to one part of the data alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from train.synthesis.pieces.parts import Part

SenderPlace = Literal["top left", "top middle", "line above", "flap", "bottom left", "left edge", "bottom right"]


@dataclass(frozen=True)
class Layout:
    """Where the blocks of an envelope stand; shares of its width and height.

    Attributes:
        name: for the conditions.
        part: of the data that has it.
        left: from and to where the destination's left edge may be.
        middle: from and to where the destination's middle may be, from the top.
        sender: where the sender stands, if there is one.
        stamp: which corner is franked.
        align: of the destination's lines.
    """

    name: str
    part: Part
    left: tuple[float, float]
    middle: tuple[float, float]
    sender: SenderPlace
    stamp: Literal["right", "left"] = "right"
    align: Literal["left", "middle"] = "left"


ENVELOPES = (
    Layout("classic", "train", (0.4, 0.55), (0.55, 0.72), "top left"),
    Layout("left address", "train", (0.08, 0.2), (0.5, 0.65), "line above"),
    Layout("middle address", "train", (0.28, 0.4), (0.5, 0.65), "top left"),
    Layout("back flap", "train", (0.35, 0.5), (0.45, 0.65), "flap"),
    Layout("sender below", "train", (0.3, 0.5), (0.38, 0.52), "bottom left"),
    Layout("centered", "train", (0.3, 0.4), (0.48, 0.62), "top middle", align="middle"),
    Layout("turned sender", "train", (0.4, 0.52), (0.5, 0.68), "left edge"),
    Layout("low right", "test", (0.48, 0.6), (0.62, 0.76), "top left"),
    Layout("right address", "test", (0.5, 0.6), (0.5, 0.66), "line above"),
    Layout("high address", "test", (0.3, 0.45), (0.42, 0.52), "bottom right"),
    Layout("left stamp", "test", (0.38, 0.5), (0.55, 0.68), "flap", stamp="left"),
    Layout("wide middle", "test", (0.22, 0.34), (0.52, 0.62), "top middle", align="middle"),
)


def layouts_of(part: Part) -> tuple[Layout, ...]:
    """The layouts that a part of the data has."""
    return tuple(layout for layout in ENVELOPES if layout.part == part)
