"""Fields labelled at a station: read and checked, and photographed again in slightly other ways."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import LABELS_LIMIT_BYTES, read_regular
from device_runtime.geometry import BODY_HEIGHT_PX
from device_runtime.image.load import load_grey
from device_runtime.image.normalize import normalize
from train.synthesis.generator import MAX_STRIP_WIDTH_PX, shifted

FEWEST = 50  # fields; fewer change the net less than their writers' accidents do
LABELS = "labels.csv"
_LONGEST = 30  # digits; a longer label is a slip


@dataclass(frozen=True)
class Station:
    """Fields of a station, grey uint8 [H, W], with the digits in each; name is the folder's."""

    name: str
    images: tuple[NDArray[np.uint8], ...]
    codes: tuple[str, ...]


def load_station(folder: Path) -> Station:
    """Read a folder of fields: labels.csv holds a header, then rows of file name and digits.

    Raises PosteyeError, naming file and line, when labels.csv is missing, has too few rows or anything but digits as a
    label; ImageError for a file that is no image.
    """
    path = folder / LABELS
    try:
        text = read_regular(path, LABELS_LIMIT_BYTES).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    except FileError as error:
        raise PosteyeError(f"{path} cannot be read: {error}; it should hold rows of file,digits") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise PosteyeError(f"{path} is no table of file,digits: {error}") from error
    rows = [row for row in rows if row]
    for line, row in enumerate(rows, start=2):
        if len(row) < 2 or not (row[1].isascii() and row[1].isdigit() and len(row[1]) <= _LONGEST):
            raise PosteyeError(f"{path}, line {line}: {','.join(row)!r} is not file,digits; labels hold digits only")
    if len(rows) < FEWEST:
        raise PosteyeError(f"{folder} holds {len(rows)} labelled fields; label at least {FEWEST}, better a few hundred")
    bar = tqdm(rows, desc="images", unit="file", leave=False, disable=None)
    images = tuple(load_grey(folder / row[0]) for row in bar)
    return Station(folder.resolve().name, images, tuple(row[1] for row in rows))


def station_strip(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8] | None:
    """A field as it might have been cut and photographed another time, normalised as on the device, uint8 [32, W].

    None when nothing is left to be read, or the strip is too wide to train on.
    """
    strip = normalize(_photographed(_placed(image, random), random), BODY_HEIGHT_PX * random.uniform(0.86, 1.16))
    pixels = strip.pixels
    if not strip.has_ink or pixels.shape[1] > MAX_STRIP_WIDTH_PX:
        return None
    return shifted(pixels, random)


def _placed(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """The field drawn out, turned, leaned, and cut a little tighter or looser."""
    rows, cols = image.shape
    wide, turn, lean = np.exp(random.normal(0, 0.08)), random.normal(0, 0.02), random.normal(0, 0.05)
    matrix = np.array([[wide, -lean, lean * rows / 2], [turn, 1, -turn * cols / 2]])
    placed = cv2.warpAffine(image, matrix, (round(cols * wide), rows), borderMode=cv2.BORDER_REPLICATE)
    above, below = (int(max(0.0, random.normal(0, 0.04)) * rows) for _ in range(2))
    left, right = (int(max(0.0, random.normal(-0.02, 0.03)) * rows) for _ in range(2))
    placed = placed[above : placed.shape[0] - below, left : placed.shape[1] - right]
    if random.random() < 0.4:
        above, below = (int(random.uniform(0, 0.12) * rows) for _ in range(2))
        placed = cv2.copyMakeBorder(placed, above, below, 0, 0, cv2.BORDER_REFLECT)
    return np.asarray(placed, np.uint8)


def _photographed(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """The field a little less sharp, with noise, and lighter or darker."""
    grey = image.astype(np.float32)
    if random.random() < 0.5:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), random.uniform(0.2, 0.9)), np.float32)
    if random.random() < 0.5:
        grey = grey + random.standard_normal(grey.shape, np.float32) * np.float32(random.uniform(0, 8))
    return np.asarray(255 * (grey.clip(0, 255) / 255) ** random.uniform(0.7, 1.3), np.uint8)
