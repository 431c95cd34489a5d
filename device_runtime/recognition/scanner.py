"""The scanner as a stage: a strip goes in, penalties of every column and class come out.

All arithmetic after the int8 scores is done in a fixed order with operations that IEEE 754 rounds exactly, so that
every machine gives the same float32 penalties for the same scores.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from device_runtime.bundle import Bundle, Manifest, Output
from device_runtime.engines import Engine
from device_runtime.errors import PosteyeError
from device_runtime.recognition.columns import Columns
from device_runtime.types import Penalties, Strip


class Scanner:
    """Runs a bundle's model on strips with an engine. Calling it gives the penalties of a strip.

    engine, manifest: what it was built with.
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
    return lambda scores: Penalties(penalties(scores, scale, table), columns.x_px(len(scores)), alphabet)


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


def exponentials(scale: float) -> NDArray[np.float64]:
    """exp(-k * scale) for k = 0..255, float64 [256], rounded exactly on every machine."""
    with localcontext() as context:
        context.prec = 40
        return np.array([float((-k * Decimal(scale)).exp()) for k in range(256)])


def penalties(scores: NDArray[np.int8], scale: float, table: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the penalties -log softmax of scores, float32 [columns, classes].

    Args:
        scores: int8 [columns, classes].
        scale: real value of one step of the scores.
        table: float64 [256], exponentials(scale).
    """
    below_best = scores.max(axis=1, keepdims=True).astype(np.int64) - scores
    weights = table[below_best]
    total = weights[:, 0].copy()
    for column in range(1, weights.shape[1]):  # np.sum may add in another order elsewhere
        total += weights[:, column]
    return (below_best * scale + _log(total)[:, np.newaxis]).astype(np.float32)


def _log(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of positive numbers by +, -, *, / alone: library logarithms differ in the last bit."""
    mantissa, exponent = np.frexp(x)
    small = mantissa < 0.7071067811865476
    mantissa, exponent = np.where(small, 2 * mantissa, mantissa), exponent - small
    ratio = (mantissa - 1) / (mantissa + 1)  # log m = 2 atanh((m - 1) / (m + 1)), |ratio| < 0.172
    square = ratio * ratio
    series = np.zeros_like(x)
    for n in range(23, 0, -2):
        series = series * square + 1 / n
    return exponent * 0.6931471805599453 + 2 * ratio * series
