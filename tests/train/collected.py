"""Small files like those of the collections of real strings and of recorded strokes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.real_strings import CLINIC_FILE, NOTARIES_FILE
from train.data.recorded import CAPITALS_FILE, DIGITS_FILE, NUMBERS_FILE

Gray = NDArray[np.uint8]
Strokes = Sequence[Sequence[tuple[int, int]]]


def cell(text: str, right: int = 0, down: int = 0) -> Gray:
    """A picture of a cell with a number in it, moved a little: uint8 [34, 60]."""
    image = np.full((34, 60), 200, np.uint8)
    cv2.putText(image, text, (8 + right, 25 + down), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 40, 1, cv2.LINE_AA)
    return image


def write_strings(
    folder: Path, cells: Sequence[str], numbers: Sequence[str], images: Sequence[Gray] | None = None
) -> None:
    """Write both files of real strings.

    Args:
        folder: that they come into.
        cells: labels of the clinic's cells.
        numbers: the notaries' numbers; every two stand on a page.
        images: of the cells; pictures of their labels otherwise.
    """
    pictures = [cell(label) for label in cells] if images is None else images
    clinic = np.zeros((len(cells), 40, 96), np.uint8)
    for row, picture in zip(clinic, pictures, strict=True):
        row[:34, :60] = picture
    sizes = np.full((len(cells), 2), (60, 34), np.uint8)
    np.savez(folder / CLINIC_FILE, images=clinic, sizes=sizes, labels=np.array(cells))
    written = np.stack([np.pad(cell(text), ((7, 7), (0, 68)), constant_values=200) for text in numbers])
    pages = np.array([f"book/leaf{row // 2}_L-0.xml" for row in range(len(numbers))])
    sizes = np.full((len(numbers), 2), (60, 48), np.uint8)
    np.savez(folder / NOTARIES_FILE, images=written, sizes=sizes, labels=np.array(numbers), page=pages)


def write_strokes(folder: Path, name: str, characters: Sequence[tuple[str, str, str, Strokes]]) -> None:
    """Write a file of recorded strokes.

    Args:
        folder: that it comes into.
        name: of the file.
        characters: label, contributor, source and strokes of each.
    """
    strokes = [stroke for *_, drawn in characters for stroke in drawn]
    points = np.array([point for stroke in strokes for point in stroke], np.int16)
    np.savez(
        folder / name,
        points=points,
        stroke_off=np.cumsum([0, *map(len, strokes)]).astype(np.int32),
        char_off=np.cumsum([0, *(len(drawn) for *_, drawn in characters)]).astype(np.int32),
        labels=np.array([label for label, *_ in characters]),
        contributor=np.array([contributor for _, contributor, *_ in characters]),
        source=np.array([source for _, _, source, _ in characters]),
    )


def stroke_of(letter: str) -> list[Sequence[tuple[int, int]]]:
    """Two strokes that differ from letter to letter."""
    place = ord(letter) % 26
    return [[(0, 0), (4 * place, 90), (20, 200)], [(10 + place, 40), (90, 60 + place)]]


def write_all_strokes(folder: Path) -> None:
    """Write the three files of strokes: digits and capitals of two writers, one of them kept apart, and two numbers."""
    whose = (("ibm", "one"), ("art", "two"))
    digits = [(d, who, file, stroke_of(d)) for who, file in whose for d in "0123456789"]
    capitals = [(c, who, file, stroke_of(c)) for who, file in whose for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    numbers = [("47", who, file, [*stroke_of("4"), [(150, 0), (160, 200)]]) for who, file in whose]
    for name, found in ((DIGITS_FILE, digits), (CAPITALS_FILE, capitals), (NUMBERS_FILE, numbers)):
        write_strokes(folder, name, found)
