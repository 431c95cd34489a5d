"""Small files like those of the collections of real strings and of recorded strokes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.real_strings import CLINIC_FILE, NOTARIES_FILE

Gray = NDArray[np.uint8]


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
