"""A net of a plan run forwards and backwards on one pattern at a time, by hand and with buffers made once.

Autograd costs more than the arithmetic of a net this small: LeNet-5 takes some 0.3 ms a pattern here.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from train.lenet1998.losses import Head
from train.lenet1998.model import Convolution, LeNet, Placed
from train.lenet1998.per_sample_layers import Array, Block, Order, Squash, block_of


class OnePattern:
    """A net for one pattern at a time. parameters, gradient: float32 [parameters], all layers' in one row.

    trainable: bool [parameters], false where a table leaves a connection out. largest: the layers that halve take the
    largest of four in place of the trainable sum and f; their parameters are left out.
    """

    def __init__(self, net: LeNet, head: Head, largest: bool = False) -> None:
        self._head = head
        self._theirs = [p for pair in zip(net.weights, net.biases, strict=True) for p in pair]
        shapes = [tuple(theirs.shape) for theirs in self._theirs]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        self.parameters = np.concatenate([theirs.detach().numpy().ravel() for theirs in self._theirs])
        self.gradient = np.zeros_like(self.parameters)
        self._parts = [p.reshape(s) for p, s in zip(np.split(self.parameters, ends[:-1]), shapes, strict=True)]
        slots = [g.reshape(s) for g, s in zip(np.split(self.gradient, ends[:-1]), shapes, strict=True)]
        self.trainable = np.concatenate([_trainable(place, largest) for place in net.places])
        self.image = np.zeros((1, net.plan.side, net.plan.side), np.float32)
        self._blocks: list[Block] = []
        inputs = self.image
        for number, place in enumerate(net.places):
            weight, bias = self._parts[2 * number : 2 * number + 2]
            gradients = (slots[2 * number], slots[2 * number + 1])
            block = block_of(place, inputs, weight, bias, gradients, number == 0, largest)
            inputs = block.outputs
            self._blocks.append(block)
            if place.layer.squash if isinstance(place.layer, Convolution) else not largest:
                self._blocks.append(Squash(inputs))
        self._outputs = inputs.reshape(-1)

    def give(self) -> None:
        """Write the parameters back into the torch net."""
        with torch.no_grad():
            for part, theirs in zip(self._parts, self._theirs, strict=True):
                theirs.copy_(torch.from_numpy(part))

    def answer(self, images: Array) -> Array:
        """Class scores (minus the head's penalties) float32 [n, classes] of images [n, side, side]."""
        outputs = np.empty((len(images), len(self._outputs)), np.float32)
        for image, kept in zip(images, outputs, strict=True):
            np.copyto(self.image[0], image)
            for block in self._blocks:
                block.forward()
            np.copyto(kept, self._outputs)
        return -self._head.penalties(outputs)

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


def _trainable(place: Placed, largest: bool) -> NDArray[np.bool_]:
    if isinstance(place.layer, Convolution):
        weights = place.mask().repeat_interleave(place.window**2, 1).reshape(-1).numpy()
        return np.concatenate([weights, np.ones(place.maps_out, bool)])
    return np.full(2 * place.maps_out, not largest)
