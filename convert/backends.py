"""Every way to compute a model's scores, made alike for comparison: the trained model, ONNX, and all kernels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor

from device_runtime.engines import Engine
from device_runtime.engines.interpreter import InterpreterEngine
from device_runtime.engines.net import Grid
from device_runtime.engines.numpy_engine import NumpyEngine, Rescale
from train.scanner.model import CLASSES, SUB_COLUMNS
from train.scanner.quantization import INPUT_SCALE, QuantScanner

Strips = NDArray[np.uint8]
Scores = NDArray[np.int8]

QAT, ONNX = "QAT torch", "ONNX Runtime"
LITERT, LITERT_REFERENCE, TFLITE = "LiteRT XNNPACK", "LiteRT reference", "tflite-runtime"
NUMPY_XNNPACK, NUMPY_REFERENCE, NUMPY_BUILTIN = "NumPy xnnpack", "NumPy reference", "NumPy builtin"

_BATCH = 32


@dataclass(frozen=True)
class Backend:
    """One way to compute scores.

    Attributes:
        name: What it is called in reports.
        version: Of the package that computes.
        run: Strips uint8 [n, 32, W] -> scores int8 [n, columns, classes].
    """

    name: str
    version: str
    run: Callable[[Strips], Scores]


@dataclass(frozen=True)
class Formats:
    """One model in all its formats.

    Attributes:
        trained: Strips float32 [n, 1, 32, W], 0..255/256 -> map [n, outputs, 1, W'] on the grid `output`.
        onnx: A model that does the same.
        tflite: Its integer kernels.
        numpy: Gives the NumPy engine of a kind of kernels.
        output: The grid of the map.
        unfold: That map as int8 -> scores int8 [n, columns, classes], the best highest.
    """

    trained: Callable[[Tensor], Tensor]
    onnx: bytes
    tflite: bytes
    numpy: Callable[[Rescale], Engine]
    output: Grid
    unfold: Callable[[NDArray[np.int8]], Scores]


def backends(scanner: QuantScanner, onnx_model: bytes, tflite_model: bytes, output: Grid) -> tuple[Backend, ...]:
    """All backends for a finished scanner.

    Args:
        scanner: As it was trained.
        onnx_model: Its ONNX file.
        tflite_model: Its TFLite file.
        output: The grid of its scores.

    Raises:
        PosteyeError: When an interpreter is missing.
    """
    numpy = partial(NumpyEngine, tflite_model)
    return all_backends(Formats(scanner.head_map, onnx_model, tflite_model, numpy, output, _unfold))


def all_backends(formats: Formats) -> tuple[Backend, ...]:
    """All backends for a model in all its formats.

    Raises:
        PosteyeError: When an interpreter is missing.
    """
    litert = InterpreterEngine("litert", formats.tflite)
    reference = InterpreterEngine("litert", formats.tflite, "reference")
    tflite = InterpreterEngine("tflite", formats.tflite)
    xnnpack, twice, builtin = formats.numpy("xnnpack"), formats.numpy("reference"), formats.numpy("builtin")
    engines = (
        (LITERT, litert),
        (LITERT_REFERENCE, reference),
        (TFLITE, tflite),
        (NUMPY_XNNPACK, xnnpack),
        (NUMPY_REFERENCE, twice),
        (NUMPY_BUILTIN, builtin),
    )
    return (
        Backend(QAT, torch.__version__, _torch(formats)),
        Backend(ONNX, onnxruntime.__version__, _onnx(formats)),
        *(Backend(name, engine.version, _one_by_one(engine, formats)) for name, engine in engines),
    )


def _one_by_one(engine: Engine, formats: Formats) -> Callable[[Strips], Scores]:
    def run(strips: Strips) -> Scores:
        quantized = (strips.astype(np.int16) - 128).astype(np.int8)[..., np.newaxis]
        heads = [engine.scores(quantized[i : i + 1]) for i in range(len(quantized))]
        return formats.unfold(np.concatenate(heads).transpose(0, 3, 1, 2))

    return run


def _torch(formats: Formats) -> Callable[[Strips], Scores]:
    def run(strips: Strips) -> Scores:
        with torch.no_grad():
            heads = [formats.trained(torch.from_numpy(batch)).numpy() for batch in _batches(strips)]
        return formats.unfold(_to_integers(np.concatenate(heads), formats.output))

    return run


def _onnx(formats: Formats) -> Callable[[Strips], Scores]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Without it sums of two products saturate at 16 bits on x86-64 processors that have AVX2 but not VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(formats.onnx, options, providers=["CPUExecutionProvider"])

    source = session.get_inputs()[0].name

    def run(strips: Strips) -> Scores:
        heads = [session.run(None, {source: batch})[0] for batch in _batches(strips)]
        return formats.unfold(_to_integers(np.concatenate(heads), formats.output))

    return run


def _batches(strips: Strips) -> list[NDArray[np.float32]]:
    """Strips as float32 [batch, 1, 32, W], 0..1, in batches."""
    return [strips[i : i + _BATCH, np.newaxis].astype(np.float32) * INPUT_SCALE for i in range(0, len(strips), _BATCH)]


def _to_integers(head: NDArray[np.float32], grid: Grid) -> NDArray[np.int8]:
    """Real values back on their grid."""
    q: NDArray[np.int8] = (np.rint(head / np.float32(grid.scale)) + grid.zero_point).astype(np.int8)
    return q


def _unfold(head: NDArray[np.int8]) -> Scores:
    """The scanner's map int8 [n, sub-columns * classes, 1, W / 4] as scores [n, columns, classes]."""
    columns = head.reshape(len(head), SUB_COLUMNS, CLASSES, -1).transpose(0, 3, 1, 2)
    return columns.reshape(len(head), -1, CLASSES)
