"""Straight lines taken out of a grey field, while the strokes that cross or touch them stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_BLUR_PX = 3  # how much wider than its ink a line is, with its blurred edges
_DARKER = 3  # a part of a line's depth: ink that is darker than the line by more is a stroke


@dataclass(frozen=True)
class Line:
    """A straight line of ink.

    Attributes:
        start: x and y of one end, in px.
        end: the same of the other.
        width: in px.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    width: int


def without_lines(gray: Gray, along: Sequence[Line], across: Sequence[Line]) -> Gray:
    """Return a field without some lines.

    Args:
        gray: uint8 [H, W], dark ink on light paper.
        along: lines that run more along the rows than across them.
        across: the others.

    Returns:
        uint8 [H, W].
    """
    cleared = _erased(gray, along)
    turned = [Line(line.start[::-1], line.end[::-1], line.width) for line in across]
    return np.ascontiguousarray(_erased(np.ascontiguousarray(cleared.T), turned).T)


def _erased(gray: Gray, lines: Sequence[Line]) -> Gray:
    """A field without lines along its rows.

    A closing across a line fills what is thin in that direction: the line, but no stroke that goes on beyond it.
    """
    for line in lines:
        band = _band(gray.shape, line)
        ink, paper = (int(np.sort(gray[where])[where.sum() // 2]) for where in (_band(gray.shape, line, 0), ~band))
        stroke = gray.astype(np.int16) < ink - (paper - ink) // _DARKER
        reach = line.width + _BLUR_PX + 1
        padded = cv2.copyMakeBorder(gray, reach, reach, 0, 0, cv2.BORDER_REPLICATE)
        closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((reach, 1), np.uint8))[reach:-reach]
        gray = np.where(band & ~stroke, closed, gray).astype(np.uint8)
    return gray


def _band(shape: tuple[int, ...], line: Line, blur_px: int = _BLUR_PX) -> Flags:
    """The pixels of a line along the rows, bool [H, W], and of its blurred ends and edges."""
    (x0, y0), (x1, y1) = line.start, line.end
    beyond = (line.width + blur_px) / 2
    x = np.arange(shape[1])
    middle = y0 + (x - x0) * ((y1 - y0) / max(x1 - x0, 1.0))
    off = np.abs(np.arange(shape[0])[:, None] - middle[None, :])
    return (off <= beyond) & ((x >= x0 - beyond) & (x <= x1 + beyond))[None, :]
