"""Images with the codes that they hold: labels.csv and the images it names, and the digits of MNIST and USPS."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import LABELS_LIMIT_BYTES, read_regular, require_regular
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.image.load import load_image
from device_runtime.image.normalize import normalize
from device_runtime.image.prepare import prepared
from device_runtime.types import Strip
from train.data.mnist import Digits

LABELS = "labels.csv"
FEWEST = 50  # fields; fewer change the net less than their writers' accidents do
DARKNESS = "darkness of the ink"
MNIST_FIELD_PX, USPS_FIELD_PX = (STRIP_HEIGHT_PX, 44), (26, 36)
_USPS_SIDE_PX = 16
_LONGEST = 30  # digits; a longer label is a slip


@dataclass(frozen=True)
class Label:
    """A row of labels.csv.

    Attributes:
        name: The image's file name as it stands in the row.
        path: Where the image is.
        code: What is written in the image; nothing where it holds no code.
        further: What further columns say of it, by their heads.
    """

    name: str
    path: Path
    code: str
    further: Mapping[str, str]


@dataclass(frozen=True)
class Labeled:
    """Strips with the codes they hold.

    Attributes:
        strips: As the scanner takes them.
        codes: One a strip.
        names: One a strip, to find it by.
        slices: By what figures can be sliced: name, and a value a strip, a word or a number as text.
    """

    strips: list[Strip]
    codes: list[str]
    names: list[str]
    slices: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Station:
    """Fields labelled at a station.

    Attributes:
        name: The folder's.
        images: Grey, without preprinted colour and boxes, uint8 [H, W] each.
        codes: The digits in each.
    """

    name: str
    images: tuple[NDArray[np.uint8], ...]
    codes: tuple[str, ...]


def read_labels(folder: Path, digits_only: bool = False, table: str = LABELS) -> tuple[Label, ...]:
    """Read a folder's table of labels: a header, then rows of file name and code; empty rows are skipped.

    Args:
        folder: Where the table and the images are.
        digits_only: Whether every code must be digits and nothing else, as training asks for.
        table: The table's file name.

    Raises:
        PosteyeError: Naming file and line, when the table is missing, is no UTF-8 text (a mark of byte order is left
            out), lacks its header, or holds something else than such rows.
    """
    path = folder / table
    form = "file,digits" if digits_only else "file,code"
    try:
        text = read_regular(path, LABELS_LIMIT_BYTES).decode("utf-8-sig")
    except FileError as error:
        raise PosteyeError(f"{path} cannot be read: {error}; it should hold rows of {form}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PosteyeError(f"{path}, line {line}, is not UTF-8 text; save the table as CSV UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    labels = []
    try:
        heads = next(reader, [])
        if heads and heads[0] and (folder / heads[0]).is_file():
            raise PosteyeError(f"{path}, line 1, labels {heads[0]!r} where the header should be: put {form} above it")
        for row in reader:
            if not any(row):
                continue
            if len(row) < 2 or not row[0] or (digits_only and not _is_number(row[1])):
                asked = "; labels hold digits only" if digits_only else ""
                raise PosteyeError(f"{path}, line {reader.line_num}: {','.join(row)!r} is not {form}{asked}")
            further = dict(zip(heads[2:], row[2:], strict=False))
            labels.append(Label(row[0], folder / row[0], row[1], further))
    except csv.Error as error:
        raise PosteyeError(f"{path}, line {reader.line_num}, is no row of a CSV table: {error}") from error
    if not labels:
        raise PosteyeError(f"{path} holds no rows of {form} below its header")
    return tuple(labels)


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) <= _LONGEST


def load_station(folder: Path) -> Station:
    """Read a folder of fields that a bundle is to be adapted to.

    Raises:
        PosteyeError: As `read_labels`, and for too few rows.
        ImageError: For a file that is no image.
    """
    labels = read_labels(folder, digits_only=True)
    if len(labels) < FEWEST:
        raise PosteyeError(
            f"{folder} holds {len(labels)} labelled fields; label at least {FEWEST}, better a few hundred"
        )
    images = tuple(prepared(load_image(label.path)) for label in _with_bar(labels))
    return Station(folder.resolve().name, images, tuple(label.code for label in labels))


def folder_strips(folder: Path) -> Labeled:
    """The fields of a folder, normalised as on the device.

    They can be sliced by the darkness of their ink and by further columns of labels.csv.

    Raises:
        PosteyeError: As `read_labels`.
        ImageError: For a file that is no image.
    """
    labels = read_labels(folder)
    images = (prepared(load_image(label.path)) for label in _with_bar(labels))
    seen = [(normalize(image), f"{darkness(image):.3f}") for image in images]
    slices = {DARKNESS: [dark for _, dark in seen]}
    for name in dict.fromkeys(name for label in labels for name in label.further):
        slices[name] = [label.further.get(name, "") for label in labels]
    names, codes = [label.name for label in labels], [label.code for label in labels]
    return Labeled([strip for strip, _ in seen], codes, names, slices)


def _with_bar(labels: Sequence[Label]) -> tqdm[Label]:
    return tqdm(labels, desc="images", unit="file", leave=False, disable=None)


def darkness(gray: NDArray[np.uint8]) -> float:
    """How much darker than the paper the ink of a field is, 0..1: the medians on both sides of Otsu's threshold.

    Args:
        grey: uint8 [H, W]. A field of one brightness has 0.
    """
    threshold, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink, paper = gray[gray <= threshold], gray[gray > threshold]
    if not len(ink) or not len(paper):
        return 0.0
    return float(1 - np.median(ink) / max(float(np.median(paper)), 1.0))


def mnist_strips(digits: Digits) -> Labeled:
    """Each digit pasted into a field of its own, which is normalised as on the device."""
    strips = [normalize(pasted(image, MNIST_FIELD_PX)) for image in digits.images]
    codes = [str(label) for label in digits.labels]
    return Labeled(strips, codes, [f"mnist-test-{i}" for i in range(len(codes))])


def usps_strips(path: Path) -> Labeled:
    """The digits of a USPS file, each in a field of its own, which is normalised as on the device.

    Raises:
        PosteyeError: As `read_usps`.
    """
    images, codes = read_usps(path)
    bar = tqdm(images, desc="images", unit="digit", leave=False, disable=None)
    strips = [normalize(pasted(image, USPS_FIELD_PX)) for image in bar]
    return Labeled(strips, codes, [f"{path.name}-{i}" for i in range(len(codes))])


def pasted(ink: NDArray[np.uint8], field_px: tuple[int, int]) -> NDArray[np.uint8]:
    """Ink dark in the middle of a light field.

    Args:
        ink: uint8 [h, w], bright on 0.
        field_px: Height and width of the field.

    Returns:
        uint8 [H, W].
    """
    paper = np.full(field_px, 255, np.uint8)
    top, left = ((whole - part) // 2 for whole, part in zip(field_px, ink.shape, strict=True))
    paper[top : top + ink.shape[0], left : left + ink.shape[1]] -= ink
    return paper


def read_usps(path: Path) -> tuple[NDArray[np.uint8], list[str]]:
    """USPS digits as distributed with "The Elements of Statistical Learning": zip.train.gz and zip.test.gz.

    Args:
        path: Rows of a label and 256 values in [-1, 1], ink 1, plain or gzipped.

    Returns:
        uint8 [n, 16, 16], ink bright on 0; and the labels.

    Raises:
        PosteyeError: For anything else.
    """
    rows = _usps_rows(path)
    images = np.rint((rows[:, 1:] + 1) * 127.5).astype(np.uint8).reshape(-1, _USPS_SIDE_PX, _USPS_SIDE_PX)
    return images, [str(int(label)) for label in rows[:, 0]]


def _usps_rows(path: Path) -> NDArray[np.float64]:
    complaint = f"{path} is not a USPS file: each row should hold a label 0-9 and 256 values in [-1, 1]"
    require_regular(path)
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("ascii")
        rows = np.array([line.split() for line in text.splitlines() if line.strip()], np.float64)
    except OSError as error:
        # gzip reports damage as an OSError without a number.
        raise PosteyeError(f"{path} cannot be read: {error.strerror}" if error.errno else complaint) from error
    except (ValueError, EOFError, zlib.error) as error:
        raise PosteyeError(complaint) from error
    shaped = rows.ndim == 2 and rows.shape[1] == 1 + _USPS_SIDE_PX**2
    if not (shaped and np.isin(rows[:, 0], range(10)).all() and (np.abs(rows[:, 1:]) <= 1).all()):
        raise PosteyeError(complaint)
    return rows
