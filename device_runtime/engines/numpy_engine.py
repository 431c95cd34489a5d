"""A net in plain integers: runs where no interpreter does, and fixes what the int8 model means, bit for bit.

Products of int8 numbers and their sums stay exact in float32 up to 2**24 and in float64 up to 2**53, so BLAS may add
them in any order. Only the rescaling of the sums rounds, and it is done as the kernels named by `rescale` do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines.limits import check_sums
from device_runtime.engines.net import Conv, Pad
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import BundleError

Rescale = Literal["xnnpack", "reference", "builtin"]


class NumpyEngine:
    """Computes scores in NumPy; calls are independent of each other, from any thread.

    Args:
        model: the bytes of model.tflite.
        rescale: how sums are brought to the next grid. "xnnpack" multiplies in float32 and rounds half to even, as
            LiteRT's
            default kernels do; "reference" rounds twice in fixed point, half away from zero, as the kernels do that
                define
            TFLite's arithmetic; "builtin" rounds twice, half up, as tflite-runtime's vector code does.

    Raises:
        BundleError: `read_net` refuses the model.
    """

    name = "numpy"

    def __init__(self, model: bytes, rescale: Rescale = "xnnpack") -> None:
        self.version = np.__version__
        self._net = read_net(model)
        self._steps = [step if isinstance(step, Pad) else prepare(step, rescale) for step in self._net.steps]

    def scores(self, strip: NDArray[np.int8]) -> NDArray[np.int8]:
        """Compute the scores of a strip or frame.

        Args:
            strip: int8 [1, H, W, 1].

        Returns:
            int8 [1, rows, columns, outputs].

        Raises:
            BundleError: the strip cannot fit the model.
        """
        if strip.shape[1] != self._net.height_px:
            raise BundleError(f"model.tflite reads strips of {self._net.height_px} rows, not of {strip.shape[1]}")
        # Between the steps a map holds q - zero_point, so that paper and padding are 0.
        x = strip[0].astype(np.float32) - np.float32(self._net.input.zero_point)
        for step in self._steps:
            x = _surround(x, step.rows, step.columns) if isinstance(step, Pad) else step.run(x)
        return (x + np.float32(self._net.output.zero_point)).astype(np.int8)[np.newaxis]


@dataclass(frozen=True, eq=False)
class Layer:
    """A convolution made ready to be computed.

    Attributes:
        conv: the convolution.
        matrix: weights, float32 or float64 [kernel height * kernel width * in, out]: the type in which sums are exact.
        bias: [out], of the same type.
        multiplier: float32 [out], from sums to the output's grid.
        fixed_point: the same as int64 [out] twice: q and shift, as TFLite's kernels take it.
        rescale: which of the two is used, and how it rounds.
        low: smallest output, less the zero point.
        high: largest output, less the zero point.
    """

    conv: Conv
    matrix: NDArray[Any]
    bias: NDArray[Any]
    multiplier: NDArray[np.float32]
    fixed_point: tuple[NDArray[np.int64], NDArray[np.int64]]
    rescale: Rescale
    low: int
    high: int

    def run(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compute the layer.

        Args:
            x: float32 [H, W, in], whole numbers, less the zero point.

        Returns:
            float32 [H', W', out], whole numbers in [low, high].

        Raises:
            BundleError: the map is narrower than the kernel.
        """
        _, height, width, _ = self.conv.weight.shape
        down, across = self.conv.stride
        if self.conv.same:
            x = _surround(x, (height // 2,) * 2, (width // 2,) * 2)
        rows, columns = (x.shape[0] - height) // down + 1, (x.shape[1] - width) // across + 1
        if columns < 1:
            raise BundleError(f"model.tflite: {self.conv.name} needs a wider strip")
        # A row of inputs for every output (im2col): [rows * columns, kernel height * kernel width * in].
        shifted = [
            x[i : i + down * (rows - 1) + 1 : down, j : j + across * (columns - 1) + 1 : across]
            for i in range(height)
            for j in range(width)
        ]
        patches = np.concatenate(shifted, axis=2, dtype=self.matrix.dtype).reshape(rows * columns, -1)
        # Exact sums, [rows * columns, out], brought to the output's grid.
        sums = patches @ self.matrix + self.bias
        if self.rescale == "xnnpack":
            scaled = np.rint(sums.astype(np.float32, copy=False) * self.multiplier)
        else:
            rescale = _round_twice_away if self.rescale == "reference" else _round_twice_up
            scaled = rescale(sums.astype(np.int64), *self.fixed_point).astype(np.float32)
        return scaled.clip(self.low, self.high).reshape(rows, columns, -1)


def _surround(x: NDArray[np.float32], rows: tuple[int, int], columns: tuple[int, int]) -> NDArray[np.float32]:
    """A map with zeros around it: float32 [H + sum(rows), W + sum(columns), channels]."""
    height, width, channels = x.shape
    padded = np.zeros((height + sum(rows), width + sum(columns), channels), np.float32)
    padded[rows[0] : rows[0] + height, columns[0] : columns[0] + width] = x
    return padded


def prepare(conv: Conv, rescale: Rescale) -> Layer:
    """Make a convolution ready to be computed.

    Args:
        conv: the convolution.
        rescale: as NumpyEngine takes it.

    Raises:
        BundleError: the kernels' 32-bit sums could overflow.
    """
    matrix = conv.weight.reshape(len(conv.weight), -1).T.astype(np.float64)
    exact = np.float32 if check_sums(conv) <= 2**24 else np.float64
    multiplier = np.float32(conv.input.scale) * conv.weight_scale / np.float32(conv.output.scale)
    low = max(-128, conv.output.zero_point) if conv.relu else -128
    return Layer(
        conv,
        matrix.astype(exact),
        conv.bias.astype(exact),
        multiplier,
        _fixed_point(conv),
        rescale,
        low - conv.output.zero_point,
        127 - conv.output.zero_point,
    )


def _fixed_point(conv: Conv) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Multipliers as q * 2**(shift - 31) with 31-bit q: TFLite's QuantizeMultiplier."""
    # ratio = fraction * 2 ** exponent with fraction in [1/2, 1), rounded to 31 bits: q in [2 ** 30, 2 ** 31].
    ratio = conv.input.scale * conv.weight_scale.astype(np.float64) / conv.output.scale
    fraction, exponent = np.frexp(ratio)
    q = np.floor(fraction * 2**31 + 0.5).astype(np.int64)
    full = q == 2**31  # rounded up to the next power of two
    q, shift = np.where(full, q // 2, q), exponent.astype(np.int64) + full
    # So small that every sum becomes 0.
    vanishing = shift < -31
    return np.where(vanishing, 0, q), np.where(vanishing, 0, shift)


def _round_twice_away(sums: NDArray[np.int64], q: NDArray[np.int64], shift: NDArray[np.int64]) -> NDArray[np.int64]:
    """gemmlowp's SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT, in their scalar form."""
    # The high 32 bits of twice the product, rounded half away from zero.
    product = (sums << np.maximum(shift, 0)) * q
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    high = np.where(nudged >= 0, nudged >> 31, -((-nudged) >> 31))  # C's division: towards zero
    # Divided by a power of two, rounded half away from zero.
    right = np.maximum(-shift, 0)
    mask = (np.int64(1) << right) - 1
    return (high >> right) + ((high & mask) > (mask >> 1) + (high < 0))


def _round_twice_up(sums: NDArray[np.int64], q: NDArray[np.int64], shift: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same two steps as vector instructions take them (ARM's sqrdmulh and srshl): ties go up, also below zero."""
    high = ((sums << np.maximum(shift, 0)) * q + (1 << 30)) >> 31
    right = np.maximum(-shift, 0)
    return (high + ((np.int64(1) << right) >> 1)) >> right
