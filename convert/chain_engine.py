"""A chain of integer steps in NumPy: says what the written model means, bit for bit, without reading the file back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convert.chain import Chain, Depthwise, Distances, Tanh
from device_runtime.engines.net import Conv, Grid, Pad
from device_runtime.engines.numpy_engine import Layer, Rescale, prepare

Map = NDArray[np.float32]  # [rows, columns, channels] of q - zero_point, whole numbers


class ChainEngine:
    """Computes scores of a chain without paddings (LeNet-5)."""

    name = "numpy"

    def __init__(self, chain: Chain, rescale: Rescale) -> None:
        """Prepare the layers.

        Args:
            chain: Its steps.
            rescale: Which kernels to follow, see NumpyEngine.

        Raises:
            ValueError: For a chain with a Pad.
            BundleError: When a kernel's sums could overflow.
        """
        if any(isinstance(step, Pad) for step in chain.steps):
            raise ValueError("a chain with paddings is the scanner's; NumpyEngine computes it")
        self.version = np.__version__
        self._chain, self._rescale = chain, rescale
        self._layers: dict[str, Layer] = {}

    def scores(self, image: NDArray[np.int8]) -> NDArray[np.int8]:
        """Scores of an image: int8 [1, rows, W, 1] -> int8 [1, 1, columns, outputs]."""
        x = image[0].astype(np.float32) - np.float32(self._chain.input.zero_point)
        for step in self._chain.steps:
            if isinstance(step, Tanh):
                x = tanh_map(x, step.input)
            elif isinstance(step, Distances):
                squares = square_map(x, step.sums.input, step.distances.input)
                x = self._run(step.distances, np.concatenate([x, self._run(step.sums, squares)], axis=2))
            elif isinstance(step, Conv | Depthwise):
                x = self._run(step, x)
        return (x + np.float32(self._chain.output.zero_point)).astype(np.int8)[np.newaxis]

    def _run(self, step: Conv | Depthwise, x: Map) -> Map:
        if step.name not in self._layers:
            self._layers[step.name] = prepare(step if isinstance(step, Conv) else dense(step), self._rescale)
        return self._layers[step.name].run(x)


def dense(layer: Depthwise) -> Conv:
    """A depthwise convolution as one of all maps, with weights of 0 between different ones."""
    channels, height, width = layer.weight.shape
    weight = np.zeros((channels, height, width, channels), np.int8)
    own = np.arange(channels)
    weight[own, :, :, own] = layer.weight
    scale, bias = layer.weight_scale, layer.bias
    return Conv(layer.name, weight, scale, bias, layer.stride, False, False, layer.input, layer.output)


def tanh_map(x: Map, grid: Grid) -> Map:
    """Tanh on its fixed grid. On the grids used no value is near a tie (tests), so all kernels' tables are this one."""
    steps = np.rint(np.tanh(x.astype(np.float64) * grid.scale) * 128)
    return steps.clip(-128, 127).astype(np.float32)


def square_map(x: Map, squares: Grid, source: Grid) -> Map:
    """x * x on the grid of `squares`."""
    steps = np.rint(np.square(x.astype(np.float64)) * (source.scale**2 / squares.scale))
    lowest, highest = -128 - squares.zero_point, 127 - squares.zero_point
    return steps.clip(lowest, highest).astype(np.float32)
