"""From a digit's image to the strokes of the pen that wrote it: thinning, then tracing the lines that are left."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Line = NDArray[np.float64]

_HEIGHT_PX = 40  # of a digit while it is thinned
_CELL = (46, 72)
_INK = 110
_SPUR_PX = 6  # shorter branches are ragged edges, not strokes
_STEP = 3
_WIDEST_PX = 6.0  # half a stroke; wider is a blot
_EVEN = 1.7  # the widest place of a glyph against its usual width; more is a loop that ran full of ink
_NEIGHBORS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))  # clockwise from above


def _tables() -> tuple[Gray, Gray]:
    """For each of the 256 neighbourhoods: 0 where one of the two passes takes the pixel away, else 1; uint8 [256] both.

    Source: Zhang and Suen, "A fast parallel algorithm for thinning digital patterns", 1984.
    """
    tables = np.ones((2, 256), np.uint8)
    for code in range(256):
        # The eight neighbours clockwise from above; how often paper turns to ink on the way round.
        p = [(code >> i) & 1 for i in range(8)]
        changes = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
        if 2 <= sum(p) <= 6 and changes == 1:
            tables[0, code] = p[0] * p[2] * p[4] or p[2] * p[4] * p[6]
            tables[1, code] = p[0] * p[2] * p[6] or p[0] * p[4] * p[6]
    return tables[0], tables[1]


_TABLES = _tables()
_WEIGHTS = np.zeros((3, 3), np.float32)
for _i, (_dy, _dx) in enumerate(_NEIGHBORS):
    _WEIGHTS[1 + _dy, 1 + _dx] = 1 << _i


def _links() -> list[list[int]]:
    """For each of the 256 neighbourhoods the steps, in a flat cell, to the pixels that a pixel is linked with.

    A diagonal counts only where no straight step leads the same way.
    """
    links = []
    for code in range(256):
        near = {step for i, step in enumerate(_NEIGHBORS) if (code >> i) & 1}
        linked = [(dy, dx) for dy, dx in _NEIGHBORS if (dy, dx) in near]
        linked = [(dy, dx) for dy, dx in linked if not (dy and dx and near & {(dy, 0), (0, dx)})]
        links.append([dy * _CELL[1] + dx for dy, dx in linked])
    return links


_LINKS = _links()


def trace(glyphs: Sequence[Gray]) -> list[list[Line]]:
    """Trace the strokes of glyphs.

    Args:
        glyphs: uint8 [h, w] each, ink bright, cut to the ink.

    Returns:
        For each glyph its lines, float64 [points, 2], x and y in units of its height; none for a glyph that is too
        thick or too blotted to tell how the pen went.
    """
    if not glyphs:
        return []
    # All glyphs one below the other as masks, uint8 [rows * glyphs, cols]: they are thinned together.
    rows, cols = _CELL
    mosaic = np.zeros((rows * len(glyphs), cols), np.uint8)
    for i, glyph in enumerate(glyphs):
        width = int(np.clip(round(glyph.shape[1] * _HEIGHT_PX / glyph.shape[0]), 3, cols - 6))
        large = cv2.resize(glyph, (width, _HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
        mosaic[i * rows + 3 : i * rows + 3 + _HEIGHT_PX, 3 : 3 + width] = large > _INK
    thin = _thin(mosaic)
    # Half the stroke's width at each pixel.
    halves = cv2.distanceTransform(mosaic, cv2.DIST_L2, 3)
    cells = [slice(i * rows, (i + 1) * rows) for i in range(len(glyphs))]
    near = _neighborhoods(thin)
    return [_lines(thin[cell], near[cell]) if _is_clear(halves[cell][thin[cell] > 0]) else [] for cell in cells]


def _is_clear(halves: NDArray[np.float32]) -> bool:
    """Whether a glyph's strokes are thin and even enough to be traced.

    Args:
        halves: float32 [pixels of the skeleton], half the stroke's width there.
    """
    if not len(halves):
        return False
    usual = float(np.partition(halves, len(halves) // 2)[len(halves) // 2])
    return usual < _WIDEST_PX and float(halves.max()) < _EVEN * usual + 0.7


def _thin(mask: Gray) -> Gray:
    """The skeleton of a mask: both passes in turn until neither takes a pixel away."""
    while True:
        before = mask
        for table in _TABLES:
            mask = cv2.bitwise_and(mask, cv2.LUT(_neighborhoods(mask), table))
        if not cv2.countNonZero(cv2.subtract(before, mask)):
            return mask


def _neighborhoods(mask: Gray) -> Gray:
    """For each pixel which of its neighbours are set, a bit each in the order of _NEIGHBOURS: uint8 [H, W]."""
    return np.asarray(cv2.filter2D(mask, -1, _WEIGHTS, borderType=cv2.BORDER_CONSTANT), np.uint8)


def _lines(thin: Gray, neighborhoods: Gray) -> list[Line]:
    """Walk a skeleton from ends and forks, then round the rings that have neither.

    Args:
        thin: The skeleton, uint8 of _CELL's shape.
        neighbourhoods: As `_neighbourhoods` gives them, of the same shape.

    Returns:
        Lines float64 [points, 2] in units of the digit's height.
    """
    places = np.flatnonzero(thin)
    # A pixel is known by its index in the flat cell.
    links = {
        pixel: _LINKS[code] for pixel, code in zip(places.tolist(), neighborhoods.ravel()[places].tolist(), strict=True)
    }

    def walk(start: int, step: int) -> list[int]:
        path = [start, start + step]
        here, steps = path[1], links[path[1]]
        while len(steps) == 2 and here != start:
            step = steps[steps[0] == -step]
            here += step
            path.append(here)
            steps = links[here]
        return path

    # From every end and fork along every branch; a branch between two of them is walked once.
    paths = []
    knots = [pixel for pixel, steps in links.items() if len(steps) != 2]
    seen: set[int] = set(knots)
    reached: set[tuple[int, int]] = set()  # knots, and the pixels from which they were
    for knot in knots:
        for step in links[knot]:
            if (knot, knot + step) not in reached:
                path = walk(knot, step)
                reached.add((path[-1], path[-2]))
                seen.update(path)
                paths.append(path)
    # What is left are rings.
    for pixel in links:
        if pixel not in seen:
            path = walk(pixel, links[pixel][0])
            seen.update(path)
            paths.append(path)
    # Short branches with a free end are ragged edges, unless there is nothing else.
    long = [p for p in paths if len(p) >= _SPUR_PX or (len(links[p[0]]) != 1 and len(links[p[-1]]) != 1)]
    rows_and_columns = (np.divmod(np.array(path), _CELL[1]) for path in long or paths)
    return [_smooth(np.array([x, y], np.float64).T - 3) / _HEIGHT_PX for y, x in rows_and_columns]


def _smooth(points: Line) -> Line:
    """Take the staircase out of a path of pixels and keep every third point."""
    if len(points) > 4:
        for _ in range(2):
            points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
        points = np.concatenate([points[:-1:_STEP], points[-1:]])
    return points
