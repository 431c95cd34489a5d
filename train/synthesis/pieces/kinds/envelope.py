"""Envelopes: a destination, mostly a sender, franking, and what else firms print on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.kinds.addressing import destination
from train.synthesis.pieces.kinds.extras import decorate, frank, registered_label, stick_label
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.kinds.sender import SenderPlace, add_sender
from train.synthesis.pieces.sheet import Group, Rect, Sheet

_SIZES_MM = ((220, 110), (220, 110), (162, 114), (162, 114), (229, 162), (324, 229), (190, 135))  # DL, C6, C5, C4, E6
_LABEL_SHARE, _REGISTERED_SHARE = 0.12, 0.05
_MOST_EXTRAS = 4


@dataclass(frozen=True)
class _Layout:
    """Where the blocks of an envelope stand; shares of its width and height.

    Attributes:
        left: from and to where the destination's left edge may be.
        middle: from and to where the destination's middle may be, from the top.
        sender: where the sender stands, if there is one.
        stamp: which corner is franked.
        centered: whether the destination is in the middle across.
    """

    left: tuple[float, float]
    middle: tuple[float, float]
    sender: SenderPlace
    stamp: Literal["right", "left"] = "right"
    centered: bool = False


_TRAIN = {
    "classic": _Layout((0.4, 0.55), (0.55, 0.72), "top left"),
    "classic flap": _Layout((0.35, 0.5), (0.45, 0.65), "flap"),
    "left address": _Layout((0.08, 0.2), (0.5, 0.65), "line above"),
    "middle address": _Layout((0.28, 0.4), (0.5, 0.65), "top left"),
    "sender below": _Layout((0.3, 0.5), (0.38, 0.52), "bottom left"),
    "centered": _Layout((0.3, 0.4), (0.48, 0.62), "top middle", centered=True),
    "turned sender": _Layout((0.4, 0.52), (0.5, 0.68), "left edge"),
}
_TEST = {
    "low right": _Layout((0.48, 0.6), (0.62, 0.76), "top left"),
    "right address": _Layout((0.5, 0.6), (0.5, 0.66), "line above"),
    "high address": _Layout((0.3, 0.45), (0.42, 0.52), "bottom right"),
    "left stamp": _Layout((0.38, 0.5), (0.55, 0.68), "flap", stamp="left"),
    "wide middle": _Layout((0.22, 0.34), (0.52, 0.62), "top middle", centered=True),
    "upper left": _Layout((0.1, 0.25), (0.45, 0.6), "top left"),
}


def _draw(desk: Desk, plan: Plan, sheet: Sheet, layout_name: str) -> str | None:
    random = desk.random
    layout = (_TRAIN | _TEST)[layout_name]
    group, code = destination(desk, plan, sheet, 0.62 * sheet.size[0])
    rect = _place(random, sheet, group, layout)
    if random.random() < _LABEL_SHARE:
        room = sheet.mm(random.uniform(3, 8))
        stick_label(desk, sheet, rect, room)
        if sheet.conditions["paper"] == "dark":
            dark = (30, 30, 35)
            group = group.colored(dark)
    sheet.put_group(group, *rect[:2], "destination")
    add_sender(desk, plan, sheet, layout.sender, rect)
    frank(desk, plan, sheet, layout.stamp)
    if random.random() < _REGISTERED_SHARE:
        registered_label(desk, plan, sheet)
    decorate(desk, plan, sheet, int(random.integers(0, _MOST_EXTRAS)) if plan.writing == "print" else 0)
    return code


def _place(random: np.random.Generator, sheet: Sheet, group: Group, layout: _Layout) -> Rect:
    """Draw where the destination stands."""
    width, height = sheet.size
    wide, tall = group.size
    room = sheet.mm(4)
    left = random.uniform(*layout.left) * width
    if layout.centered:
        left = 0.5 * (width - wide) + random.normal(0, 0.02) * width
    left = max(room, min(left, width - room - wide))
    top = max(room, min(random.uniform(*layout.middle) * height - tall / 2, height - room - tall))
    return left, top, left + wide, top + tall


ENVELOPE = Kind(
    "envelope",
    0.45,
    _SIZES_MM,
    {"train": tuple(_TRAIN), "test": tuple(_TEST)},
    {"print": 0.92, "hand": 0.05, "code by hand": 0.01, "boxes": 0.02},
    (),
    _draw,
)
