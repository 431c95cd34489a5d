"""A shipped bundle back into a scanner that can be trained on: the int8 numbers, read out and copied into its layers.

A bundle holds all that quantization-aware training knows at its end: weights and biases on their integer grids, and the
grid of every map. What it does not hold is what the next grids would have been (the float weights under the integers),
so training goes on from the integers.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch

from device_runtime.bundle import Bundle
from device_runtime.engines.net import Conv, Grid, Net, Pad
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import BundleError
from train.scanner.model import CLASSES, SHAPES, SUB_COLUMNS, ConvShape
from train.scanner.quantization import INPUT_SCALE, INPUT_ZERO_POINT, OUTPUT_SCALE, QuantScanner, empty_quant_scanner

_HEAD = ConvShape((1, 1), (1, 1), (0, 0))


def restore_scanner(bundle: Bundle) -> QuantScanner:
    """The bundle's net as a finished QuantScanner: its scores are the bundle's, bit for bit.

    Its activation ranges are those of the bundle; let it observe only what should move them.

    Raises:
        BundleError: when the model is no scanner of this kind: other layers, other grids, or weights that this training
            would not round to.
    """
    net = read_net(bundle.model)
    convs = _layers(net)
    scanner = empty_quant_scanner(tuple(len(conv.weight) for conv in convs[:-1]))
    scale = scanner.input_scale
    for layer, conv in zip(scanner.convs(), convs, strict=True):
        # TFLite has [out, rows, columns, in], torch [out, in, rows, columns].
        weight = conv.weight.astype(np.float32).transpose(0, 3, 1, 2) * conv.weight_scale[:, None, None, None]
        bias_scale = conv.input.scale * conv.weight_scale.astype(np.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(conv.bias * bias_scale))
            layer.output.scale.fill_(conv.output.scale)
            layer.output.zero_point.fill_(conv.output.zero_point)
            # The range that has this grid, up to what the rounding of scales leaves open.
            layer.output.low.fill_(conv.output.scale * (-128 - conv.output.zero_point))
            layer.output.high.fill_(conv.output.scale * (127 - conv.output.zero_point))
        # What the layer rounds to must be what was read.
        weights, weight_scale, bias, _ = (tensor.numpy() for tensor in layer.integers(scale))
        same = np.array_equal(weights.transpose(0, 2, 3, 1), conv.weight) and np.array_equal(bias, conv.bias)
        _require(bool(same and np.array_equal(weight_scale, conv.weight_scale)), f"{conv.name} is on other grids")
        scale = layer.output.scale
    try:
        scanner.finish()
    except ValueError as error:
        raise BundleError(f"the bundle's model cannot be trained on: {error}") from error
    return scanner


def _layers(net: Net) -> list[Conv]:
    """The convolutions, after a check that they are the scanner's, with its paddings and grids."""
    convs: list[Conv] = []
    padding = (0, 0)
    found: list[tuple[ConvShape, bool]] = []
    for step in net.steps:
        if isinstance(step, Pad):
            _require(
                len(set(step.rows)) == len(set(step.columns)) == 1,
                f"{step.name} is padded unevenly",
            )
            padding = (step.rows[0], step.columns[0])
            continue
        kernel = (step.weight.shape[1], step.weight.shape[2])
        padding = (kernel[0] // 2, kernel[1] // 2) if step.same else padding
        found.append((ConvShape(kernel, step.stride, padding), step.relu))
        convs.append(step)
        padding = (0, 0)
    expected = [(shape, True) for shape in SHAPES] + [(_HEAD, False)]
    _require(found == expected, "its layers are not those of the scanner that `posteye train` trains")
    ends = net.input, net.output, len(convs[-1].weight)
    grids = Grid(INPUT_SCALE, INPUT_ZERO_POINT), Grid(OUTPUT_SCALE, 0), SUB_COLUMNS * CLASSES
    _require(ends == grids, "its input or output is not that of the scanner that `posteye train` trains")
    _require(all(a.output == b.input for a, b in pairwise(convs)), "its layers do not share their grids")
    return convs


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        raise BundleError(f"the bundle's model cannot be trained on: {complaint}; give a bundle of `posteye convert`")
