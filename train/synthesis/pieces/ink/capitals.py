"""Capitals as pen strokes of real hands, one contributor a hand.

Source: UNIPEN train_r01_v07, as `unipen_capitals_strokes.npz` with the arrays points int [n, 2] (y down), stroke_off,
char_off, labels and contributor.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from string import ascii_uppercase

import numpy as np

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import require_regular
from train.data.damaged import UNREADABLE
from train.synthesis.pieces.parts import Part
from train.synthesis.writing.strokes import Line

FILE = "unipen_capitals_strokes.npz"
TEST_CONTRIBUTORS = ("art", "imp", "val")
_WIDEST = 1.8  # of its height, that a capital is
_MOST_OF_ONE = 12  # shapes of a letter that are kept of a contributor

Capitals = dict[str, list[list[Line]]]  # for each letter some shapes, each of lines, one unit high


def load_capitals(folder: Path, part: Part) -> dict[str, Capitals]:
    """Load the capitals of those contributors of a part who wrote the whole alphabet.

    Args:
        folder: with FILE.
        part: of the data; no contributor is in both.

    Returns:
        For each contributor the capitals, lines float64 [n, 2] in units of their height.

    Raises:
        PosteyeError: the file is missing or holds something else.
    """
    path = folder / FILE
    require_regular(path)
    try:
        with np.load(path, allow_pickle=False) as data:
            points = data["points"].astype(np.float64)
            strokes, chars = data["stroke_off"], data["char_off"]
            labels, contributors = data["labels"].tolist(), data["contributor"].tolist()
    except UNREADABLE as error:
        raise PosteyeError(f"{path} is damaged, or holds no strokes of capitals") from error
    found: dict[str, Capitals] = {}
    for index, (letter, contributor) in enumerate(zip(labels, contributors, strict=True)):
        if (contributor in TEST_CONTRIBUTORS) != (part == "test"):
            continue
        shapes = found.setdefault(contributor, {}).setdefault(letter, [])
        if len(shapes) < _MOST_OF_ONE:
            ends = strokes[chars[index] : chars[index + 1] + 1]
            lines = [points[a:b] for a, b in pairwise(ends)]
            if _whole(lines):
                shapes.append(_unit(lines))
    whole = {name: capitals for name, capitals in found.items() if capitals.keys() >= set(ascii_uppercase)}
    if not whole:
        raise PosteyeError(f"{path} holds no contributor of the {part} part who wrote all capitals")
    return whole


def _whole(lines: list[Line]) -> bool:
    """Whether lines can be a capital: the collection has a few single strokes that are parts of one."""
    width, height = np.ptp(np.concatenate(lines), axis=0)
    return bool(height > 0 and width <= _WIDEST * height)


def _unit(lines: list[Line]) -> list[Line]:
    """Lines moved to the origin and scaled to a height of one."""
    together = np.concatenate(lines)
    low, high = together.min(axis=0), together.max(axis=0)
    return [(line - low) / (high[1] - low[1]) for line in lines if len(line)]
