"""Candidate cuts of a strip: where one character may end and the next begin; more of them than needed.

A cut is a line from the top of the strip to its bottom, one x a row. It comes from hit and deflect (a drop falls,
slides along the ink that it hits, and where it is caught falls through) from above and from below, or from a minimum of
the projection profile. All arithmetic is in integers, so that every machine cuts alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Ints = NDArray[np.int64]

INK_LEVEL = 70  # pixels up to this are paper
WIDE_GAP_PX = 9  # of paper in every row: no character spans it
_SLIDE_PX = 10  # a drop does not slide further in one row: it would go round a character rather than between two
_MOST_CROSSED = 18 * 255  # of ink under a cut: more is a stroke along the cut, not one across it
_PIECE_INK = 20 * 255  # a cut through ink leaves at least this on either side,
_SPECK_INK = 5 * 255  # and one through paper this
_WIDEST_PIECE_PX = 40  # twice a character: a wider piece is cut at the thinnest column, whatever is crossed


def candidate_cuts(pixels: Pixels) -> Ints:
    """Find the candidate cuts of a strip.

    Cuts may meet but do not cross, so every pixel lies between one pair of neighbours. Between two neighbours there is
    ink; or, unless the strip is empty, a wide gap between two pieces of ink. Source: LeCun et al. 1998, section IV-A.

    Args:
        pixels: uint8 [rows, W], the strip.

    Returns:
        int64 [cuts, rows], from left to right, at least 2. Row y of a cut is the first x right of it. The first cut is
        the left edge (0), the last one the right edge (W).
    """
    rows, width = pixels.shape
    ink = ink_of(pixels)
    left_of = np.zeros((rows, width + 1), np.int64)
    np.cumsum(ink, axis=1, out=left_of[:, 1:])
    paper = ink == 0
    profile = ink.sum(axis=0)
    upright = np.repeat(_valleys(profile)[:, None], rows, axis=1)
    lines = np.concatenate([_fall(paper), _fall(paper[::-1])[:, ::-1], upright])
    edges = np.zeros((1, rows), np.int64), np.full((1, rows), width, np.int64)
    # Cuts of different kinds can cross. Sorted by the ink on their left, each is pushed right to where none does.
    cuts = np.maximum.accumulate(np.concatenate([edges[0], _choose(lines, ink, left_of), edges[1]]))
    cuts = _with_ink_between(_divide(cuts, profile), left_of)
    return _open_gaps(cuts, profile)


def ink_of(pixels: Pixels) -> Ints:
    """Ink of a strip without the haze of the paper: int64, of the same shape."""
    return np.where(pixels > INK_LEVEL, pixels, 0).astype(np.int64)


def pieces(cuts: Ints, width: int) -> NDArray[np.intp]:
    """Number of the piece, from 0 on, that holds each pixel.

    Args:
        cuts: as from `candidate_cuts`.
        width: of the strip.

    Returns:
        int [rows, W].
    """
    rows = cuts.shape[1]
    steps = np.zeros((rows, width + 1), np.intp)
    np.add.at(steps, (np.arange(rows), cuts[1:-1]), 1)
    return steps[:, :-1].cumsum(axis=1)


def _fall(paper: NDArray[np.bool_]) -> Ints:
    """Let a drop fall from each column of the first row: lines, int64 [W, rows]. paper: bool [rows, W]."""
    rows, width = paper.shape
    x = np.arange(width)
    far = 4 * width + _SLIDE_PX  # further than any drop slides
    # Where a drop can fall on: paper here and below, bool [rows - 1, W].
    here, below = paper[:-1], paper[1:]
    opening = here & below
    # The way to the nearest opening on each side, if no ink stands in it in the drop's own row.
    left = np.maximum.accumulate(np.where(opening, x, -far), axis=1)
    wall = np.maximum.accumulate(np.where(here, -far, x), axis=1)
    left = np.where(left > wall, x - left, far)
    right = np.minimum.accumulate(np.where(opening, x, far)[:, ::-1], axis=1)[:, ::-1]
    wall = np.minimum.accumulate(np.where(here, far, x)[:, ::-1], axis=1)[:, ::-1]
    right = np.where(right < wall, right - x, far)
    # Where a drop in each place comes out in the row below; where it is caught it falls through the ink.
    slide = np.where(left <= right, -left, right)
    onward = x + np.where(here & (np.abs(slide) <= _SLIDE_PX), slide, 0)
    line = np.empty((rows, width), np.int64)
    line[0] = x
    for row in range(1, rows):
        line[row] = onward[row - 1].take(line[row - 1])
    return line.T


def _valleys(profile: Ints) -> Ints:
    """Columns of the local minima of a profile, int64 [W]; of a flat one its first column."""
    high = profile.max() + 1
    first = np.flatnonzero(np.append(True, profile[1:] != profile[:-1]))
    levels = np.concatenate([[high], profile[first], [high]])
    return first[(levels[1:-1] < levels[:-2]) & (levels[1:-1] < levels[2:])].astype(np.int64)


def _choose(lines: Ints, ink: Ints, left_of: Ints) -> Ints:
    """The lines that cross least ink, such that enough ink lies between any two, in order of the ink on their left.

    Args:
        lines: int64 [lines, rows], from which to choose.
        ink: int64 [rows, W].
        left_of: int64 [rows, W + 1], its running sums.

    Returns:
        int64 [chosen, rows].
    """
    rows = len(ink)
    crossed = ink[np.arange(rows), lines].sum(axis=1)
    keep = crossed <= _MOST_CROSSED
    lines, crossed = lines[keep], crossed[keep]
    bent = np.abs(np.diff(lines, axis=1)).sum(axis=1)
    # The best first: little ink, then few bends, then the leftmost.
    order = np.lexsort((lines.sum(axis=1), bent, crossed))
    lines, crossed, bent = lines[order], crossed[order], bent[order]
    before = _ink_before(lines, left_of)
    margin = np.where(crossed == 0, _SPECK_INK, _PIECE_INK)
    # Lines that can still be chosen: with enough ink on either side, and between them and those chosen.
    alive = (before >= margin) & (left_of[:, -1].sum() - before >= margin)
    chosen = []
    while alive.any():
        best = int(alive.argmax())
        # Of lines that part the ink alike, the one in the middle.
        alike = np.flatnonzero((before == before[best]) & (crossed == crossed[best]) & (bent == bent[best]))
        chosen.append(int(alike[len(alike) // 2]))
        alive &= np.abs(before - before[best]) >= margin
    chosen.sort(key=lambda line: int(before[line]))
    return lines[chosen].reshape(-1, rows)


def _ink_before(lines: Ints, left_of: Ints) -> Ints:
    """Ink left of each line, int64 [lines]. left_of: running sums of the ink, int64 [rows, W + 1]."""
    before: Ints = left_of[np.arange(len(left_of)), lines].sum(axis=1)
    return before


def _divide(cuts: Ints, profile: Ints) -> Ints:
    """Cut what is wider than any character at its thinnest columns."""
    half = _WIDEST_PIECE_PX // 2
    found = [cuts[0]]
    for cut in cuts[1:]:
        while cut.min() - found[-1].max() > _WIDEST_PIECE_PX:
            first = int(found[-1].max()) + half
            column = first + int(profile[first : first + half].argmin())
            found.append(np.full(cuts.shape[1], column, np.int64))
        found.append(cut)
    return np.stack(found)


def _with_ink_between(cuts: Ints, left_of: Ints) -> Ints:
    """Leave out cuts that no ink separates from the one before, or from the right edge."""
    before = _ink_before(cuts, left_of)
    inner = np.flatnonzero((np.diff(before[:-1]) > 0) & (before[1:-1] < before[-1])) + 1
    return cuts[[0, *inner.tolist(), len(cuts) - 1]]


def _open_gaps(cuts: Ints, profile: Ints) -> Ints:
    """Replace a cut in a wide gap by two, one on each side of it."""
    inked = np.flatnonzero(profile)
    wide = np.flatnonzero(np.diff(inked) > WIDE_GAP_PX)
    for left, right in zip(inked[wide], inked[wide + 1], strict=True):
        inside = (cuts.min(axis=1) > left) & (cuts.max(axis=1) <= right)
        if inside.any():
            sides = np.repeat(np.array([[left + 2], [right - 1]], np.int64), cuts.shape[1], axis=1)
            at = int(inside.argmax())
            cuts = np.concatenate([cuts[:at], sides, cuts[at + 1 :]])
    return cuts
