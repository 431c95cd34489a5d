"""A net of a plan run forwards and backwards on one pattern at a time, by hand and with buffers made once.

Autograd costs more than the arithmetic of a net this small: LeNet-5 takes some 0.3 ms a pattern here. The second
derivatives of appendix C go the same way back as the gradients, with weights, inputs and slopes squared.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import torch
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from train.lenet import AMPLITUDE, SLOPE, Convolution, LeNet, Placed
from train.paper_losses import Head

Array = NDArray[np.float32]
Order = Literal[1, 2]  # which derivative goes back


class _Block(Protocol):
    """One layer on fixed arrays. `back` reads the error of the outputs, `up` (which it may destroy)."""

    def forward(self) -> None: ...
    def back(self, up: Array, order: Order) -> Array: ...


class _Squash:
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


class _Windows:
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
        self._back_columns = np.zeros_like(self._columns)
        self._back_rows = np.zeros((maps_in, window, side + window - 1, side), np.float32)
        self._down = np.zeros(inputs.shape, np.float32)

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
        np.dot(weight.T, flat, out=self._back_columns.reshape(len(columns), -1))
        side, window = self._windows.shape[-1], self._windows.shape[1]
        self._back_rows.fill(0)
        self._down.fill(0)
        for row in range(window):
            self._back_rows[:, :, row : row + side] += self._back_columns[:, row]
        for column in range(window):
            self._down[:, :, column : column + side] += self._back_rows[:, column]
        return self._down


class _Full:
    """A convolution with a window as large as its inputs: a matrix and a vector."""

    def __init__(self, inputs: Array, weight: Array, bias: Array, gradients: tuple[Array, Array], lowest: bool) -> None:
        self.outputs = np.zeros((len(weight), 1, 1), np.float32)
        self._flat_outputs = self.outputs.reshape(-1)
        self._inputs = inputs.reshape(-1)
        self._shape = inputs.shape
        self._weight, self._bias = weight.reshape(len(weight), -1), bias
        self._gradient, self._bias_gradient = gradients[0].reshape(len(weight), -1), gradients[1]
        self._lowest = lowest

    def forward(self) -> None:
        np.dot(self._weight, self._inputs, out=self._flat_outputs)
        self._flat_outputs += self._bias

    def back(self, up: Array, order: Order) -> Array:
        flat = up.reshape(-1)
        weight, inputs = self._weight, self._inputs
        if order == 2:
            weight, inputs = np.square(weight), np.square(inputs)
        np.multiply(flat[:, None], inputs, out=self._gradient)
        np.copyto(self._bias_gradient, flat)
        if self._lowest:
            return self._inputs  # nobody below asks
        return np.dot(flat, weight).reshape(self._shape)


class _Halving:
    """Sub-sampling: the four inputs of each output are added, scaled and shifted."""

    def __init__(
        self, inputs: Array, parents: tuple[int, ...] | None, weight: Array, bias: Array, gradients: tuple[Array, Array]
    ) -> None:
        maps_in, side, _ = inputs.shape
        self._quarters = [inputs[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        self._sums = np.zeros((maps_in, side // 2, side // 2), np.float32)
        self._parents = None if parents is None else np.array(parents)
        self._taken = self._sums if self._parents is None else self._sums[self._parents]
        self.outputs = np.zeros_like(self._taken)
        self._weight, self._bias = weight[:, None, None], bias[:, None, None]
        self._gradient, self._bias_gradient = gradients
        self._down = np.zeros((maps_in, side // 2, 2, side // 2, 2), np.float32)

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
            merged = np.zeros_like(self._sums)
            np.add.at(merged, self._parents, up)
            up = merged
        np.copyto(self._down, up[:, :, None, :, None])
        return self._down.reshape(len(up), *(2 * n for n in up.shape[1:]))


class OnePattern:
    """A net for one pattern at a time. parameters, gradient: float32 [parameters], all layers' in one row.

    trainable: bool [parameters], false where a table leaves a connection out.
    """

    def __init__(self, net: LeNet, head: Head) -> None:
        self._head = head
        self._theirs = [p for pair in zip(net.weights, net.biases, strict=True) for p in pair]
        shapes = [tuple(theirs.shape) for theirs in self._theirs]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        self.parameters = np.concatenate([theirs.detach().numpy().ravel() for theirs in self._theirs])
        self.gradient = np.zeros_like(self.parameters)
        self._parts = [p.reshape(s) for p, s in zip(np.split(self.parameters, ends[:-1]), shapes, strict=True)]
        slots = [g.reshape(s) for g, s in zip(np.split(self.gradient, ends[:-1]), shapes, strict=True)]
        self.trainable = np.concatenate([_trainable(place) for place in net.places])
        self.image = np.zeros((1, net.plan.side, net.plan.side), np.float32)
        self._blocks: list[_Block] = []
        inputs = self.image
        for number, place in enumerate(net.places):
            weight, bias = self._parts[2 * number : 2 * number + 2]
            gradients = (slots[2 * number], slots[2 * number + 1])
            block = _block(place, inputs, weight, bias, gradients, lowest=number == 0)
            inputs = block.outputs
            self._blocks.append(block)
            if not (isinstance(place.layer, Convolution) and not place.layer.squash):
                self._blocks.append(_Squash(inputs))
        self._outputs = inputs.reshape(-1)

    def give(self) -> None:
        """Write the parameters back into the torch net."""
        with torch.no_grad():
            for part, theirs in zip(self._parts, self._theirs, strict=True):
                theirs.copy_(torch.from_numpy(part))

    def derive(self, image: Array, label: int, order: Order) -> float:
        """Loss of one pattern (image [side, side]); its first or second derivatives go into `gradient`."""
        np.copyto(self.image[0], image)
        for block in self._blocks:
            block.forward()
        loss, first, second = self._head.derivatives(self._outputs, label)
        up = (first if order == 1 else second).reshape(-1, 1, 1)
        for block in reversed(self._blocks):
            up = block.back(up, order)
        return loss


def _trainable(place: Placed) -> NDArray[np.bool_]:
    if isinstance(place.layer, Convolution):
        weights = place.mask().repeat_interleave(place.window**2, 1).reshape(-1).numpy()
        return np.concatenate([weights, np.ones(place.maps_out, bool)])
    return np.ones(2 * place.maps_out, bool)


def _block(
    place: Placed, inputs: Array, weight: Array, bias: Array, gradients: tuple[Array, Array], lowest: bool
) -> _Windows | _Full | _Halving:
    if not isinstance(place.layer, Convolution):
        return _Halving(inputs, place.layer.parents, weight, bias, gradients)
    if place.side_out == 1:
        return _Full(inputs, weight, bias, gradients, lowest)
    return _Windows(inputs, weight, bias, gradients, lowest)
