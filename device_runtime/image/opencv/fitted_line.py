"""The line moved, and then made higher, so that its strip does not cut the writing: tall strokes, hanging digits.

A body of 20 px in the middle of 32 rows leaves 6 px above and below it. Most lines need no more, and are left as they
are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import MIDDLE_PX, STRIP_HEIGHT_PX
from device_runtime.image.opencv.pieces import Pieces
from device_runtime.image.opencv.text_line import TextLine

_WORK_ROWS = 64
_SPECK_AREA_PX = 16  # what is smaller is no part of a character
_DASH_WIDTH, _DASH_PX = 4, 10  # of its height; a piece that is wider and lower than that many px is a rule's rest
# A piece as narrow against its height that runs to an edge of the field, or is so much higher than the line, is the
# rest of a frame.
_UPRIGHT_WIDTH, _EDGE_PX, _UPRIGHT_TALL = 0.25, 3, 1.4
_IN_BODY, _CUT_IN_BODY = 0.5, 0.6  # of its height: so much of a piece of the writing, and of one that the field cuts
_MOST_CUT = 0.03  # of the writing's ink: so much may be cut
_MOST_GROWN = 1.6  # times as high
_UPPER_ROW, _LOWER_ROW = 1, STRIP_HEIGHT_PX - 2  # of a strip: between them all ink is to be
_REACH = _WORK_ROWS  # rows above and below the line in which ink is counted; what is farther counts there


@dataclass(frozen=True)
class _Shown:
    """The rows of the ink that a strip shows, from the line's middle."""

    upper: float
    lower: float


def scale_of(height: float, body_px: float) -> float:
    """How many px of a strip a row of the ink becomes.

    Args:
        height: of the line, in rows of the ink.
        body_px: height that its body gets.
    """
    return min(max(body_px / max(height, 0.33 * _WORK_ROWS), 0.25), 1.2)


def fitted(pieces: Pieces, line: TextLine, body_px: float) -> TextLine:
    """The line as it is to be drawn.

    Args:
        pieces: of the mask that the line was measured in.
        line: as it was measured.
        body_px: height that its body gets.
    """
    rows = _shown(scale_of(line.height, body_px))
    writing = _writing(pieces, line, rows)
    if writing is None:
        return line
    # How much of it lies in each row from the line's middle, int64 [2 * _REACH + 1].
    middle_y = int(np.rint(line.center_y))
    counts = _count_rows(pieces.labels, writing, line.skew, middle_y)
    total, middle = int(counts.sum()), line.center_y - middle_y
    from_middle = np.arange(-_REACH, _REACH + 1) - middle
    inside = int(counts[(from_middle >= rows.upper) & (from_middle <= rows.lower)].sum())
    if total - inside <= int(_MOST_CUT * total):
        return line
    # The rows of all but the outermost ink, half of it above and half below.
    spare, below = int(_MOST_CUT / 2 * total), counts.cumsum()
    upper, lower = (int(below.searchsorted(rank, "right")) - _REACH for rank in (spare, total - spare - 1))
    most, wanted, height = rows.lower - rows.upper, lower - upper, line.height
    if wanted > most:
        height = max(height, 0.33 * _WORK_ROWS) * min(wanted / most, _MOST_GROWN)
        rows = _shown(scale_of(height, body_px))
    return replace(line, height=height, center_y=middle_y + _moved(middle, upper, lower, rows))


def _shown(scale: float) -> _Shown:
    return _Shown((_UPPER_ROW - MIDDLE_PX) / scale, (_LOWER_ROW - MIDDLE_PX) / scale)


def _writing(pieces: Pieces, line: TextLine, rows: _Shown) -> NDArray[np.bool_] | None:
    """Which pieces are of the line's writing, bool [n]; None when all of it is shown anyway.

    Those that lie in the body for the most part, as what reaches in from other lines does not; no rules, no frames.
    """
    field_rows, columns = pieces.labels.shape
    lefts, tops, widths, heights, areas = pieces.boxes.T.astype(np.float64)
    bottoms = tops + heights
    # What looks like the rest of a rule or of a frame.
    level = (heights < _DASH_PX) & (widths > _DASH_WIDTH * heights)
    run_on = (tops < _EDGE_PX) | (bottoms > field_rows - _EDGE_PX) | (heights > _UPRIGHT_TALL * line.height)
    rules = level | (run_on & (widths <= _UPRIGHT_WIDTH * heights))
    # The boxes' rows from the line's middle, and how many of them lie in the body.
    lines_y = line.center_y + line.skew * (lefts + widths / 2 - columns / 2)
    upper, lower, half = tops - lines_y, bottoms - lines_y, line.height / 2
    in_body = np.minimum(lower, half) - np.maximum(upper, -half)
    least = np.where((tops == 0) | (bottoms == field_rows), _CUT_IN_BODY, _IN_BODY)
    writing = (areas >= _SPECK_AREA_PX) & ~rules & (in_body >= least * (lower - upper))
    reaching = writing & ((upper < rows.upper) | (lower - 1 > rows.lower))
    return writing if reaching.any() else None


def _count_rows(labels: NDArray[np.int32], writing: NDArray[np.bool_], skew: float, middle_y: int) -> NDArray[np.int64]:
    """How much ink of the writing lies in each row from the line's middle, the slope taken out.

    Args:
        labels: int32 [H, W], of the pieces.
        writing: bool [n], which of them count.
        skew: slope of the line.
        middle_y: its middle row.

    Returns:
        int64 [2 * _REACH + 1].
    """
    y, x = np.append(False, writing)[labels].nonzero()
    slope = np.rint(skew * (np.arange(labels.shape[1]) - labels.shape[1] / 2)).astype(np.int64)
    rows = np.clip(y - middle_y - slope[x], -_REACH, _REACH) + _REACH
    return np.bincount(rows.astype(np.intp), minlength=2 * _REACH + 1)


def _moved(middle: float, upper: int, lower: int, rows: _Shown) -> float:
    """Move the line's middle as little as it takes to show some rows, or to their own middle where they are too many.

    Args:
        middle: of the line.
        upper: the first row to show.
        lower: the last one.
        rows: that are shown, after the line was made higher.
    """
    if lower - upper > rows.lower - rows.upper:
        return (upper + lower - rows.upper - rows.lower) / 2
    if lower - middle > rows.lower:
        middle = lower - rows.lower
    return upper - rows.upper if upper - middle < rows.upper else middle
