"""Engines compute a net's scores; all take the same model file and pixels."""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines.interpreter import InterpreterBroken, InterpreterEngine, InterpreterMissing, load
from device_runtime.errors import PosteyeError

ENGINES = ("litert", "tflite", "numpy")  # fastest first

_log = logging.getLogger(__name__)


class Engine(Protocol):
    """Computes scores of strips, or of frames, from any thread.

    Attributes:
        name: one of ENGINES; it goes into every report.
        version: of what computes, for the same.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def scores(self, strip: NDArray[np.int8]) -> NDArray[np.int8]:
        """Compute the scores of a strip or frame.

        Args:
            strip: int8 [1, H, W, 1], on the grid of the model's input; H is 32 for the scanner.

        Returns:
            int8 [1, rows, columns, outputs]; the scanner's has one row and W / 4 columns.

        Raises:
            BundleError: the model does not fit the strip.
        """
        ...


def pick(name: str | None, model: bytes) -> Engine:
    """Prepare an engine for a model: the named one, or the first of ENGINES that is installed.

    An interpreter that is installed but broken is passed over with a warning.

    Args:
        name: one of ENGINES, or None.
        model: the bytes of model.tflite, read and checked alike for every engine.

    Raises:
        PosteyeError: the named engine is unknown or missing; the message says what to install.
        BundleError: the model is refused.
    """
    if name is None:
        return _build(_first_that_loads(), model)
    if name not in ENGINES:
        raise PosteyeError(f"there is no engine {name!r}: choose one of {', '.join(ENGINES)}")
    return _build(name, model)


def trouble(name: str) -> str | None:
    """Return why an engine cannot be used here, and how to mend it; None when it can.

    Args:
        name: one of ENGINES.
    """
    try:
        if name != "numpy":
            load(name)
    except (InterpreterMissing, InterpreterBroken) as error:
        return str(error)
    return None


def _first_that_loads() -> str:
    for name in ENGINES[:-1]:
        try:
            load(name)
        except InterpreterMissing:
            continue
        except InterpreterBroken as error:
            _log.warning("%s", error)
            continue
        return name
    return ENGINES[-1]


def _build(name: str, model: bytes) -> Engine:
    # What only one of them needs is imported here: it takes a part of the time until the first reading.
    if name == "numpy":
        from device_runtime.engines.numpy_engine import NumpyEngine

        return NumpyEngine(model)
    from device_runtime.engines.model_writer import write_model
    from device_runtime.engines.tflite_reader import read_net

    # An interpreter sees what was written anew from the net that was read: what else the file holds could end it.
    return InterpreterEngine(name, write_model(read_net(model)))
