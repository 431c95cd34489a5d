"""The steps of LeNet-5 as integer kernels see them, in addition to the scanner's (device_runtime/engines/net.py).

No bundle holds such steps, so the device knows nothing of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines.net import Conv, Grid, Net, Pad

TANH_GRID = Grid(1 / 128, 0)  # what TFLite's int8 TANH puts out, always


@dataclass(frozen=True, eq=False)
class Depthwise:
    """A convolution of each map by itself, without padding.

    Attributes:
        name: As in the ONNX graph.
        weight: int8 [channels, kernel height, kernel width], zero point 0.
        weight_scale: float32 [channels].
        bias: int32 [channels] at scale input.scale * weight_scale.
        stride: (vertical, horizontal) px.
        input: The grid of what it takes.
        output: The grid of what it gives.
    """

    name: str
    weight: NDArray[np.int8]
    weight_scale: NDArray[np.float32]
    bias: NDArray[np.int32]
    stride: tuple[int, int]
    input: Grid
    output: Grid


@dataclass(frozen=True)
class Tanh:
    """The hyperbolic tangent of every number of a map, on TANH_GRID."""

    name: str
    input: Grid

    @property
    def output(self) -> Grid:
        """TANH_GRID."""
        return TANH_GRID


@dataclass(frozen=True, eq=False)
class Distances:
    """RBF units: a map x becomes x * x, sums of these, x and the sums in one map, and of that the distances.

    Attributes:
        name: As in the ONNX graph.
        squares: The grid of x * x.
        sums: Of the squares, on the grid of x, so that both can be in one map.
        distances: Of x and the sums.
    """

    name: str
    squares: Grid
    sums: Conv
    distances: Conv

    @property
    def output(self) -> Grid:
        """The grid of the distances."""
        return self.distances.output


Step = Conv | Pad | Depthwise | Tanh | Distances


@dataclass(frozen=True)
class Chain:
    """Steps from the image to the scores: int8 [height_px, W, 1] -> int8 [1, columns, outputs].

    Attributes:
        height_px: Of the image.
        input: The grid of the image.
        steps: In the order in which they run.
    """

    height_px: int
    input: Grid
    steps: tuple[Step, ...]

    @property
    def output(self) -> Grid:
        """The grid of the scores."""
        last = self.steps[-1]
        return last.grid if isinstance(last, Pad) else last.output

    def as_net(self) -> Net | None:
        """The chain as a net that a bundle can hold; None when a step is none of the scanner's."""
        steps = [step for step in self.steps if isinstance(step, Conv | Pad)]
        return Net(self.height_px, self.input, tuple(steps)) if len(steps) == len(self.steps) else None


def products(chain: Chain, width_px: int) -> int:
    """Multiply-accumulates for an image of so many columns, those with weights of 0 included."""
    rows, columns, channels, total = chain.height_px, width_px, 1, 0
    for step in chain.steps:
        layers = [step] if isinstance(step, Conv | Depthwise) else []
        if isinstance(step, Pad):
            rows, columns = rows + sum(step.rows), columns + sum(step.columns)
        elif isinstance(step, Distances):
            total += rows * columns * channels
            layers = [step.sums, step.distances]
        for layer in layers:
            height, width = layer.weight.shape[1:3]
            if not (isinstance(layer, Conv) and layer.same):
                rows, columns = (rows - height) // layer.stride[0] + 1, (columns - width) // layer.stride[1] + 1
            total += rows * columns * layer.weight.size
            channels = len(layer.weight)
    return total
