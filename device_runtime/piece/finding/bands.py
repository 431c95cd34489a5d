"""Rows of writing in a window, by the valleys of its row profile."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_VALLEY = 5  # a row with less than one in so many of the ink of the fullest row near by lies in a valley
_BEYOND = 0.6  # of a character's height: so far ascenders and descenders reach beyond a band
_THIN = 0.45  # of a character's height: thinner bands are accents and dots


def bands(profile: NDArray[np.int64], height_px: int) -> list[tuple[int, int]]:
    """Part a window into bands of writing.

    Args:
        profile: int64 [rows], ink of each row.
        height_px: of its characters.

    Returns:
        First and one past the last row of each band, from the top down.
    """
    if not len(profile):
        return []
    # Four times the profile, smoothed, and the fullest row within most of a line: int64 [rows] each.
    padded = np.pad(profile, 1)
    smooth = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    reach = max(1, 3 * height_px // 4)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(smooth, reach), 2 * reach + 1).max(1)
    inked = np.pad((_VALLEY * smooth > around) & (smooth > 2), 1)
    edges = np.flatnonzero(inked[1:] != inked[:-1]).tolist()
    found = list(zip(edges[::2], edges[1::2], strict=True))
    # A thin one belongs to the nearest of its neighbours.
    while len(found) > 1:
        i = min(range(len(found)), key=lambda i: found[i][1] - found[i][0])
        if found[i][1] - found[i][0] >= _THIN * height_px:
            break
        above = found[i][0] - found[i - 1][1] if i else None
        below = found[i + 1][0] - found[i][1] if i + 1 < len(found) else None
        upper = i if above is None or (below is not None and below < above) else i - 1
        found[upper : upper + 2] = [(found[upper][0], found[upper + 1][1])]
    return found


def parts(profile: NDArray[np.int64], height_px: int) -> list[tuple[int, int]]:
    """Part a window into lines: bands with their ascenders and descenders.

    Args:
        profile: int64 [rows], ink of each row.
        height_px: of its characters.

    Returns:
        First and one past the last row of each line, from the top down; they begin and end with ink.
    """
    found = bands(profile, height_px)
    cuts = [0, *(valley(profile, upper[1], lower[0]) for upper, lower in pairwise(found)), len(profile)]
    reach = int(_BEYOND * height_px)
    lines = []
    for (begin, end), (top, bottom) in zip(found, pairwise(cuts), strict=True):
        first, last = max(begin - reach, top), min(end + reach, bottom)
        inked = first + np.flatnonzero(profile[first:last])
        lines.append((int(inked[0]), int(inked[-1]) + 1))
    return lines


def valley(profile: NDArray[np.int64], end: int, begin: int) -> int:
    """The row with least ink between a band's end and the next one's beginning."""
    return end - 1 + int(np.argmin(profile[end - 1 : begin + 1]))
