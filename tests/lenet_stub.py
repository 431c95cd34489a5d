"""A LeNet-5 with random weights whose outputs lie between the codes of several digits, and what becomes of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from convert.lenet5.gate import LenetModel, convert_lenet
from train.lenet1998.model import LENET_5, LeNet
from train.lenet1998.quantization import QuantLeNet
from train.lenet1998.rbf import digit_codes


def random_digits(count: int, seed: int) -> NDArray[np.uint8]:
    """Grey bars on speckled paper, uint8 [count, 28, 28]."""
    random = np.random.default_rng(seed)
    digits = random.integers(0, 40, (count, 28, 28)).astype(np.uint8)
    for digit in digits:
        for _ in range(3):
            top, left = random.integers(0, 24, 2)
            height, width = random.integers(2, 20, 2)
            digit[top : top + height, left : left + width] = random.integers(60, 256)
    return digits


def make_lenet() -> LeNet:
    """Untrained, with penalties of all sizes: its outputs lie between five, six and eight."""
    net = LeNet(LENET_5, seed=3)
    with torch.no_grad():
        for weights in net.weights:
            weights.mul_(0.7 * (weights[0].count_nonzero() + 1) ** 0.5)  # else sums vanish in a few layers
        net.biases[-1].copy_(0.9 * torch.from_numpy(digit_codes()[[5, 6, 8]]).mean(0))
    return net


def make_quantized() -> QuantLeNet:
    """The same net, finished on its integer grids."""
    net = QuantLeNet(make_lenet())
    net.finish()
    return net


@cache
def converted() -> LenetModel:
    """The same net as ONNX and TFLite, made once for all tests of a run."""
    return convert_lenet(make_quantized())
