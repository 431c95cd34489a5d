"""Layers of a net forwards and backwards on one pattern, on arrays made once; per_sample.py puts them together.

The second derivatives of appendix C go the same way back as the gradients, with weights, inputs and slopes squared.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import torch
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from train.lenet1998.model import AMPLITUDE, SLOPE, Convolution, Placed

Array = NDArray[np.float32]
Order = Literal[1, 2]  # which derivative goes back


class Block(Protocol):
    """One layer on fixed arrays. `back` reads the error of the outputs, `up` (which it may destroy)."""

    def forward(self) -> None: ...
    def back(self, up: Array, order: Order) -> Array: ...


class Squash:
    """f(a) = A tanh(S a), in place, and its derivative from its value."""

    def __init__(self, outputs: Array) -> None:
        self.outputs = outputs
        self._slopes = np.empty_like(outputs)

    def forward(self) -> None:
        self.outputs *= np.float32(SLOPE)
        np.tanh(self.outputs, out=self.outputs)
        self.outputs *= np.float32(AMPLITUDE)

    def back(self, up: Array, order: Order) -> Array:
        np.multiply(self.outputs, self.outputs, out=self._slopes)
        self._slopes *= np.float32(-SLOPE / AMPLITUDE)
        self._slopes += np.float32(AMPLITUDE * SLOPE)
        up *= self._slopes
        if order == 2:
            up *= self._slopes
        return up


class Windows:
    """A convolution: the inputs' windows are laid out as columns, so that all three passes are matrix products."""

    def __init__(self, inputs: Array, weight: Array, bias: Array, gradients: tuple[Array, Array], lowest: bool) -> None:
        maps_out, maps_in, window, _ = weight.shape
        side = inputs.shape[1] - window + 1
        self.outputs = np.zeros((maps_out, side, side), np.float32)
        self._flat_outputs = self.outputs.reshape(maps_out, -1)
        map_step, row_step, step = inputs.strides
        self._windows = as_strided(
            inputs, (maps_in, window, window, side, side), (map_step, row_step, step, row_step, step)
        )
        self._columns = np.zeros(self._windows.shape, np.float32)
        self._flat_columns = self._columns.reshape(-1, side * side)
        self._weight, self._bias = weight.reshape(maps_out, -1), bias[:, None]
        self._gradient, self._bias_gradient = gradients[0].reshape(maps_out, -1), gradients[1]
        self._lowest = lowest
        # Errors go back on rows as wide as the inputs', zero on the right: then shifted sums run over whole planes.
        wide = inputs.shape[2]
        self._wide = np.zeros((maps_out, side, wide), np.float32)
        self._narrow = self._wide[:, :, :side]
        self._back_columns = np.zeros((maps_in * window**2, side * wide), np.float32)
        by_row = self._back_columns.reshape(maps_in, window, window, side * wide)
        self._back_rows = np.zeros((maps_in, window, wide * wide), np.float32)
        slack = np.zeros((maps_in, wide * wide + window - 1), np.float32)
        self._down = slack[:, : wide * wide].reshape(inputs.shape)
        self._sums = [
            *((self._back_rows[:, :, k * wide : (k + side) * wide], by_row[:, k]) for k in range(window)),
            *((slack[:, k : k + wide * wide], self._back_rows[:, k]) for k in range(window)),
        ]

    def forward(self) -> None:
        np.copyto(self._columns, self._windows)
        np.dot(self._weight, self._flat_columns, out=self._flat_outputs)
        self._flat_outputs += self._bias

    def back(self, up: Array, order: Order) -> Array:
        flat = up.reshape(len(up), -1)
        weight, columns = self._weight, self._flat_columns
        if order == 2:
            weight, columns = np.square(weight), np.square(columns)
        np.dot(flat, columns.T, out=self._gradient)
        np.sum(flat, axis=1, out=self._bias_gradient)
        if self._lowest:
            return self._down  # nobody below asks
        np.copyto(self._narrow, up)
        np.dot(weight.T, self._wide.reshape(len(up), -1), out=self._back_columns)
        self._back_rows.fill(0)
        self._down.fill(0)
        for whole, part in self._sums:
            np.add(whole, part, out=whole)
        return self._down


class Full:
    """A convolution with a window as large as its inputs: a matrix and a vector."""

    def __init__(self, inputs: Array, weight: Array, bias: Array, gradients: tuple[Array, Array], lowest: bool) -> None:
        self.outputs = np.zeros((len(weight), 1, 1), np.float32)
        self._flat_outputs = self.outputs.reshape(-1)
        self._inputs = inputs.reshape(-1)
        self._shape = inputs.shape
        self._weight, self._bias = weight.reshape(len(weight), -1), bias
        self._torch_gradient = torch.from_numpy(gradients[0].reshape(len(weight), -1))
        self._bias_gradient = gradients[1]
        self._lowest = lowest

    def forward(self) -> None:
        np.dot(self._weight, self._inputs, out=self._flat_outputs)
        self._flat_outputs += self._bias

    def back(self, up: Array, order: Order) -> Array:
        flat = up.reshape(-1)
        weight, inputs = self._weight, self._inputs
        if order == 2:
            weight, inputs = np.square(weight), np.square(inputs)
        # Torch's outer product takes a third of NumPy's time.
        torch.mul(torch.from_numpy(flat)[:, None], torch.from_numpy(inputs), out=self._torch_gradient)
        np.copyto(self._bias_gradient, flat)
        if self._lowest:
            return self._inputs  # nobody below asks
        return np.dot(flat, weight).reshape(self._shape)


class Halving:
    """Sub-sampling: the four inputs of each output are added, scaled and shifted."""

    def __init__(
        self, inputs: Array, parents: tuple[int, ...] | None, weight: Array, bias: Array, gradients: tuple[Array, Array]
    ) -> None:
        maps_in, side, _ = inputs.shape
        self._quarters = [inputs[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        self._sums = np.zeros((maps_in, side // 2, side // 2), np.float32)
        self._parents = None if parents is None else np.array(parents)
        self._onto_parents = (np.arange(maps_in)[:, None] == np.array(parents or ())).astype(np.float32)
        self._taken = self._sums if self._parents is None else self._sums[self._parents]
        self.outputs = np.zeros_like(self._taken)
        self._weight, self._bias = weight[:, None, None], bias[:, None, None]
        self._gradient, self._bias_gradient = gradients
        self._down = np.zeros((maps_in, side // 2, 2, side // 2 * 2), np.float32)
        self._wide = np.zeros((maps_in, side // 2, 1, side // 2 * 2), np.float32)
        self._pairs = [self._wide[:, :, 0, k::2] for k in (0, 1)]

    def forward(self) -> None:
        first, second, third, fourth = self._quarters
        np.add(first, second, out=self._sums)
        self._sums += third
        self._sums += fourth
        if self._parents is not None:
            np.take(self._sums, self._parents, axis=0, out=self._taken)
        np.multiply(self._taken, self._weight, out=self.outputs)
        self.outputs += self._bias

    def back(self, up: Array, order: Order) -> Array:
        weight, taken = self._weight, self._taken
        if order == 2:
            weight, taken = np.square(weight), np.square(taken)
        np.sum(up * taken, axis=(1, 2), out=self._gradient)
        np.sum(up, axis=(1, 2), out=self._bias_gradient)
        up *= weight
        if self._parents is not None:
            up = np.dot(self._onto_parents, up.reshape(len(up), -1)).reshape(self._sums.shape)
        for half in self._pairs:
            np.copyto(half, up)
        np.copyto(self._down, self._wide)
        return self._down.reshape(len(up), *(2 * n for n in up.shape[1:]))


class Largest:
    """Max-pooling: of each four inputs the largest, with nothing to train."""

    def __init__(self, inputs: Array) -> None:
        maps, side, _ = inputs.shape
        self._quarters = [inputs[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        self.outputs = np.zeros((maps, side // 2, side // 2), np.float32)
        self._down = np.zeros((maps, side, side), np.float32)
        self._down_quarters = [self._down[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        self._free = np.zeros(self.outputs.shape, bool)

    def forward(self) -> None:
        first, second, third, fourth = self._quarters
        np.maximum(first, second, out=self.outputs)
        np.maximum(self.outputs, third, out=self.outputs)
        np.maximum(self.outputs, fourth, out=self.outputs)

    def back(self, up: Array, order: Order) -> Array:
        self._free.fill(True)
        for quarter, down in zip(self._quarters, self._down_quarters, strict=True):
            chosen = (quarter == self.outputs) & self._free  # of equal ones the first
            np.multiply(up, chosen, out=down)
            self._free ^= chosen
        return self._down


def block_of(
    place: Placed,
    inputs: Array,
    weight: Array,
    bias: Array,
    gradients: tuple[Array, Array],
    lowest: bool,
    largest: bool,
) -> Windows | Full | Halving | Largest:
    """The arrays of a layer in its place, before f. lowest: no layer below asks for an error; largest: max-pooling.

    Raises PosteyeError when max-pooling is asked for maps that look at chosen ones.
    """
    if isinstance(place.layer, Convolution):
        kind = Full if place.side_out == 1 else Windows
        return kind(inputs, weight, bias, gradients, lowest)
    if not largest:
        return Halving(inputs, place.layer.parents, weight, bias, gradients)
    if place.layer.parents is not None:
        raise PosteyeError("max-pooling takes each map from the one below; use a plan whose sub-sampling does so")
    return Largest(inputs)
