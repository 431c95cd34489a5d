"""Layers of a net forwards and backwards on one sample, on arrays made once; per_sample.py puts them together.

The second derivatives of appendix C go the same way back as the gradients, with weights, inputs and slopes squared.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import torch
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from train.lenet1998.model import AMPLITUDE, SLOPE, Convolution, SizedLayer

Array = NDArray[np.float32]
Order = Literal[1, 2]  # which derivative goes back


class PerSampleLayer(Protocol):
    """One layer on fixed arrays, which its neighbours share."""

    def forward(self) -> None:
        """Compute the outputs from the inputs."""

    def backward(self, errors: Array, order: Order) -> Array:
        """Derivatives of the loss with respect to the inputs; those of the parameters go to their arrays.

        Args:
            errors: derivatives with respect to the outputs, float32 as the outputs; may be overwritten.
            order: which derivative they are.
        """


class ScaledTanh:
    """f(a) = A tanh(S a), in place, and its derivative from its value."""

    def __init__(self, outputs: Array) -> None:
        self.outputs = outputs
        self._slopes = np.empty_like(outputs)

    def forward(self) -> None:
        self.outputs *= np.float32(SLOPE)
        np.tanh(self.outputs, out=self.outputs)
        self.outputs *= np.float32(AMPLITUDE)

    def backward(self, errors: Array, order: Order) -> Array:
        # f' = A S - (S / A) f**2
        np.multiply(self.outputs, self.outputs, out=self._slopes)
        self._slopes *= np.float32(-SLOPE / AMPLITUDE)
        self._slopes += np.float32(AMPLITUDE * SLOPE)
        errors *= self._slopes
        if order == 2:
            errors *= self._slopes
        return errors


class WindowConvolution:
    """A convolution: the inputs' windows are laid out as columns, so that all three passes are matrix products."""

    def __init__(self, inputs: Array, weight: Array, bias: Array, gradients: tuple[Array, Array], first: bool) -> None:
        """Make the arrays.

        Args:
            inputs: float32 [maps_in, side_in, side_in].
            weight: float32 [maps_out, maps_in, window, window].
            bias: float32 [maps_out].
            gradients: where the derivatives of weight and bias go, as they are shaped.
            first: whether no layer below asks for an error.
        """
        maps_out, maps_in, window, _ = weight.shape
        side = inputs.shape[1] - window + 1
        self.outputs = np.zeros((maps_out, side, side), np.float32)
        self._flat_outputs = self.outputs.reshape(maps_out, -1)

        # The windows as a view of the inputs, [maps_in, window, window, side, side], and the array that they are
        # copied to: a column for each output, [maps_in * window**2, side**2].
        map_step, row_step, step = inputs.strides
        self._windows = as_strided(
            inputs, (maps_in, window, window, side, side), (map_step, row_step, step, row_step, step)
        )
        self._columns = np.zeros(self._windows.shape, np.float32)
        self._flat_columns = self._columns.reshape(-1, side * side)
        self._weight, self._bias = weight.reshape(maps_out, -1), bias[:, None]
        self._gradient, self._bias_gradient = gradients[0].reshape(maps_out, -1), gradients[1]
        self._first = first

        # Errors go back on rows as wide as the inputs', zero on the right: then shifted sums run over whole planes.
        wide = inputs.shape[2]
        self._wide_errors = np.zeros((maps_out, side, wide), np.float32)
        self._narrow_errors = self._wide_errors[:, :, :side]
        # One plane of errors for each weight of the window, first summed over the window's rows, then its columns.
        self._window_errors = np.zeros((maps_in * window**2, side * wide), np.float32)
        by_row = self._window_errors.reshape(maps_in, window, window, side * wide)
        self._column_errors = np.zeros((maps_in, window, wide * wide), np.float32)
        with_slack = np.zeros((maps_in, wide * wide + window - 1), np.float32)
        self._input_errors = with_slack[:, : wide * wide].reshape(inputs.shape)
        # (sum, addend) pairs of views: rows shift by whole rows, columns by one number.
        self._sums = [
            *((self._column_errors[:, :, k * wide : (k + side) * wide], by_row[:, k]) for k in range(window)),
            *((with_slack[:, k : k + wide * wide], self._column_errors[:, k]) for k in range(window)),
        ]

    def forward(self) -> None:
        np.copyto(self._columns, self._windows)
        # [maps_out, maps_in * window**2] @ [maps_in * window**2, side**2]
        np.dot(self._weight, self._flat_columns, out=self._flat_outputs)
        self._flat_outputs += self._bias

    def backward(self, errors: Array, order: Order) -> Array:
        flat = errors.reshape(len(errors), -1)  # [maps_out, side**2]
        weight, columns = self._weight, self._flat_columns
        if order == 2:
            weight, columns = np.square(weight), np.square(columns)
        np.dot(flat, columns.T, out=self._gradient)
        np.sum(flat, axis=1, out=self._bias_gradient)
        if self._first:
            return self._input_errors  # nobody below asks
        # Errors of every window, [maps_in * window**2, side * wide], then added up where windows overlap.
        np.copyto(self._narrow_errors, errors)
        np.dot(weight.T, self._wide_errors.reshape(len(errors), -1), out=self._window_errors)
        self._column_errors.fill(0)
        self._input_errors.fill(0)
        for whole, part in self._sums:
            np.add(whole, part, out=whole)
        return self._input_errors


class FullConvolution:
    """A convolution with a window as large as its inputs: a matrix and a vector."""

    def __init__(self, inputs: Array, weight: Array, bias: Array, gradients: tuple[Array, Array], first: bool) -> None:
        """Make the arrays; the arguments are those of WindowConvolution, with side_in = window."""
        self.outputs = np.zeros((len(weight), 1, 1), np.float32)
        self._flat_outputs = self.outputs.reshape(-1)  # [units]
        self._inputs = inputs.reshape(-1)
        self._shape = inputs.shape
        self._weight, self._bias = weight.reshape(len(weight), -1), bias
        self._torch_gradient = torch.from_numpy(gradients[0].reshape(len(weight), -1))
        self._bias_gradient = gradients[1]
        self._first = first

    def forward(self) -> None:
        np.dot(self._weight, self._inputs, out=self._flat_outputs)
        self._flat_outputs += self._bias

    def backward(self, errors: Array, order: Order) -> Array:
        flat = errors.reshape(-1)  # [units]
        weight, inputs = self._weight, self._inputs
        if order == 2:
            weight, inputs = np.square(weight), np.square(inputs)
        # The outer product [units, inputs]; torch's takes a third of NumPy's time.
        torch.mul(torch.from_numpy(flat)[:, None], torch.from_numpy(inputs), out=self._torch_gradient)
        np.copyto(self._bias_gradient, flat)
        if self._first:
            return self._inputs  # nobody below asks
        return np.dot(flat, weight).reshape(self._shape)


class TrainableSubsampling:
    """Sub-sampling: the four inputs of each output are added, scaled and shifted."""

    def __init__(
        self, inputs: Array, parents: tuple[int, ...] | None, weight: Array, bias: Array, gradients: tuple[Array, Array]
    ) -> None:
        """Make the arrays.

        Args:
            inputs: float32 [maps_in, side_in, side_in].
            parents: for each output map the number of the map below that it halves; None = one each.
            weight: coefficients, float32 [maps_out].
            bias: float32 [maps_out].
            gradients: where the derivatives of weight and bias go, as they are shaped.
        """
        maps_in, side, _ = inputs.shape
        self._quarters = [inputs[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]  # each [maps_in, side / 2, side / 2]
        self._sums = np.zeros((maps_in, side // 2, side // 2), np.float32)
        self._parents = None if parents is None else np.array(parents)
        self._onto_parents = (np.arange(maps_in)[:, None] == np.array(parents or ())).astype(np.float32)
        self._chosen = self._sums if self._parents is None else self._sums[self._parents]
        self.outputs = np.zeros_like(self._chosen)
        self._weight, self._bias = weight[:, None, None], bias[:, None, None]
        self._gradient, self._bias_gradient = gradients
        # Errors of the inputs by pairs of rows, and one such row, which both rows of a pair get.
        self._input_errors = np.zeros((maps_in, side // 2, 2, side // 2 * 2), np.float32)
        self._row_errors = np.zeros((maps_in, side // 2, 1, side // 2 * 2), np.float32)
        self._every_second = [self._row_errors[:, :, 0, k::2] for k in (0, 1)]

    def forward(self) -> None:
        first, second, third, fourth = self._quarters
        np.add(first, second, out=self._sums)
        self._sums += third
        self._sums += fourth
        if self._parents is not None:
            np.take(self._sums, self._parents, axis=0, out=self._chosen)
        np.multiply(self._chosen, self._weight, out=self.outputs)
        self.outputs += self._bias

    def backward(self, errors: Array, order: Order) -> Array:
        weight, chosen = self._weight, self._chosen
        if order == 2:
            weight, chosen = np.square(weight), np.square(chosen)
        np.sum(errors * chosen, axis=(1, 2), out=self._gradient)
        np.sum(errors, axis=(1, 2), out=self._bias_gradient)
        errors *= weight
        if self._parents is not None:  # several maps above may have one below: [maps_in, side / 2, side / 2]
            errors = np.dot(self._onto_parents, errors.reshape(len(errors), -1)).reshape(self._sums.shape)
        # Every input of four gets the error of its output.
        for columns in self._every_second:
            np.copyto(columns, errors)
        np.copyto(self._input_errors, self._row_errors)
        return self._input_errors.reshape(len(errors), *(2 * n for n in errors.shape[1:]))


class MaxPooling:
    """Of each four inputs the largest, with nothing to train."""

    def __init__(self, inputs: Array) -> None:
        """Make the arrays; inputs: float32 [maps, side, side]."""
        maps, side, _ = inputs.shape
        self._quarters = [inputs[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]  # each [maps, side / 2, side / 2]
        self.outputs = np.zeros((maps, side // 2, side // 2), np.float32)
        self._input_errors = np.zeros((maps, side, side), np.float32)
        self._error_quarters = [self._input_errors[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        self._free = np.zeros(self.outputs.shape, bool)

    def forward(self) -> None:
        first, second, third, fourth = self._quarters
        np.maximum(first, second, out=self.outputs)
        np.maximum(self.outputs, third, out=self.outputs)
        np.maximum(self.outputs, fourth, out=self.outputs)

    def backward(self, errors: Array, order: Order) -> Array:
        self._free.fill(True)  # the outputs whose error no input has got yet
        for quarter, error_quarter in zip(self._quarters, self._error_quarters, strict=True):
            chosen = (quarter == self.outputs) & self._free  # of equal ones the first
            np.multiply(errors, chosen, out=error_quarter)
            self._free ^= chosen
        return self._input_errors


def layer_of(
    sized: SizedLayer,
    inputs: Array,
    weight: Array,
    bias: Array,
    gradients: tuple[Array, Array],
    first: bool,
    max_pooling: bool,
) -> WindowConvolution | FullConvolution | TrainableSubsampling | MaxPooling:
    """The arrays of a layer, before f.

    Args:
        sized: the layer with its sizes.
        inputs: the outputs of the layer below, float32 [maps_in, side_in, side_in].
        weight: its weights, as torch shapes them.
        bias: its biases, float32 [maps_out].
        gradients: where the derivatives of weight and bias go, as they are shaped.
        first: whether no layer below asks for an error.
        max_pooling: whether layers that halve take the largest of four inputs.

    Raises:
        PosteyeError: when max-pooling is asked for maps that look at chosen ones.
    """
    if isinstance(sized.layer, Convolution):
        kind = FullConvolution if sized.side_out == 1 else WindowConvolution
        return kind(inputs, weight, bias, gradients, first)
    if not max_pooling:
        return TrainableSubsampling(inputs, sized.layer.parents, weight, bias, gradients)
    if sized.layer.parents is not None:
        raise PosteyeError("max-pooling takes each map from the one below; use a plan whose sub-sampling does so")
    return MaxPooling(inputs)
