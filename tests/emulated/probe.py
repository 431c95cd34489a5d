"""Runs inside a tree, on ARM or on x86-64: reads the demo's samples with every engine named and prints what it saw.

python probe.py numpy litert
"""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import sys
from functools import cache
from typing import Any

import cv2
import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray

from device_runtime.bundle import load_bundle
from device_runtime.core import library
from device_runtime.engines import pick
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.locator import Locator
from device_runtime.reader import Reader
from device_runtime.recognition.scanner import Scanner
from device_runtime.samples import Sample, golden, load_index
from device_runtime.version import VERSION

_NOISE_WIDTHS_PX = (32, 100, 160, 256)


def main(engines: list[str]) -> None:
    """Prints what `observe` sees as one JSON object."""
    print(json.dumps(observe(engines)))


def observe(engines: list[str]) -> dict[str, Any]:
    """Returns machine, versions, what reads (C or NumPy), and of each sample its strip, its scores and its readings."""
    bundle = load_bundle()
    scanner = Scanner(bundle, pick("numpy", bundle.model))
    random = np.random.default_rng(2)
    noise = [random.integers(0, 256, (32, width), dtype=np.uint8) for width in _NOISE_WIDTHS_PX]
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": {"posteye": VERSION, "numpy": np.__version__, "opencv": cv2.__version__},
        "core": library.name(),
        "noise_scores": [_packed(scanner.scores(strip)) for strip in noise],
        "located": {engine: _located(engine) for engine in engines},
        "samples": {sample.file: _observe(sample, scanner, engines) for sample in load_index()},
    }


def _observe(sample: Sample, scanner: Scanner, engines: list[str]) -> dict[str, Any]:
    if sample.field:
        strip = normalize(load_gray(sample.path)).pixels
    else:
        strip = _reader("numpy", sample.country, sample.pattern).read(sample.path).trace.strip.pixels
    scores = scanner.scores(strip)
    hashes = golden(sample)
    readings = {}
    for engine in engines:
        reading = _reader(engine, sample.country, sample.pattern).read(sample.path, field=sample.field).reading
        readings[engine] = {"code": reading.code, "status": reading.status, "reason": reading.reason}
    return {
        "expected": sample.expected,
        "strip": _packed(strip),
        "scores": _packed(scores),
        "not_golden": [stage for stage, value in asdict(hashes).items() if value != getattr(sample.golden, stage)],
        "readings": readings,
    }


def _located(engine: str) -> str:
    """A hash of all that the locator says of a frame of blots."""
    bundle = load_locator()
    blots = np.random.default_rng(3).integers(0, 2, (48, 64), dtype=np.uint8)
    located = Locator(bundle, pick(engine, bundle.model))(np.kron(blots, np.full((20, 20), 230, np.uint8)))
    numbers = [located.turns, *((*sum(one.field.corners, ()), *one.visible) for one in located.fields)]
    return hashlib.sha256(located.role_map.tobytes() + repr(numbers).encode()).hexdigest()


@cache
def _reader(engine: str, country: str | None, pattern: str | None) -> Reader:
    return Reader(engine=engine, country=country, pattern=pattern)


def _packed(array: NDArray[Any]) -> dict[str, Any]:
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"dtype": str(array.dtype), "shape": array.shape, "data": data}


if __name__ == "__main__":
    main(sys.argv[1:])
