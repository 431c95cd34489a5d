"""Fields labelled at a station: read and checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import LABELS_LIMIT_BYTES, read_regular
from device_runtime.image.load import load_grey
from device_runtime.types import Strip

FEWEST = 50  # fields; fewer change the net less than their writers' accidents do
LABELS = "labels.csv"
_LONGEST = 30  # digits; a longer label is a slip


@dataclass(frozen=True)
class Station:
    """Fields of a station, grey uint8 [H, W], with the digits in each; name is the folder's."""

    name: str
    images: tuple[NDArray[np.uint8], ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Labelled:
    """Strips with the codes in them.

    Attributes:
        strips: the strips.
        codes: the code in each.
        names: a name to find each by.
        conditions: further things known of each strip, by name: words, or numbers as text.
    """

    strips: list[Strip]
    codes: list[str]
    names: list[str]
    conditions: Mapping[str, list[str]] = field(default_factory=dict)


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
