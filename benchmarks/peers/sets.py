"""The sets of image files on which readers are compared, and how each is read."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.mnist_strings.__main__ import PATTERN as FIVE
from benchmarks.mnist_strings.fields import KINDS
from benchmarks.peers.figures import digits_only
from device_runtime.errors import PosteyeError
from train.data.labelled import LABELS, MNIST_FIELD_PX, USPS_FIELD_PX, Label, pasted, read_labels, read_usps
from train.data.mnist import Digits

ANY_NUMBER = r"\d{1,8}"  # what posteye is told when it is to know no more than the others
_SEED = 1998


@dataclass(frozen=True)
class FileSet:
    """Labelled image files. pattern: what posteye is told of them. mode: what an image holds, one of Tesseract's MODES.

    In a line the digits stand among other writing, so that a text is right when it holds them as a word of their own.
    """

    name: str
    title: str
    labels: tuple[Label, ...]
    pattern: str
    mode: str

    def is_right(self, text: str, truth: str) -> bool:
        """Whether a reader's text gives the digits."""
        if self.mode == "line":
            return truth in re.findall(rf"(?<!\d)\d{{{len(truth)}}}(?!\d)", text)
        return digits_only(text) == truth

    def hash_of(self, rows: Sequence[int]) -> str:
        """SHA-256 of some of the images and of what they hold, wherever they lie."""
        chosen = [self.labels[row] for row in rows]
        told = [f"{hashlib.sha256(label.path.read_bytes()).hexdigest()} {label.code}" for label in chosen]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def drawn(self, count: int) -> list[int]:
        """Rows of a random sample of `count` labels, in order, always the same; all rows where there are no more.

        A smaller sample is part of every larger one, so that kept answers stay of use.
        """
        rows = np.random.default_rng(_SEED).permutation(len(self.labels))[:count]
        return sorted(rows.tolist())


def amounts_set(folder: Path) -> FileSet:
    """A folder of fields that hold a number of one to eight digits."""
    return FileSet("amounts", "check amounts", read_labels(folder), ANY_NUMBER, "field")


def lines_set(folder: Path) -> FileSet:
    """A folder of printed lines with a code of five digits somewhere in each."""
    return FileSet("printed", "printed postcode lines", read_labels(folder), FIVE, "line")


def string_sets(folder: Path) -> list[FileSet]:
    """The three sets that `benchmarks.mnist_strings make` wrote."""
    return [FileSet(kind, f"five digits, {kind}", read_labels(folder / kind), FIVE, "field") for kind in KINDS]


def mnist_set(digits: Digits, folder: Path) -> FileSet:
    """Each digit in the middle of a light field of its own, as a file in `folder`; written on the first call."""
    codes = [str(label) for label in digits.labels]
    return FileSet("mnist", "MNIST digits", _files(digits.images, codes, MNIST_FIELD_PX, folder), r"\d", "digit")


def usps_set(path: Path, folder: Path) -> FileSet:
    """The digits of a file of rows of label and 256 values in [-1, 1], as files in `folder`, like `mnist_set`.

    Raises PosteyeError when `path` is no such file.
    """
    images, codes = read_usps(path)
    return FileSet("usps", "USPS digits", _files(images, codes, USPS_FIELD_PX, folder), r"\d", "digit")


def _files(
    images: Iterable[NDArray[np.uint8]], codes: Sequence[str], field_px: tuple[int, int], folder: Path
) -> tuple[Label, ...]:
    """Write ink-bright images dark on light; labels.csv comes last, so a folder with one is complete."""
    if (folder / LABELS).exists():
        return read_labels(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{number:05d}.png" for number in range(len(codes))]
    bar = tqdm(images, desc=folder.name, total=len(codes), unit="file", dynamic_ncols=True, leave=False, disable=None)
    for name, image in zip(names, bar, strict=True):
        if not cv2.imwrite(str(folder / name), pasted(image, field_px)):
            raise PosteyeError(f"cannot write {folder / name}; is the disk full?")
    with (folder / LABELS).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "digits"), *zip(names, codes, strict=True)])
    return read_labels(folder)
