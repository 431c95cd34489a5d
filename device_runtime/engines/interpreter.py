"""The two TFLite interpreters, LiteRT and tflite-runtime, which share one programming interface."""

from __future__ import annotations

import importlib
import importlib.util
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines.greeting import without_greeting
from device_runtime.errors import BundleError, PosteyeError

Kernels = Literal["default", "reference"]
_MOST_IDLE = 24  # interpreters kept: one for each width of the shipped bundle and some more; 0.3 to 2 MB each in LiteRT


@dataclass(frozen=True)
class Runtime:
    """Where an interpreter comes from.

    Attributes:
        module: that holds it.
        distribution: that brings the module.
        largest_numpy: major version of the newest NumPy that it works with.
        remedy: a command that installs it.
    """

    module: str
    distribution: str
    largest_numpy: int
    remedy: str

    @property
    def package(self) -> str:
        """The package that holds the module, and its version."""
        return self.module.partition(".")[0]


RUNTIMES = {
    "litert": Runtime("ai_edge_litert.interpreter", "ai-edge-litert", 2, "pip install ai-edge-litert"),
    "tflite": Runtime("tflite_runtime.interpreter", "tflite-runtime", 1, "pip install tflite-runtime 'numpy<2'"),
}


class InterpreterMissing(PosteyeError):
    """The interpreter is not installed here."""


class InterpreterBroken(PosteyeError):
    """The interpreter is installed but does not load."""


class _Prepared(NamedTuple):
    """An interpreter with its tensors laid out for one shape of strip, for one thread at a time.

    Attributes:
        shape: of the strip.
        interpreter: of TFLite.
        source: index of the tensor that takes the strip.
        target: index of the tensor that holds the scores.
    """

    shape: tuple[int, ...]
    interpreter: Any
    source: int
    target: int


class InterpreterEngine:
    """Runs a model in an interpreter, from any thread; each call computes on one thread.

    An interpreter keeps the strip and its scores inside itself, so that two calls must not share one. A call takes an
    idle interpreter that is laid out for its width, or makes one, and leaves it behind for the next call.

    Args:
        name: "litert" or "tflite".
        model: the bytes of a TFLite file, which the interpreter trusts: `engines.pick` gives it one that was written
            anew.
        kernels: "reference" takes the slow kernels that define TFLite's arithmetic.

    Raises:
        InterpreterMissing: it is not installed.
        InterpreterBroken: it does not load.
    """

    def __init__(self, name: str, model: bytes, kernels: Kernels = "default") -> None:
        self.name = name
        self._module = load(name)
        self.version = str(importlib.import_module(RUNTIMES[name].package).__version__)
        resolver = self._module.OpResolverType
        self._resolver = resolver.BUILTIN_REF if kernels == "reference" else resolver.AUTO
        self._model = model
        self._idle: list[_Prepared] = []  # the last used at the end
        self._lock = threading.Lock()

    def scores(self, strip: NDArray[np.int8]) -> NDArray[np.int8]:
        """Compute the scores of a strip or frame.

        Args:
            strip: int8 [1, H, W, 1].

        Returns:
            int8 [1, rows, columns, outputs].

        Raises:
            BundleError: the interpreter refuses the model.
        """
        try:
            prepared = self._take(strip.shape)
            prepared.interpreter.set_tensor(prepared.source, strip)
            prepared.interpreter.invoke()
            found: NDArray[np.int8] = prepared.interpreter.get_tensor(prepared.target)
        except (RuntimeError, ValueError) as error:
            raise BundleError(f"{self.name} refuses model.tflite: {error}") from error
        with self._lock:
            self._idle.append(prepared)
            del self._idle[:-_MOST_IDLE]
        return found

    def _take(self, shape: tuple[int, ...]) -> _Prepared:
        """Take the idle interpreter for a shape that was used last, or make one."""
        with self._lock:
            for index in reversed(range(len(self._idle))):
                if self._idle[index].shape == shape:
                    return self._idle.pop(index)
        with without_greeting():
            interpreter = self._module.Interpreter(
                model_content=self._model, num_threads=1, experimental_op_resolver_type=self._resolver
            )
            source = interpreter.get_input_details()[0]["index"]
            interpreter.resize_tensor_input(source, shape)
            interpreter.allocate_tensors()
        return _Prepared(shape, interpreter, source, interpreter.get_output_details()[0]["index"])


@contextmanager
def _interrupts_put_off() -> Iterator[None]:
    """Let Ctrl-C come after the block: an extension that it stops while loading fails, and never loads again."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def load(name: str) -> Any:
    """Import an interpreter's module.

    Args:
        name: a key of RUNTIMES.

    Raises:
        InterpreterMissing: it is not installed; the message names the remedy.
        InterpreterBroken: it does not load, or not with this NumPy; the same.
    """
    runtime = RUNTIMES[name]
    # importlib.metadata would tell too; it brings the email package, and takes longer than all else here.
    if importlib.util.find_spec(runtime.package) is None:
        raise InterpreterMissing(f"the engine {name!r} is not installed: {runtime.remedy}")
    if int(np.__version__.split(".")[0]) > runtime.largest_numpy:
        raise InterpreterBroken(
            f"the engine {name!r} does not work with numpy {np.__version__}: {runtime.remedy}, or choose another engine"
        )
    try:
        with _interrupts_put_off():
            return importlib.import_module(runtime.module)
    except ImportError as error:
        raise InterpreterBroken(f"the engine {name!r} does not load ({error}): {runtime.remedy}") from error
