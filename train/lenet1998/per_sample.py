"""A net of a plan run forwards and backwards on one sample at a time, by hand and with buffers made once.

Autograd costs more than the arithmetic of a net this small: LeNet-5 takes some 0.3 ms a sample here.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from train.lenet1998.losses import Head
from train.lenet1998.model import Convolution, LeNet, SizedLayer
from train.lenet1998.per_sample_layers import Array, Order, PerSampleLayer, ScaledTanh, layer_of


class PerSampleNet:
    """A net for one sample at a time.

    Attributes:
        parameters: weights and biases of all layers in one row, float32 [parameters].
        gradient: what `derive` left, float32 [parameters].
        trainable: bool [parameters], false where a table leaves a connection out.
        image: the input, float32 [1, side, side].
    """

    def __init__(self, net: LeNet, head: Head, max_pooling: bool = False) -> None:
        """Take over a net's parameters.

        Args:
            net: the torch net; it is not changed before `write_back`.
            head: what turns outputs into penalties and losses.
            max_pooling: the layers that halve take the largest of four in place of the trainable sum and f; their
                parameters are left out.
        """
        self._head = head
        self._torch_parameters = [p for pair in zip(net.weights, net.biases, strict=True) for p in pair]
        shapes = [tuple(parameter.shape) for parameter in self._torch_parameters]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

        # One row of parameters and one of derivatives, and views of them as each layer shapes its own.
        self.parameters = np.concatenate([p.detach().numpy().ravel() for p in self._torch_parameters])
        self.gradient = np.zeros_like(self.parameters)
        self._parts = [p.reshape(s) for p, s in zip(np.split(self.parameters, ends[:-1]), shapes, strict=True)]
        slots = [g.reshape(s) for g, s in zip(np.split(self.gradient, ends[:-1]), shapes, strict=True)]
        self.trainable = np.concatenate([_trainable(sized, max_pooling) for sized in net.sized_layers])

        # The layers, each on the outputs of the one below.
        self.image = np.zeros((1, net.plan.side, net.plan.side), np.float32)
        self._layers: list[PerSampleLayer] = []
        inputs = self.image
        for number, sized in enumerate(net.sized_layers):
            weight, bias = self._parts[2 * number : 2 * number + 2]
            gradients = (slots[2 * number], slots[2 * number + 1])
            layer = layer_of(sized, inputs, weight, bias, gradients, number == 0, max_pooling)
            inputs = layer.outputs
            self._layers.append(layer)
            if sized.layer.squash if isinstance(sized.layer, Convolution) else not max_pooling:
                self._layers.append(ScaledTanh(inputs))
        self._outputs = inputs.reshape(-1)

    def write_back(self) -> None:
        """Write the parameters back into the torch net."""
        with torch.no_grad():
            for part, parameter in zip(self._parts, self._torch_parameters, strict=True):
                parameter.copy_(torch.from_numpy(part))

    def scores(self, images: Array) -> Array:
        """Class scores (minus the head's penalties) float32 [n, classes] of images [n, side, side]."""
        outputs = np.empty((len(images), len(self._outputs)), np.float32)
        for image, kept in zip(images, outputs, strict=True):
            np.copyto(self.image[0], image)
            for layer in self._layers:
                layer.forward()
            np.copyto(kept, self._outputs)
        return -self._head.penalties(outputs)

    def derive(self, image: Array, label: int, order: Order) -> float:
        """Loss of one sample; its first or second derivatives go into `gradient`.

        Args:
            image: float32 [side, side].
            label: its class.
            order: which derivatives.
        """
        np.copyto(self.image[0], image)
        for layer in self._layers:
            layer.forward()
        loss, first, second = self._head.derivatives(self._outputs, label)
        errors = (first if order == 1 else second).reshape(-1, 1, 1)  # [units, 1, 1]
        for layer in reversed(self._layers):
            errors = layer.backward(errors, order)
        return loss


def _trainable(sized: SizedLayer, max_pooling: bool) -> NDArray[np.bool_]:
    """Which of a layer's parameters are trained, bool [parameters of the layer]."""
    if isinstance(sized.layer, Convolution):
        weights = sized.mask().repeat_interleave(sized.window**2, 1).reshape(-1).numpy()
        return np.concatenate([weights, np.ones(sized.maps_out, bool)])
    return np.full(2 * sized.maps_out, not max_pooling)
