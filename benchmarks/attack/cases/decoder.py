"""Hostile penalties and lattices into the decoder, alone and as the reader calls it."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.attack.cases.grammar_pool import POOL, complaint, decoder, grammar
from benchmarks.attack.counts import Outcome, Target
from device_runtime.bundle import load_bundle
from device_runtime.calibration import Calibration
from device_runtime.decoding.ensemble import read_augmented
from device_runtime.decoding.rejection import decide
from device_runtime.decoding.strip_reader import looking
from device_runtime.exact import to_fixed_point
from device_runtime.grammar.grammar import DIGITS
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.recognizer import SCAN
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Decoding, Penalties, Reading, Strip
from train.segmentation.segment_lattice import segment_lattice
from train.segmentation.segmentation_graph import segment
from train.segmentation.segmenter import HOS

_CLASSES = len(DIGITS) + 2
_HEIGHT_PX = 32
_COLUMN_PX = 2
# As many as the widest strip has.
_WIDEST = 256
_MAX_ERROR = 0.01
_IDENTITY = np.eye(2, 3)

_KINDS = ("penalties", "NaN, infinity, other shapes", "cut ink", "the whole reading")


def case(seed: int, number: int) -> Outcome:
    """Decode one mutant twice; both answers must be the same, and a valid decoding, or a ValueError where promised."""
    random = np.random.default_rng((seed, number))
    kind = number % len(_KINDS)
    index, n_best = int(random.integers(POOL)), int(random.choice([1, 3, 3, 3, 10]))
    decode = decoder(index, n_best)
    if kind == 0:
        made = _penalties(random)
        answers = [decode.decode(scan_lattice(made)) for _ in range(2)]
    elif kind == 1:
        broken = _broken(random, _penalties(random))
        return Outcome(_KINDS[kind], refused=1) if _is_refused(index, broken) else _wrong(kind, "taken as good")
    elif kind == 2:
        lattice = _cut_ink(random)
        answers = [decode.decode(lattice) for _ in range(2)]
    else:
        return _whole_reading(random, index, n_best)
    wrong = complaint(answers[0], grammar(index), n_best) or ("" if answers[0] == answers[1] else "two answers")
    return _wrong(kind, wrong) if wrong else Outcome(_KINDS[kind], answered=1)


TARGET = Target("decoder", "penalties and lattices into the decoder", 6_000, case)


def _wrong(kind: int, detail: str) -> Outcome:
    return Outcome(_KINDS[kind], wrong=1, detail=detail)


def _penalties(random: np.random.Generator) -> Penalties:
    """Penalties of any width and steepness, with ties, huge values, and runs of one class beyond doubt."""
    columns = int(random.choice([1, 2, 3, random.integers(4, 60), random.integers(60, _WIDEST)]))
    values = random.exponential(1.0, (columns, _CLASSES)) * 10.0 ** random.uniform(-6, 3)
    shape = int(random.integers(8))
    if shape == 0:  # all alike
        values[:] = random.choice([0.0, 1.0, -1.0, 1e6, -1e6, np.log(_CLASSES)])
    elif shape == 1:  # ties everywhere
        values = np.rint(random.exponential(1.0, values.shape) * random.integers(1, 4))
    elif shape == 2:  # the largest and smallest numbers there are, of either sign
        huge = random.random(values.shape) < random.uniform(0, 1)
        values[huge] = random.choice([1e30, 3e38, -1e30, 1e9, -1e9, 1e-45, -0.0], huge.sum())
    elif shape == 3:  # normalised, as the scanner's are
        values = np.logaddexp.reduce(-values, axis=1, keepdims=True) + values
    elif shape == 4:  # runs of one class
        run = int(random.integers(1, 12))
        best = np.repeat(random.integers(0, _CLASSES, columns // run + 1), run)[:columns]
        values += 10.0 ** random.uniform(0, 8)
        values[np.arange(columns), best] = 0.0
    elif shape == 5:  # some classes never anywhere
        values[:, random.random(_CLASSES) < 0.5] = 10.0 ** random.uniform(2, 38)
    elif shape == 6:  # columns repeated
        values[:] = values[:1]
    x_px = _COLUMN_PX * np.arange(columns, dtype=np.float32)
    return penalties_of_values(np.clip(values, -3.4e38, 3.4e38).astype(np.float32), x_px, DIGITS)


def _broken(random: np.random.Generator, whole: Penalties) -> Penalties:
    """Penalties with NaN or infinity, of another shape (no columns included), or over another alphabet."""
    values, x_px, alphabet = whole.values, whole.x_px, whole.alphabet
    ways = int(random.integers(6))
    if ways == 0:
        values = values.copy()
        places = random.integers(0, values.size, random.integers(1, 4))
        values.reshape(-1)[places] = random.choice([np.nan, np.inf, -np.inf], len(places))
    elif ways == 1:
        values = values[:, : random.integers(0, _CLASSES)]
    elif ways == 2:
        x_px = np.append(x_px, np.float32(0))
    elif ways == 3:
        values = np.hstack([values, values[:, :1]])
    elif ways == 4:
        values, x_px = values[:0], x_px[:0]
    else:
        alphabet = alphabet[: random.integers(0, len(alphabet))]
    return penalties_of_values(values, x_px, alphabet)


def _is_refused(index: int, broken: Penalties) -> bool:
    try:
        decoder(index, 3).decode(scan_lattice(broken))
    except ValueError:
        return True
    return False


def _cut_ink(random: np.random.Generator) -> Lattice:
    """A lattice of random ink, with random scores for its arcs."""
    width = int(random.choice([1, 2, 5, random.integers(6, 120), random.integers(120, 2 * _WIDEST)]))
    pixels = random.integers(0, 256, (_HEIGHT_PX, width)).astype(np.uint8)
    pixels[:, random.random(width) < random.uniform(0, 1)] = 0
    pixels[random.random(pixels.shape) < random.uniform(0, 1)] = 0
    graph = segment(pixels)
    scores = -random.exponential(1.0, (len(graph.source), _CLASSES)) * 10.0 ** random.uniform(-6, 6)
    if random.random() < 0.2:
        scores = np.rint(random.exponential(1.0, scores.shape))
    if random.random() < 0.3:  # as bare paper has
        scores[np.ix_(random.random(len(scores)) < 0.5, np.arange(_CLASSES) < len(DIGITS))] = -np.inf
    return segment_lattice(graph, to_fixed_point(scores), DIGITS)


def _whole_reading(random: np.random.Generator, index: int, n_best: int) -> Outcome:
    """All that the reader does with what the scanner says: looks, decoding, calibration, verdict."""
    method = SCAN if random.random() < 0.7 else HOS
    states = random.integers(0, 2**32, 8)

    def recognize(strip: Strip) -> Lattice:
        again = np.random.default_rng((*states.tolist(), strip.pixels.shape[1]))
        if method == HOS:
            return _cut_ink(again)
        return scan_lattice(_penalties(again))

    pixels: NDArray[np.uint8] = random.integers(0, 256, (_HEIGHT_PX, random.integers(1, 300))).astype(np.uint8)
    strip = Strip(pixels, _IDENTITY, bool(random.random() < 0.9))
    look = looking(recognize, decoder(index, n_best))
    readings: list[tuple[Decoding, Reading]] = []
    for _ in range(2):
        seen = read_augmented(strip, look)
        readings.append((seen.decoding, decide(seen.decoding, _calibration(method), _MAX_ERROR, strip.has_ink)))
    decoding, reading = readings[0]
    wrong = complaint(decoding, grammar(index), n_best) or _complaint(reading, index, n_best)
    wrong = wrong or ("" if readings[0] == readings[1] else "two answers")
    return _wrong(3, wrong) if wrong else Outcome(_KINDS[3], answered=1)


def _complaint(reading: Reading, index: int, n_best: int) -> str:
    """What is wrong with a reading whatever was read, or ""."""
    as_decoding = Decoding(reading.candidates, reading.characters if reading.code else (), None)
    if reading.code is None:
        fine = reading.status == "no_code" and bool(reading.reason) and not reading.characters
        return "" if fine else f"no code, yet {reading.status}"
    if reading.status == "no_code" or (reading.reason is None) != (reading.status == "accepted"):
        return f"{reading.status} with the reason {reading.reason}"
    return complaint(as_decoding, grammar(index), n_best)


@cache
def _calibration(method: str) -> Calibration:
    return load_bundle().calibration(method)
