"""The int8 net as integer kernels see it: a chain of convolutions and paddings on quantised maps.

The converter writes a model file from it and the NumPy engine computes from it, so that both mean the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Grid:
    """The int8 grid of a map: real value = (q - zero_point) * scale.

    Attributes:
        scale: exactly a float32.
        zero_point: the int8 number that stands for 0.
    """

    scale: float
    zero_point: int


@dataclass(frozen=True, eq=False)
class Conv:
    """A convolution on int8 maps [height, width, channels].

    Attributes:
        name: for messages.
        weight: int8 [out, kernel height, kernel width, in], with zero point 0.
        weight_scale: float32 [out].
        bias: int32 [out], at scale input.scale * weight_scale.
        stride: (vertical, horizontal) in px.
        same: pad half a kernel on every side (odd kernels, stride 1); else no padding.
        relu: clamp at zero.
        input: grid of the map before it.
        output: grid of the map after it.
    """

    name: str
    weight: NDArray[np.int8]
    weight_scale: NDArray[np.float32]
    bias: NDArray[np.int32]
    stride: tuple[int, int]
    same: bool
    relu: bool
    input: Grid
    output: Grid


@dataclass(frozen=True)
class Pad:
    """Zeros around a map; the grid stays.

    Attributes:
        name: for messages.
        rows: (above, below) in px.
        columns: (left, right) in px.
        grid: of the map.
    """

    name: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    grid: Grid


@dataclass(frozen=True)
class Net:
    """The net: int8 [height_px, W, 1] -> int8 [rows, columns, outputs]; the scanner's has one row, W / 4 columns.

    Attributes:
        height_px: of the strip or frame.
        input: grid of its pixels.
        steps: from the pixels to the scores.
    """

    height_px: int
    input: Grid
    steps: tuple[Conv | Pad, ...]

    @property
    def output(self) -> Grid:
        """The grid of the scores."""
        last = self.steps[-1]
        return last.output if isinstance(last, Conv) else last.grid
