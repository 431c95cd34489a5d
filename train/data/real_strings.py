"""Real handwritten numbers to train on: cells of clinic registers and numbers of Paris notaries, cut to their writing.

A folder holds `clinic_cells.npz` and `lectaurep_numbers.npz`: `images` uint8 [n, h, w], dark on light, `sizes` [n, 2]
with the width and height of what is real in them, and `labels`; the notaries' file also `page`. Marks of labels stay
out: they may or may not stand in the image.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from train.data.arrays import load_arrays
from train.data.string_cut import Cut, cut_string

CLINIC_FILE, NOTARIES_FILE = "clinic_cells.npz", "lectaurep_numbers.npz"
_ARRAYS = ("images", "sizes", "labels")
FILES = {CLINIC_FILE: _ARRAYS, NOTARIES_FILE: (*_ARRAYS, "page")}  # with the arrays in each
SOURCES = (
    "clinic cells (mochangheng/crnn-crossentropy-pytorch, MIT; the terms of the scans are not stated)",
    "notaries' numbers 1830-1939 (HTR-United/lectaurep-repertoires, CC BY 4.0)",
)
CLINIC_KEPT_APART = 1000  # cells at the end of the file
NOTARIES_KEPT_APART = 8  # every eighth page
_CLINIC_SHARE = 0.8  # of the draws; the rest are the notaries'
_LONG, _LONG_WEIGHT = 3, 2.0  # numbers of so many digits are few among the cells, and what is wanted
_MARKS = re.compile(r"[.\-]")
_LOOK_PX = (16, 10)  # on which copies are found
_ALIKE = 0.98  # correlation of near-copies
_BLOCK = 512


@dataclass(frozen=True)
class RealStrings:
    """Numbers as people wrote them.

    Attributes:
        cuts: The images, with the place of the writing in each.
        digits: What stands on each, without marks.
        shares: How often each is drawn, float64 [n], summing to 1.
        cells: How many of them, the first, are cells of the clinic; the others are the notaries'.
    """

    cuts: tuple[Cut, ...]
    digits: tuple[str, ...]
    shares: NDArray[np.float64]
    cells: int


def load_real_strings(folder: Path) -> tuple[RealStrings, RealStrings]:
    """Load both files of a folder.

    Returns:
        Strings to train on, and those that are kept apart: other pages, and none that is a copy of one trained on.

    Raises:
        PosteyeError: When a file is missing or damaged.
    """
    clinic, notaries = (_arrays(folder / name, arrays) for name, arrays in FILES.items())
    digits = [_MARKS.sub("", label) for label in clinic["labels"].astype(str).tolist()]
    cells = [_real_part(*cell) for cell in zip(clinic["images"], clinic["sizes"], strict=True)]
    whole = _without_copies(cells, digits)
    last = len(cells) - CLINIC_KEPT_APART
    # A page is one hand; of a book that one hand wrote, pages are told apart all the same.
    pages = [page.rpartition("_L-")[0] for page in notaries["page"].astype(str).tolist()]
    apart = set(sorted(set(pages))[NOTARIES_KEPT_APART - 1 :: NOTARIES_KEPT_APART])
    numbers = [_real_part(*number) for number in zip(notaries["images"], notaries["sizes"], strict=True)]
    labels = notaries["labels"].astype(str).tolist()
    parts = []
    for kept_apart in (False, True):
        mine = [i for i in whole if (i >= last) == kept_apart]
        theirs = [i for i, page in enumerate(pages) if (page in apart) == kept_apart]
        images = [cells[i] for i in mine] + [numbers[i] for i in theirs]
        parts.append(
            _strings(images, [digits[i] for i in mine], [labels[i] for i in theirs], [pages[i] for i in theirs])
        )
    return parts[0], parts[1]


def _strings(
    images: Sequence[NDArray[np.uint8]], cells: Sequence[str], numbers: Sequence[str], pages: Sequence[str]
) -> RealStrings:
    """Strings of both files, those drawn less often that there are many of: a label's, and a book's.

    Args:
        images: Of the clinic's cells, then of the notaries' numbers.
        cells: Digits of the cells.
        numbers: Digits of the numbers.
        pages: Of the numbers.
    """
    often, written = Counter(cells), Counter(numbers)
    books = [page.partition("/")[0] for page in pages]
    sizes = Counter(books)
    clinic = np.array([(_LONG_WEIGHT if len(digits) >= _LONG else 1.0) / often[digits] ** 0.5 for digits in cells])
    notaries = np.array([(written[digits] * sizes[book]) ** -0.5 for digits, book in zip(numbers, books, strict=True)])
    cuts = [cut_string(image) for image in images]
    there = np.array([cut is not None for cut in cuts])
    shares = np.concatenate([_CLINIC_SHARE * clinic / clinic.sum(), (1 - _CLINIC_SHARE) * notaries / notaries.sum()])[
        there
    ]
    digits = tuple(text for text, kept in zip([*cells, *numbers], there, strict=True) if kept)
    return RealStrings(
        tuple(cut for cut in cuts if cut is not None), digits, shares / shares.sum(), int(there[: len(cells)].sum())
    )


def _without_copies(images: Sequence[NDArray[np.uint8]], digits: Sequence[str]) -> list[int]:
    """Which images to keep: the first of every group of near-copies, none of a group with different labels.

    Args:
        images: uint8 [h, w] each.
        digits: Of each.
    """
    looks = np.stack([_look(image) for image in images])
    group = list(range(len(images)))

    def first_of(row: int) -> int:
        while group[row] != row:
            row = group[row]
        return row

    for start in range(0, len(looks), _BLOCK):
        rows, others = np.nonzero(looks[start : start + _BLOCK] @ looks[start:].T > _ALIKE)
        for row, other in zip((rows + start).tolist(), (others + start).tolist(), strict=True):
            if row < other:
                one, two = sorted((first_of(row), first_of(other)))
                group[two] = one
    labels = defaultdict(set)
    for row, label in enumerate(digits):
        labels[first_of(row)].add(label)
    return [row for row in range(len(images)) if group[row] == row and len(labels[row]) == 1]


def _look(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """An image as a unit vector without its mean, whose products are correlations: float32 [160]."""
    small = cv2.resize(image, _LOOK_PX, interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-6), np.float32)


def _real_part(image: NDArray[np.uint8], size: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is no filling of an image: uint8 [height, width]."""
    return np.ascontiguousarray(image[: int(size[1]), : int(size[0])])


def _arrays(path: Path, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """The arrays of a file, all of one length.

    Raises:
        PosteyeError: When it is missing or damaged, or holds others.
    """
    found = load_arrays(path, names)
    if len({len(array) for array in found.values()}) != 1:
        raise PosteyeError(f"{path} holds arrays of different lengths; fetch it again")
    return found
