"""What the pixels of a strip show in each of the scanner's columns: spaces, tall ink, marks and commas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.exact import FloatArray
from device_runtime.recognition.gaps import BoolArray, Gaps
from device_runtime.recognition.lattice import IntArray
from device_runtime.types import Penalties

# Ink of a broken character lies no farther from the column that shows it.
_PIECE_PX, _MIDWAY_PX, _FAR_PX = 6, 2, 1e6
# Columns no farther apart show one character. A gap between characters is wide at this multiple of the usual one, of
# which there must be a few; a comma in it is so far from either.
_SAME_PX, _FEWEST_STEPS, _WIDE_GAP, _TOUCHING_PX = 3, 3, 1.2, 5
# So many columns that show rubbish as tall as letters make words.
_WORD_COLUMNS = 4


@dataclass(frozen=True, eq=False)
class Seen:
    """What the pixels show in each column.

    Attributes:
        space: bool [columns], a space.
        tall: bool [columns], ink of something as tall as letters.
        mark: bool [columns], a dot, comma or dash has its middle here.
        comma: bool [columns], a comma that parts words.
    """

    space: BoolArray
    tall: BoolArray
    mark: BoolArray
    comma: BoolArray

    def of_runs(self, first: IntArray) -> Seen:
        """The same of runs of columns, which begin at `first`: what any of a run's columns shows."""
        flags = (self.space, self.tall, self.mark, self.comma)
        return Seen(*(np.logical_or.reduceat(shown, first) for shown in flags))


def seen_in_columns(gaps: Gaps, penalties: Penalties) -> Seen:
    """What was seen, in the scanner's columns, each of which stands for the two px before its middle."""
    x_px = penalties.x_px
    # Spaces and tall ink: those of a column's two px.
    right = np.clip(x_px.astype(np.intp), 0, len(gaps.space) - 1)
    left = np.maximum(right - 1, 0)
    tall = gaps.tall[right] | gaps.tall[left]
    # Marks: small ink that is no piece of a character, and commas in wide gaps. Where characters are shown, in px of a
    # strip that was not stretched, tells which are.
    best = penalties.values.argmin(axis=1)
    marks = gaps.marks
    shown_px = x_px[best < penalties.blank].astype(np.float64) / gaps.aspect
    commas = gaps.commas[_in_wide_gaps(gaps.commas / gaps.aspect, shown_px)]
    marks = np.append(marks[~_pieces(marks / gaps.aspect, shown_px)], commas)
    # Commas part words: where there are none, a comma parts nothing.
    words = int((tall & (best == penalties.rubbish)).sum()) >= _WORD_COLUMNS
    # From middles in px to the nearest column: bool [columns] each.
    found = []
    for middles in (marks, gaps.commas if words else marks[:0]):
        column = np.zeros(len(x_px), np.bool_)
        if len(middles):
            column[np.abs(x_px - middles[:, None]).argmin(axis=1)] = True
        found.append(column)
    return Seen(gaps.space[right], tall, *found)


def _pieces(marks_px: FloatArray, shown_px: FloatArray) -> BoolArray:
    """Which of the small inks are pieces of a broken character: near to where it is shown, and not midway to the next.

    Args:
        marks_px: float64 [marks], middles of the small inks.
        shown_px: float64 [columns], where characters are shown.

    Returns:
        bool [marks].
    """
    left, right = _neighbors(marks_px, shown_px)
    nearer, farther = np.minimum(left, right), np.maximum(left, right)
    return np.asarray((nearer <= _PIECE_PX) & (farther - nearer > _MIDWAY_PX))


def _in_wide_gaps(commas_px: FloatArray, shown_px: FloatArray) -> BoolArray:
    """Which of the commas, that may touch a character, stand between two that are farther apart than the others."""
    steps = np.diff(shown_px)
    steps = np.sort(steps[steps > _SAME_PX])
    if len(steps) < _FEWEST_STEPS:
        return np.zeros(len(commas_px), np.bool_)
    left, right = _neighbors(commas_px, shown_px)
    wide = (left + right >= _WIDE_GAP * steps[(len(steps) - 1) // 2]) & (left + right < _FAR_PX)
    return np.asarray(wide & (np.minimum(left, right) >= _TOUCHING_PX))


def _neighbors(middles_px: FloatArray, shown_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far from each middle characters are shown on its left and right: float64 [middles] both."""
    ends = np.concatenate(([-_FAR_PX], shown_px, [_FAR_PX]))
    after = np.searchsorted(shown_px, middles_px) + 1
    return middles_px - ends[after - 1], ends[after] - middles_px
