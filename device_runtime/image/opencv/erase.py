"""Straight lines taken out of a grey field, while the strokes that cross or touch them stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_EDGE = 6  # a part of a line's depth: its blurred edges are paler
_DARKER = 3  # a part of a line's depth: ink that is darker than the line by more is a stroke


@dataclass(frozen=True)
class Line:
    """A straight line of ink.

    Attributes:
        start: x and y of one end, in px.
        end: the same of the other.
        width: in px, about.
        off: px by which the ends may be off.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    width: int
    off: int


@dataclass(frozen=True)
class _Band:
    """The pixels of a line along the rows.

    Attributes:
        first: its first column.
        middles: float64 [n], its middle row in each of its columns.
        above: rows of it above the middle, with the blurred edge.
        below: rows below.
        level: its grey level.
        paper: that of the paper beside it.
    """

    first: int
    middles: NDArray[np.float64]
    above: int
    below: int
    level: int
    paper: int


def without_lines(gray: Gray, along: Sequence[Line], across: Sequence[Line]) -> Gray:
    """Return a field without some lines.

    Args:
        gray: uint8 [H, W], dark ink on light paper.
        along: lines that run more along the rows than across them.
        across: the others.

    Returns:
        uint8 [H, W].
    """
    turned = [Line(line.start[::-1], line.end[::-1], line.width, line.off) for line in across]
    upright = [_band(np.ascontiguousarray(gray.T), line) for line in turned]
    cleared = _erased(gray, [_band(gray, line) for line in along])
    return np.ascontiguousarray(_erased(np.ascontiguousarray(cleared.T), upright).T)


def _band(gray: Gray, line: Line) -> _Band:
    """Where a line along the rows really runs: of all places near to the one given, the darkest."""
    (x0, y0), (x1, y1) = line.start, line.end
    first, last = max(0, round(x0)), min(gray.shape[1] - 1, round(x1))
    columns = np.arange(first, max(first, last) + 1)
    share = (columns - first) / max(1, last - first)
    tries = [
        (y0 + up) * (1 - share) + (y1 + down) * share
        for up in range(-line.off, line.off + 1)
        for down in range(-line.off, line.off + 1)
    ]
    middles = min(tries, key=lambda rows: int(_levels(gray, rows, columns).sum()))
    # The grey levels beside the line, int [2 reach + 1], for most of its columns.
    reach = 2 * line.width + line.off + 4
    levels = [
        int(np.sort(_levels(gray, middles + float(off), columns))[len(columns) // 2])
        for off in range(-reach, reach + 1)
    ]
    level, paper = levels[reach], max(levels)
    inked = [_EDGE * (paper - other) > paper - level for other in levels]
    above, below = (_length(side) for side in (inked[reach::-1], inked[reach:]))
    return _Band(first, middles, above, below, level, paper)


def _levels(gray: Gray, rows: NDArray[np.float64], columns: NDArray[np.intp]) -> NDArray[np.int64]:
    """The grey levels along a line, int64 [n]; beyond the field those of its edge."""
    return gray[np.clip(np.rint(rows).astype(np.int64), 0, gray.shape[0] - 1), columns].astype(np.int64)


def _length(flags: Sequence[bool]) -> int:
    """How many flags after the first one are true without a break."""
    return next((number for number, flag in enumerate(flags[1:]) if not flag), len(flags) - 1)


def _erased(gray: Gray, bands: Sequence[_Band]) -> Gray:
    """A field without lines along its rows.

    A closing across a line fills what is thin in that direction: the line, but no stroke that goes on beyond it.
    """
    cleared = gray.copy()
    for band in bands:
        reach, beyond = band.above + band.below + 2, max(band.above, band.below) + 1
        # The part of the field around the line, int [h, w], and how far each pixel of it is below the line's middle.
        left = max(0, band.first - beyond)
        middles = np.pad(band.middles, beyond, mode="edge")[left - band.first + beyond :][: gray.shape[1] - left]
        top, bottom = max(0, int(middles.min()) - 2 * reach), max(0, int(middles.max()) + 2 * reach)
        part = cleared[top:bottom, left : left + len(middles)]
        if not part.size:  # beyond the field
            continue
        off = np.rint(np.arange(top, top + len(part))[:, None] - middles[None, :])
        # What a closing across the line makes of it, where there is the line and no darker stroke on it.
        padded = cv2.copyMakeBorder(part, reach, reach, 0, 0, cv2.BORDER_REPLICATE)
        closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((reach, 1), np.uint8))[reach:-reach]
        stroke = part.astype(np.int16) < band.level - (band.paper - band.level) // _DARKER
        part[:] = np.where((off >= -band.above) & (off <= band.below) & ~stroke, closed, part)
    return cleared
