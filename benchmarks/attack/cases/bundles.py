"""Bundles that a stranger has changed and sealed again with the right hashes, and what the reader makes of them."""

from __future__ import annotations

import atexit
import hashlib
import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.attack.counts import Outcome
from device_runtime.bundle import MANIFEST_FILE, MODEL_FILE, ONNX_FILE, load_bundle
from device_runtime.engines import pick
from device_runtime.engines.numpy_engine import NumpyEngine, Rescale
from device_runtime.errors import PosteyeError
from device_runtime.image.load import load_gray
from device_runtime.reader import Reader
from device_runtime.samples import load_samples

# What each engine's kernels do, and NumPy can do as well.
_KERNELS: dict[str, Rescale] = {"litert": "xnnpack", "tflite": "builtin", "numpy": "xnnpack"}


def sealed(manifest: dict[str, Any]) -> bytes:
    """A manifest with the checksum that belongs to what it says, its keys in their order."""
    blank = json.dumps(manifest | {"checksum": "0" * 64}, separators=(",", ":"), ensure_ascii=False)
    return json.dumps(manifest | {"checksum": hashlib.sha256(_utf8(blank)).hexdigest()}).encode()


def play(kind: str, model: bytes, seal: Callable[[dict[str, Any]], bytes] = sealed) -> Outcome:
    """Make a bundle of a model and the shipped manifest as `seal` writes it, and read a sample with every engine.

    One input for each engine. Wrong: an engine that reads what another refuses, or scores otherwise than NumPy does.
    """
    folder, shipped = _folder(), load_bundle()
    manifest = json.loads((shipped.folder / MANIFEST_FILE).read_bytes())
    manifest["sha256"]["tflite"] = hashlib.sha256(model).hexdigest()
    (folder / MODEL_FILE).write_bytes(model)
    (folder / MANIFEST_FILE).write_bytes(seal(manifest))
    scores: dict[str, list[NDArray[np.int8]]] = {}
    refused = []
    for name in _KERNELS:
        try:
            scores[name] = _read(folder, name)
        except PosteyeError as error:
            refused.append(str(error))
    if any("\n" in message for message in refused):
        return Outcome(kind, wrong=1, detail="a refusal of several lines")
    if scores and refused:
        return Outcome(kind, wrong=1, detail=f"{[*scores]} read it, and the others say {refused[0]}")
    for name, found in scores.items():
        oracle = NumpyEngine(model, _KERNELS[name])
        if any((oracle.scores(strip) != ours).any() for strip, ours in zip(_strips(), found, strict=True)):
            return Outcome(kind, wrong=1, detail=f"{name} scores otherwise than NumPy")
    return Outcome(kind, answered=len(scores), refused=len(refused))


def _read(folder: Path, engine: str) -> list[NDArray[np.int8]]:
    """Read a sample field as a user would; return the scores of strips of noise."""
    Reader(bundle=folder, engine=engine).read(_sample(), field=True)
    ready = pick(engine, load_bundle(folder).model)
    return [ready.scores(strip) for strip in _strips()]


@cache
def _strips() -> list[NDArray[np.int8]]:
    random = np.random.default_rng(1)
    return [random.integers(-128, 128, (1, 32, width, 1)).astype(np.int8) for width in (96, 160)]


@cache
def _sample() -> NDArray[np.uint8]:
    return load_gray(load_samples()[0].path)


@cache
def _folder() -> Path:
    """A folder of this process, with the shipped ONNX file."""
    place = tempfile.TemporaryDirectory(prefix="posteye-attack-")
    atexit.register(place.cleanup)
    (Path(place.name) / ONNX_FILE).write_bytes((load_bundle().folder / ONNX_FILE).read_bytes())
    return Path(place.name)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
