"""Every way to compute the scanner's scores, made alike for comparison: the trained model, ONNX, and all kernels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from device_runtime.engines.interpreter import InterpreterEngine
from device_runtime.engines.net import Grid
from device_runtime.engines.numpy_engine import NumpyEngine
from train.model import CLASSES, SUB_COLUMNS
from train.quantization import INPUT_SCALE, QuantScanner

Strips = NDArray[np.uint8]
Scores = NDArray[np.int8]

QAT, ONNX = "QAT torch", "ONNX Runtime"
LITERT, LITERT_REFERENCE, TFLITE = "LiteRT XNNPACK", "LiteRT reference", "tflite-runtime"
NUMPY_XNNPACK, NUMPY_REFERENCE, NUMPY_BUILTIN = "NumPy xnnpack", "NumPy reference", "NumPy builtin"

_BATCH = 32


@dataclass(frozen=True)
class Runner:
    """One way to compute scores: `run` takes strips uint8 [n, 32, W] and gives int8 [n, W / 2, classes]."""

    name: str
    version: str
    run: Callable[[Strips], Scores]


def runners(scanner: QuantScanner, onnx_model: bytes, tflite_model: bytes, output: Grid) -> tuple[Runner, ...]:
    """All runners for one finished model and the grid of its scores; PosteyeError when an interpreter is missing."""
    litert = InterpreterEngine("litert", tflite_model)
    reference = InterpreterEngine("litert", tflite_model, "reference")
    tflite = InterpreterEngine("tflite", tflite_model)
    exact = [NumpyEngine(tflite_model, rescale) for rescale in ("xnnpack", "reference", "builtin")]
    return (
        Runner(QAT, torch.__version__, _torch(scanner, output)),
        Runner(ONNX, onnxruntime.__version__, _onnx(onnx_model, output)),
        Runner(LITERT, litert.version, _one_by_one(litert.scores)),
        Runner(LITERT_REFERENCE, reference.version, _one_by_one(reference.scores)),
        Runner(TFLITE, tflite.version, _one_by_one(tflite.scores)),
        Runner(NUMPY_XNNPACK, exact[0].version, _one_by_one(exact[0].scores)),
        Runner(NUMPY_REFERENCE, exact[1].version, _one_by_one(exact[1].scores)),
        Runner(NUMPY_BUILTIN, exact[2].version, _one_by_one(exact[2].scores)),
    )


def _one_by_one(scores: Callable[[Scores], Scores]) -> Callable[[Strips], Scores]:
    def run(strips: Strips) -> Scores:
        quantised = (strips.astype(np.int16) - 128).astype(np.int8)[..., np.newaxis]
        return np.stack([scores(quantised[i : i + 1]).reshape(-1, CLASSES) for i in range(len(quantised))])

    return run


def _torch(scanner: QuantScanner, grid: Grid) -> Callable[[Strips], Scores]:
    def run(strips: Strips) -> Scores:
        with torch.no_grad():
            heads = [scanner.head_map(torch.from_numpy(batch)).numpy() for batch in _batches(strips)]
        return _to_integers(np.concatenate(heads), grid)

    return run


def _onnx(model: bytes, grid: Grid) -> Callable[[Strips], Scores]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(strips: Strips) -> Scores:
        heads = [session.run(None, {"strips": batch})[0] for batch in _batches(strips)]
        return _to_integers(np.concatenate(heads), grid)

    return run


def _batches(strips: Strips) -> list[NDArray[np.float32]]:
    """Float strips [batch, 1, 32, W], 0..1."""
    return [strips[i : i + _BATCH, np.newaxis].astype(np.float32) * INPUT_SCALE for i in range(0, len(strips), _BATCH)]


def _to_integers(head: NDArray[np.float32], grid: Grid) -> Scores:
    """The head's real values [n, sub-columns * classes, 1, W / 4] back on their grid, one row a column."""
    q = (np.rint(head / np.float32(grid.scale)) + grid.zero_point).astype(np.int8)
    columns = q.reshape(len(q), SUB_COLUMNS, CLASSES, -1).transpose(0, 3, 1, 2)
    return columns.reshape(len(q), -1, CLASSES)
