"""Pen strokes that were recorded as people wrote: digits, whole numbers and capitals of UNIPEN, scaled to one height.

A folder holds `unipen_digits_strokes.npz`, `unipen_number_strokes.npz` and `unipen_capitals_strokes.npz`: `points`
[n, 2] (y down), where strokes begin in them and characters in the strokes (`stroke_off`, `char_off`), and of each
character `labels`, `contributor` and `source`, the file that one writer wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from train.data.arrays import load_arrays
from train.data.skeleton import Line
from train.data.writers import Writer

DIGITS_FILE, NUMBERS_FILE = "unipen_digits_strokes.npz", "unipen_number_strokes.npz"
CAPITALS_FILE = "unipen_capitals_strokes.npz"
_ARRAYS = ("points", "stroke_off", "char_off", "labels", "contributor", "source")
FILES = dict.fromkeys((DIGITS_FILE, NUMBERS_FILE, CAPITALS_FILE), _ARRAYS)  # with the arrays in each
SOURCE = "pen strokes of UNIPEN train_r01_v07 (Zenodo 1195803, CC BY 4.0)"
KEPT_APART = ("art", "imp")  # contributors: 56 writers of two countries
_OWN_DIGITS, _OWN_CAPITALS = 10, 20  # who wrote fewer is put together with others of the contributor
_LEAST_POINTS, _LEAST_HEIGHT = 3, 10  # of 255: less is a slip of the pen
_FLATTEST = 0.35  # height against width; a flatter character keeps its shape
_NARROWEST_ZERO = 0.25  # width against height; a narrower one is the slash of a zero without its ring
_DOT = 0.02  # length of a stroke of one point
Letters = dict[str, tuple[list[Line], ...]]


@dataclass(frozen=True)
class Recorded:
    """Strokes of some contributors; all are about one unit high, y down.

    Attributes:
        writers: Their digits.
        numbers: Whole numbers: digits and lines.
        capitals: Their letters, by writer.
    """

    writers: tuple[Writer, ...]
    numbers: tuple[tuple[str, list[Line]], ...]
    capitals: tuple[Letters, ...]


@dataclass(frozen=True)
class _Character:
    """A character, or a number, with who wrote it."""

    label: str
    contributor: str
    source: str
    lines: list[Line]


def load_recorded(folder: Path) -> tuple[Recorded, Recorded]:
    """Load the three files of a folder.

    Returns:
        Strokes to train on, and those of the contributors that are kept apart.

    Raises:
        PosteyeError: When a file is missing or damaged.
    """
    digits, numbers, capitals = (list(_characters(folder / name)) for name in FILES)
    parts = []
    for apart in (False, True):
        mine = [[c for c in found if (c.contributor in KEPT_APART) == apart] for found in (digits, numbers, capitals)]
        writers = (
            tuple(tuple(c.lines for c in group if c.label == str(digit)) for digit in range(10))
            for group in _groups(mine[0], _OWN_DIGITS)
        )
        letters = (_by_label(group) for group in _groups(mine[2], _OWN_CAPITALS))
        parts.append(
            Recorded(
                tuple(Writer(((),) * 10, strokes) for strokes in writers),
                tuple((c.label, c.lines) for c in mine[1]),
                tuple(letters),
            )
        )
    return parts[0], parts[1]


def _groups(characters: Iterable[_Character], own: int) -> list[list[_Character]]:
    """Characters by writer; those of writers of fewer than `own` together, by contributor."""
    by_writer: dict[tuple[str, str], list[_Character]] = defaultdict(list)
    groups: dict[tuple[str, str], list[_Character]] = defaultdict(list)
    for character in characters:
        by_writer[character.contributor, character.source].append(character)
    for (contributor, source), written in by_writer.items():
        groups[contributor, source if len(written) >= own else ""] += written
    return list(groups.values())


def _by_label(group: Iterable[_Character]) -> Letters:
    letters: dict[str, list[list[Line]]] = defaultdict(list)
    for character in group:
        letters[character.label].append(character.lines)
    return {letter: tuple(drawn) for letter, drawn in letters.items()}


def _characters(path: Path) -> Iterator[_Character]:
    """The characters of a file without slips of the pen."""
    arrays = _arrays(path)
    labels, contributors, sources = (arrays[name].astype(str).tolist() for name in ("labels", "contributor", "source"))
    points, strokes, characters = arrays["points"].astype(np.float64), arrays["stroke_off"], arrays["char_off"]
    for row, (label, contributor, source) in enumerate(zip(labels, contributors, sources, strict=True)):
        bounds = strokes[characters[row] : characters[row + 1] + 1]
        whole = points[bounds[0] : bounds[-1]]
        if len(whole) < _LEAST_POINTS or np.ptp(whole[:, 1]) < _LEAST_HEIGHT:
            continue
        low, (wide, tall) = whole.min(axis=0), np.ptp(whole, axis=0)
        if label == "0" and wide < _NARROWEST_ZERO * tall:
            continue
        scaled = (whole - low) / max(tall, _FLATTEST * wide)
        lines = np.split(scaled, bounds[1:-1] - bounds[0])
        yield _Character(label, contributor, source, [_line(line) for line in lines if len(line)])


def _line(points: Line) -> Line:
    """A line of at least two points."""
    return np.vstack([points, points + _DOT]) if len(points) == 1 else points


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of a file, whose offsets fit each other.

    Raises:
        PosteyeError: When it is missing or damaged, or holds others.
    """
    found = load_arrays(path, _ARRAYS)
    characters, strokes = found["char_off"], found["stroke_off"]
    whole = len(characters) == len(found["labels"]) + 1 == len(found["source"]) + 1 == len(found["contributor"]) + 1
    if not whole or characters[-1] != len(strokes) - 1 or strokes[-1] != len(found["points"]):
        raise PosteyeError(f"{path} holds offsets that do not fit its points; fetch it again")
    return found
