"""The locator: a grey frame in, the numbers on it with corners and roles out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines import Engine
from device_runtime.piece.locator.bundle import LocatorBundle
from device_runtime.piece.locator.decode import decode
from device_runtime.piece.locator.located import Located
from device_runtime.piece.locator.view import view_of


class Locator:
    """Finds numbers on frames, from any thread.

    Args:
        bundle: the locator's.
        engine: made for the bundle's model.
    """

    def __init__(self, bundle: LocatorBundle, engine: Engine) -> None:
        self._source, self._target = bundle.manifest.input, bundle.manifest.output
        self._engine = engine

    def __call__(self, frame: NDArray[np.uint8]) -> Located:
        """Find the numbers on a frame.

        Args:
            frame: uint8 [H, W], grey.

        Raises:
            BundleError: the engine refuses the model.
        """
        view = view_of(frame)
        quantized = (view.pixels.astype(np.int16) + self._source.zero_point).astype(np.int8)
        cells = self._engine.scores(quantized[np.newaxis, ..., np.newaxis])[0]
        return decode(cells, self._target.scale, self._target.zero_point, view)
