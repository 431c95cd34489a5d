"""The scanner as a stage: a strip goes in, penalties of every column and class come out.

All arithmetic after the int8 scores is done in a fixed order with operations that IEEE 754 rounds exactly, so that
every machine gives the same float32 penalties for the same scores.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from device_runtime.bundle import Bundle, Manifest, Output
from device_runtime.engines import Engine
from device_runtime.errors import PosteyeError
from device_runtime.exact import exact_exp, exact_log, sums_in_order
from device_runtime.recognition.columns import Columns
from device_runtime.types import Penalties, Strip


class Scanner:
    """Runs a bundle's model on strips with an engine. Calling it gives the penalties of a strip.

    Attributes:
        engine: that runs it.
        manifest: of the bundle whose model it is.
    """

    def __init__(self, bundle: Bundle, engine: Engine) -> None:
        self.engine = engine
        self.manifest = bundle.manifest
        self._classes = len(bundle.manifest.alphabet) + 2
        self._columns = columns_of(bundle.manifest.output)
        self._penalties = score_reader(bundle.manifest)

    def scores(self, pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
        """Scores of a strip: uint8 [32, W] -> int8 [columns, classes], a column for 2 px of W rounded up to 4.

        Raises PosteyeError when the strip is wider than the model's widest; ValueError when its shape is no strip's.
        """
        source = self.manifest.input
        if pixels.ndim != 2 or len(pixels) != source.height_px or not pixels.shape[1]:
            raise ValueError(f"a strip is [{source.height_px}, 1 or more] pixels, not {pixels.shape}")
        padded = pad_to_width(pixels, source.widths_px)
        strip = (padded.astype(np.int16) + source.zero_point).astype(np.int8)
        found = self.engine.scores(strip[np.newaxis, :, :, np.newaxis])
        return found.reshape(-1, self._classes)[: self._columns.count(pixels.shape[1])]

    def __call__(self, strip: Strip) -> Penalties:
        """Penalties of a strip; raises as `scores` does."""
        return self._penalties(self.scores(strip.pixels))


def columns_of(output: Output) -> Columns:
    """Where the columns of a manifest's model lie."""
    return Columns(output.first_column_px, output.column_stride_px, output.sub_columns)


def score_reader(manifest: Manifest) -> Callable[[NDArray[np.int8]], Penalties]:
    """The function that turns int8 scores [columns, classes] of a manifest's model into penalties."""
    columns, scale, alphabet = columns_of(manifest.output), manifest.output.scale, manifest.alphabet
    table = exponentials(scale)

    def read(scores: NDArray[np.int8]) -> Penalties:
        values, weights = penalties(scores, scale, table)
        return Penalties(values, columns.x_px(len(scores)), alphabet, weights)

    return read


def pad_to_width(pixels: NDArray[np.uint8], widths_px: tuple[int, ...]) -> NDArray[np.uint8]:
    """Add paper (0) on the right of a strip, uint8 [H, W], up to the next of the ascending widths.

    Raises PosteyeError when the strip is wider than the last.
    """
    height, width = pixels.shape
    for target in widths_px:
        if width <= target:
            padded = np.zeros((height, target), np.uint8)
            padded[:, :width] = pixels
            return padded
    raise PosteyeError(
        f"the field is too long: {width} px at a text height of {height} px, and the model reads "
        f"up to {widths_px[-1]} px; crop the image to the code"
    )


@lru_cache(maxsize=4)
def exponentials(scale: float) -> NDArray[np.float64]:
    """exp(-k * scale) for k = 0..255, float64 [256], read-only, rounded exactly on every machine."""
    with localcontext() as context:
        context.prec = 50  # the errors of 255 products come nowhere near float64's last bit
        step, power = (-Decimal(scale)).exp(), Decimal(1)
        table = np.empty(256)
        for k in range(256):
            table[k] = power
            power *= step
    table.setflags(write=False)
    return table


def penalties(
    scores: NDArray[np.int8], scale: float, table: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the penalties -log softmax of scores, and the weights that they are the logarithms of.

    Args:
        scores: int8 [columns, classes].
        scale: real value of one step of the scores.
        table: float64 [256], exponentials(scale).

    Returns:
        float32 [columns, classes], penalties; and float64 [columns, classes], each class's probability in units of the
        column's best one.
    """
    below_best = scores.max(axis=1, keepdims=True).astype(np.int64) - scores
    weights = table[below_best]
    return (below_best * scale + _log_total(weights)).astype(np.float32), weights


def penalties_of_values(values: NDArray[np.float32], x_px: NDArray[np.float32], alphabet: str) -> Penalties:
    """Return penalties that come from no int8 scores, as those of a net of the workstation.

    Args:
        values: float32 [columns, classes], -log p; they need not be normalised.
        x_px: float32 [columns], the centre of each column.
        alphabet: the characters of the first classes, in order.
    """
    if not values.size:
        return Penalties(values, x_px, alphabet, values.astype(np.float64))
    exact = np.where(np.isfinite(values), values.astype(np.float64), np.nan)
    below_best = exact - exact.min(axis=1, keepdims=True)
    weights = exact_exp(-below_best)
    normalized = np.minimum(below_best + _log_total(weights), float(np.finfo(np.float32).max))
    return Penalties(normalized.astype(np.float32), x_px, alphabet, weights)


def _log_total(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of each column's weights together: float64 [columns, 1]."""
    return exact_log(sums_in_order(weights, axis=1))[:, np.newaxis]
