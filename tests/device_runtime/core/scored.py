"""Scores, strips and grammars for tests of the core: plausible ones and degenerate ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.decoding import CoreDecoder
from device_runtime.decoding.core_decoder import core_decoder
from device_runtime.decoding.decoder import Decoder
from device_runtime.recognition.columns import Columns
from device_runtime.recognition.gaps import find_gaps
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import exponentials, penalties
from device_runtime.types import Decoding, Penalties, Strip

COLUMNS = Columns(-1, 2, 2)  # as the shipped model's
SCORES = ("flat", "saturated", "ties", "certain", "noise", "line", "alternating")
STRIPS = ("paper", "noise", "specks", "boxes")


def draw_scores(kind: str, random: np.random.Generator, columns: int, classes: int) -> NDArray[np.int8]:
    """Scores of a kind: int8 [columns, classes]; the last classes are blank and rubbish."""
    shape, blank, rubbish = (columns, classes), classes - 2, classes - 1
    if kind == "flat":
        return np.full(shape, random.integers(-128, 128), np.int8)
    if kind == "saturated":
        return random.choice([-128, 127], shape).astype(np.int8)
    if kind == "ties":
        return random.integers(-2, 2, shape).astype(np.int8)
    if kind == "noise":
        return random.integers(-128, 128, shape).astype(np.int8)
    scores = random.integers(-60, -40, shape)
    rows, characters = np.arange(columns), random.integers(0, blank, columns)
    if kind == "certain":
        scores[:] = -128
        scores[rows, random.integers(0, classes, columns)] = 127
    elif kind == "alternating":
        scores[rows, np.where(rows % 2, blank, characters)] = random.integers(-45, 100)
    else:  # a line of writing: runs of characters, blanks and rubbish, some of them doubtful
        begin = 0
        while begin < columns:
            end = begin + int(random.integers(1, 6))
            written = random.choice([blank, rubbish, characters[begin]], p=[0.5, 0.15, 0.35])
            scores[begin:end, written] = random.integers(-45, 0)
            begin = end
    return scores.astype(np.int8)


def draw_strip(kind: str, random: np.random.Generator, width: int, aspect: float) -> Strip:
    """A strip of a kind, uint8 [32, width]."""
    pixels = np.zeros((32, width), np.uint8)
    if kind == "noise":
        pixels = random.integers(0, 256, pixels.shape).astype(np.uint8)
    elif kind == "specks":
        pixels[random.random(pixels.shape) < 0.1] = 200
    elif kind == "boxes":
        for _ in range(1 + width // 12):
            left, top = int(random.integers(0, width)), int(random.integers(0, 32))
            wide, high = random.integers(1, (14, 24)).tolist()
            pixels[top : top + high, left : left + wide] = random.integers(80, 256)
    return Strip(pixels, np.eye(2, 3), True, aspect=aspect)


def lattice_of(decoder: Decoder, strip: Strip, scores: NDArray[np.int8], scale: float = 0.25) -> Lattice:
    """The lattice of scores, by NumPy."""
    values, weights = penalties(scores, scale, exponentials(scale))
    read = Penalties(values, COLUMNS.x_px(len(scores)), decoder.graph.alphabet, weights)
    return scan_lattice(read, find_gaps(strip), decoder.costs)


def by_numpy(decoder: Decoder, strip: Strip, scores: NDArray[np.int8], scale: float = 0.25) -> Decoding:
    """What NumPy makes of scores."""
    return decoder.decode(lattice_of(decoder, strip, scores, scale))


def in_c(decoder: Decoder, scale: float = 0.25) -> CoreDecoder:
    """The same decoder in the core."""
    core = core_decoder(decoder, COLUMNS, scale, 1024)
    assert core is not None
    return core
