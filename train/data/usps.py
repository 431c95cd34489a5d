"""USPS digits, as distributed with "The Elements of Statistical Learning": zip.train.gz and zip.test.gz."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
from tqdm import tqdm

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import require_regular
from device_runtime.image.normalize import normalize
from train.data.labelled import Labelled

_SIDE_PX = 16
_FIELD_PX = (26, 36)  # the shape of the fields into which MNIST's digits are pasted


def usps_strips(path: Path) -> Labelled:
    """Each digit of a file pasted, dark, in the middle of a light field, which is normalised as on the device.

    path: rows of a label and 256 values in [-1, 1], ink 1, plain or gzipped. Raises PosteyeError for anything else.
    """
    rows = _rows(path)
    top, left = ((whole - _SIDE_PX) // 2 for whole in _FIELD_PX)
    strips = []
    for values in tqdm(rows[:, 1:], desc="images", unit="digit", leave=False, disable=None):
        field = np.full(_FIELD_PX, 255, np.uint8)
        ink = np.rint((values + 1) * 127.5).astype(np.uint8).reshape(_SIDE_PX, _SIDE_PX)
        field[top : top + _SIDE_PX, left : left + _SIDE_PX] -= ink
        strips.append(normalize(field))
    codes = [str(int(label)) for label in rows[:, 0]]
    return Labelled(strips, codes, [f"{path.name}-{i}" for i in range(len(codes))])


def _rows(path: Path) -> np.ndarray:
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
    shaped = rows.ndim == 2 and rows.shape[1] == 1 + _SIDE_PX**2
    if not (shaped and np.isin(rows[:, 0], range(10)).all() and (np.abs(rows[:, 1:]) <= 1).all()):
        raise PosteyeError(complaint)
    return rows
