"""Inputs made of the samples, which the targets read as c/picture.c, c/grammar.c and c/line.c say; and traffic."""

from __future__ import annotations

import random
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.samples import load_samples
from tests.firmware_bridge.controller.traffic import Traffic

Gray = NDArray[np.uint8]

_IMAGE = 6  # the number of c/picture.c's drawing of a small image
_MOST_SIDE_PX = 256
_SEED_HEIGHT_PX = 32
_BODY_HEIGHT = bytes([0, 22])  # 20 px
_FIRST_BYTES = bytes([0])  # as many as most need
_DIGITS, _DIGITS_ALONE = bytes([1]), bytes([0, 9])  # an alphabet of ten
_SEED = bytes(2)
_SETTINGS = bytes([0, 0, 0])  # the scale, options and number of columns of most lines
_RAW = bytes([3])  # scores that are given one by one
_LEVEL = bytes([128])  # what is darker is ink in a mask
_CONVERSATIONS, _FRAMES = 16, 20
_BEGIN = bytes(3)  # what lies in its memory, all callbacks, no session
_HEAR = 0  # the number of targets/controller.c's step that hears bytes, up to 255
_BEFORE_PICTURE = {
    "normalize": _BODY_HEIGHT + _FIRST_BYTES,
    "polarity": _FIRST_BYTES,
    "resize": bytes([2, 9, 0, 2, 199, 0]) + _FIRST_BYTES,
    "boxes": _FIRST_BYTES,
    "ink_runs": bytes([0, 90]) + _FIRST_BYTES,
    "shrink": bytes([0, 1]) + _FIRST_BYTES,  # by 2
    "trace": _FIRST_BYTES + _LEVEL,
    "rules": bytes([0, 23, 29, 0, 6, 6, 0]) + _FIRST_BYTES + _LEVEL,
}


def seeds(target: str) -> Iterator[bytes]:
    """The samples, or a reader's frames, as inputs of a target."""
    for seed in range(_CONVERSATIONS) if target == "controller" else ():
        sent = Traffic(random.Random(seed)).arriving(_FRAMES)
        parts = (sent[at : at + 255] for at in range(0, len(sent), 255))
        yield _BEGIN + b"".join(bytes([_HEAR, len(part)]) + part for part in parts)
    for gray in _fields() if target in _BEFORE_PICTURE else ():
        yield _BEFORE_PICTURE[target] + _picture(gray)
    for strip, scores, length in _lines() if target in ("graph", "decode") else ():
        if target == "decode":
            settings = _SETTINGS + bytes([len(scores) - 1, 0, 0])
            yield _DIGITS + _FIRST_BYTES + _chain(length) + settings + _line(strip, scores)
        else:
            yield _SEED + _DIGITS_ALONE + _chain(length) + bytes([31]) + _line(strip[:, :64], scores[:32])


def _fields() -> Iterator[Gray]:
    for sample in load_samples():
        gray = load_gray(sample.path)
        width = min(_MOST_SIDE_PX, gray.shape[1] * _SEED_HEIGHT_PX // gray.shape[0])
        yield np.asarray(cv2.resize(gray, (width, _SEED_HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8)


def _lines() -> Iterator[tuple[Gray, NDArray[np.int8], int]]:
    bundle = load_bundle()
    scanner = Scanner(bundle, engines.pick("numpy", bundle.model))
    for sample in load_samples():
        pixels = normalize(load_gray(sample.path)).pixels[:, :_MOST_SIDE_PX]
        yield pixels, scanner.scores(pixels)[: _MOST_SIDE_PX // 2], len(sample.expected or "00000")


def _drawn(gray: Gray) -> bytes:
    """An even paper, and one drawing on it."""
    height, width = gray.shape
    return bytes([200, 1, _IMAGE, height - 1, width - 1]) + gray.tobytes()


def _picture(gray: Gray) -> bytes:
    """A picture of twice the size, without gaps between its rows."""
    height, width = (min(2 * side, _MOST_SIDE_PX) for side in gray.shape)
    return bytes([5, height - 1, 5, width - 1, 0, 3]) + _drawn(gray) + bytes([0])


def _chain(length: int) -> bytes:
    """A grammar of all numbers of a length."""
    node = bytes([0, 0, 0, 0, 7])  # from the first character to the last; no separator; no log-prior
    return bytes([1, length - 1, 1]) + bytes([0, 0, 0, 7]) + node * (length - 1) + bytes([7]) + bytes([0, 0, 0, 0])


def _line(pixels: Gray, scores: NDArray[np.int8]) -> bytes:
    """Scores as they are, and the strip."""
    return _RAW + (scores.astype(np.int16) + 128).astype(np.uint8).tobytes() + _drawn(pixels)
