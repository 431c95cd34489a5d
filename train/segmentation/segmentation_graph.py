"""The segmentation graph of a strip: its nodes are cuts, an arc is the ink between two of them.

An arc holds one piece, or a run of successive pieces that may be one character. Every path from the first cut to the
last uses each piece once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.segmentation.cuts import Ints, Pixels, candidate_cuts, ink_of, pieces

IntArray = NDArray[np.intp]

MOST_PIECES = 4  # of one character
_WIDEST_CHARACTER_PX = 34
_MOST_PX = 12  # from which on it makes no difference how much ink is cut, or how wide a gap is
_SHORT_PX, _WIDE_PX, _LOW_PX = 14, 20, 12  # a digit is seldom shorter, wider, or begins further down

MEASURES = (
    "ink",  # 1 where there is any
    "bare",  # 1 for the paper of a wide gap, to which nothing else applies
    "cut at its begin",  # px of ink under the cut
    "touches at its begin",  # 1 where that is more than 0
    "gap at its begin",  # px of paper in every row
    "cut at its end",
    "touches at its end",
    "gap at its end",
    "inner cuts",
    "inner ink",  # px under all of them
    "inner gaps",  # px of all of them
    "height",  # px
    "short",  # px under _SHORT_PX
    "width",  # px
    "wide",  # px over _WIDE_PX
    "low",  # px of its top under _LOW_PX
)


@dataclass(frozen=True, eq=False)
class SegmentationGraph:
    """Cuts of a strip and the arcs between them; build it with `segment`.

    Attributes:
        cuts: int64 [nodes, rows], as from `candidate_cuts`.
        piece: int [rows, W], the piece that holds each pixel.
        source: int [arcs], the node that an arc leaves; arcs are sorted by it, then by destination.
        destination: int [arcs], the node that it leads to.
        left_px: int [arcs], where the arc's ink begins, or its paper where it has none.
        right_px: int [arcs], where that ends.
        measures: int [arcs, MEASURES].
    """

    cuts: Ints
    piece: IntArray
    source: IntArray
    destination: IntArray
    left_px: IntArray
    right_px: IntArray
    measures: IntArray

    @property
    def bare(self) -> NDArray[np.bool_]:
        """Whether an arc is bare paper: bool [arcs]."""
        return self.measures[:, MEASURES.index("ink")] == 0


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Extent of the ink in each piece, int [pieces] px each, ends exclusive; and whether there is none.

    Attributes:
        left: first column.
        right: column behind the last.
        top: first row.
        bottom: row below the last.
        bare: bool [pieces], whether a piece is paper alone.
    """

    left: IntArray
    right: IntArray
    top: IntArray
    bottom: IntArray
    bare: NDArray[np.bool_]


def segment(pixels: Pixels) -> SegmentationGraph:
    """Make the segmentation graph of a strip, uint8 [rows, W].

    Single pieces are always arcs; runs of up to MOST_PIECES are where they are narrow and no wide gap lies between.
    Source: LeCun et al. 1998, section IV-A.
    """
    cuts = candidate_cuts(pixels)
    ink, piece = ink_of(pixels), pieces(cuts, pixels.shape[1])
    boxes = _boxes(ink, piece, len(cuts) - 1)
    source, destination = _runs(boxes)
    # The pieces of each arc, one arc after the other, int [pieces of all arcs]; and where each arc's begin.
    length = destination - source
    first = np.cumsum(length) - length
    inside = np.arange(length.sum()) - np.repeat(first - source, length)
    left = np.minimum.reduceat(boxes.left[inside], first)
    right = np.maximum.reduceat(boxes.right[inside], first)
    top = np.minimum.reduceat(boxes.top[inside], first)
    bottom = np.maximum.reduceat(boxes.bottom[inside], first)
    bare = boxes.bare[source]
    # Sums over inner nodes are differences of running sums.
    crossed, gap = _crossed(cuts, ink), _gaps(boxes)
    ends = [(crossed[node], crossed[node] > 0, gap[node]) for node in (source, destination)]
    inner = [np.cumsum(at_node)[destination - 1] - np.cumsum(at_node)[source] for at_node in (crossed, gap)]
    # One column for each of MEASURES; to bare paper none but "bare" applies.
    width, height = right - left, bottom - top
    measures = [~bare, bare, *ends[0], *ends[1], length - 1, *inner]
    measures += [height, np.maximum(_SHORT_PX - height, 0), width, np.maximum(width - _WIDE_PX, 0)]
    measures += [np.maximum(top - _LOW_PX, 0)]
    table = np.column_stack([np.asarray(measure, np.intp) for measure in measures])
    table[bare] = np.arange(len(MEASURES)) == MEASURES.index("bare")
    left = np.where(bare, cuts.max(axis=1)[source], left)
    right = np.where(bare, cuts.min(axis=1)[destination], right)
    return SegmentationGraph(cuts, piece, source, destination, left, right, table)


def _boxes(ink: Ints, piece: IntArray, count: int) -> _Boxes:
    rows, width = ink.shape
    y, x = np.nonzero(ink)
    owner = piece[y, x]
    # Whether a piece has ink in a column, bool [pieces, W], and in a row, bool [pieces, rows].
    across = np.bincount(owner * width + x, minlength=count * width).reshape(count, width) > 0
    down = np.bincount(owner * rows + y, minlength=count * rows).reshape(count, rows) > 0
    bare = ~down.any(axis=1)
    left, right = across.argmax(axis=1), width - across[:, ::-1].argmax(axis=1)
    return _Boxes(left, right, down.argmax(axis=1), rows - down[:, ::-1].argmax(axis=1), bare)


def _runs(boxes: _Boxes) -> tuple[IntArray, IntArray]:
    """Source and destination of every arc."""
    arcs = []
    count = len(boxes.bare)
    left, right, bare = boxes.left.tolist(), boxes.right.tolist(), boxes.bare.tolist()
    for begin in range(count):
        arcs.append((begin, begin + 1))
        for end in range(begin + 2, min(begin + MOST_PIECES, count) + 1):
            wide = max(right[begin:end]) - min(left[begin:end]) > _WIDEST_CHARACTER_PX
            if wide or any(bare[begin:end]):
                break
            arcs.append((begin, end))
    source, destination = np.array(arcs, np.intp).T
    return source, destination


def _crossed(cuts: Ints, ink: Ints) -> IntArray:
    """Ink under each cut, px of full ink: int [nodes]; none at the edges."""
    crossed = np.zeros(len(cuts), np.intp)
    under = ink[np.arange(len(ink)), np.minimum(cuts[1:-1], ink.shape[1] - 1)].sum(axis=1)
    crossed[1:-1] = np.minimum(under // 255, _MOST_PX)
    return crossed


def _gaps(boxes: _Boxes) -> IntArray:
    """Paper between the two pieces at each node, px: int [nodes]; none at the edges and beside a wide gap."""
    gaps = np.zeros(len(boxes.bare) + 1, np.intp)
    between = np.clip(boxes.left[1:] - boxes.right[:-1], 0, _MOST_PX)
    gaps[1:-1] = np.where(boxes.bare[1:] | boxes.bare[:-1], 0, between)
    return gaps
