"""The two TFLite interpreters, LiteRT and tflite-runtime, which share one programming interface."""

from __future__ import annotations

import importlib
import importlib.metadata
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import BundleError, PosteyeError

Kernels = Literal["default", "reference"]


@dataclass(frozen=True)
class Runtime:
    """Where an interpreter comes from: its module, its distribution, and the numpy releases it works with."""

    module: str
    distribution: str
    largest_numpy: int
    remedy: str


RUNTIMES = {
    "litert": Runtime("ai_edge_litert.interpreter", "ai-edge-litert", 2, "pip install ai-edge-litert"),
    "tflite": Runtime("tflite_runtime.interpreter", "tflite-runtime", 1, "pip install tflite-runtime 'numpy<2'"),
}


class InterpreterMissing(PosteyeError):
    """The interpreter is not installed here."""


class InterpreterBroken(PosteyeError):
    """The interpreter is installed but does not load."""


class InterpreterEngine:
    """Runs model.tflite in an interpreter, one prepared interpreter for each strip width, on one thread.

    name: "litert" or "tflite". model: the bytes of model.tflite. kernels: "reference" takes the slow kernels that
    define TFLite's arithmetic. Raises InterpreterMissing, InterpreterBroken, or BundleError for a model it refuses.
    """

    def __init__(self, name: str, model: bytes, kernels: Kernels = "default") -> None:
        self.name = name
        self._module = load(name)
        self.version = importlib.metadata.version(RUNTIMES[name].distribution)
        resolver = self._module.OpResolverType
        self._resolver = resolver.BUILTIN_REF if kernels == "reference" else resolver.AUTO
        self._model = model
        self._prepared: dict[int, Any] = {}

    def scores(self, strip: NDArray[np.int8]) -> NDArray[np.int8]:
        """Scores of a strip: int8 [1, 32, W, 1] -> int8 [1, 1, W / 4, outputs]. Raises BundleError."""
        width = strip.shape[2]
        if width not in self._prepared:
            self._prepared[width] = self._prepare(strip.shape)
        interpreter, source, target = self._prepared[width]
        interpreter.set_tensor(source, strip)
        interpreter.invoke()
        found: NDArray[np.int8] = interpreter.get_tensor(target)
        return found

    def _prepare(self, shape: tuple[int, ...]) -> tuple[Any, int, int]:
        try:
            interpreter = self._module.Interpreter(
                model_content=self._model, num_threads=1, experimental_op_resolver_type=self._resolver
            )
            source = interpreter.get_input_details()[0]["index"]
            interpreter.resize_tensor_input(source, shape)
            interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise BundleError(f"{self.name} refuses model.tflite: {error}") from error
        return interpreter, source, interpreter.get_output_details()[0]["index"]


def load(name: str) -> Any:
    """Import an interpreter's module; raises InterpreterMissing or InterpreterBroken with the remedy."""
    runtime = RUNTIMES[name]
    try:
        importlib.metadata.version(runtime.distribution)
    except importlib.metadata.PackageNotFoundError as error:
        raise InterpreterMissing(f"the engine {name!r} is not installed: {runtime.remedy}") from error
    if int(np.__version__.split(".")[0]) > runtime.largest_numpy:
        raise InterpreterBroken(
            f"the engine {name!r} does not work with numpy {np.__version__}: {runtime.remedy}, or choose another engine"
        )
    try:
        return importlib.import_module(runtime.module)
    except ImportError as error:
        raise InterpreterBroken(f"the engine {name!r} does not load ({error}): {runtime.remedy}") from error
