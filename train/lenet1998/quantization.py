"""Quantization-aware training of LeNet-5, RBF units included: every tensor on the grid that int8 kernels compute on.

Three things of the paper are put into other words, with the same function:

* f(a) = A tanh(S a) becomes int8 TANH, whose output grid is fixed (1/128, zero point 0): S goes into the weights before
  it and A into those behind it. So does the input range of -0.1 to 1.175.
* Sub-sampling is a 2 x 2 convolution of stride 2, each map by itself, whose four weights are one coefficient; what
  Table I leaves out of C3 is a weight of 0. Training keeps both so.
* The squared distance of x = A t to a code w of +1 and -1 is A**2 sum(t**2) - 2 A sum(w t) + 84. The squares are added
  row by row of the code's picture (7 each), and the sums stand beside t before a last convolution to the classes.

The last f has A = 7/4 (and the S with f(1) = 1) instead of 1.7159, so that 2 A and A**2 lie on the weights' grid and
the distances are exact but for the rounding of the row sums and of the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from train.lenet1998.model import AMPLITUDE, BACKGROUND, FOREGROUND, SLOPE, Convolution, LeNet, SizedLayer
from train.lenet1998.rbf import CODE_UNITS, COLUMNS, ROWS, digit_codes
from train.scanner.model import ConvShape
from train.scanner.quantization import INPUT_SCALE, INPUT_ZERO_POINT, POINT, ActivationQuantizer, QuantConv

TANH_SCALE = 1 / 128  # TFLite's int8 TANH knows no other
# Before tanh, a step of 1/32 reaches to +-4 and one of 1/64 to +-2, where tanh is 0.96. Layers that saturate need the
# reach, the last one works around +-0.65 and needs the steps.
SUM_SCALE, LAST_SUM_SCALE = 1 / 32, 1 / 64
RBF_AMPLITUDE = 7 / 4
RBF_SLOPE = math.atanh(1 / RBF_AMPLITUDE)
SQUARE_SCALE, SQUARE_ZERO_POINT = 1 / 256, -128  # q * q / 64 is never halfway between two whole numbers
ROW_SHARE = 7 / 32  # of a row's sum of squares (0 to 7) in its int8, about the middle
ROW_MIDDLE = 2.5
PENALTY_SCALE, PENALTY_ZERO_POINT = 0.25, -128  # penalties above 63.75 are cut; halfway between two codes it is 50
_HALVING = ConvShape((2, 2), (2, 2), (0, 0))


class QuantLeNet(nn.Module):
    """A net with RBF units on integer grids: images float32 [n, 1, 32, W] in 0..255/256 -> penalties [n, 10].

    W is 32 px; a wider image (4 px a step) gives penalties at every 4 px from `penalty_map`.
    """

    input_scale: Tensor
    input_zero_point: Tensor
    tanh_scale: Tensor

    def __init__(self, source: LeNet) -> None:
        """source: the float net; its weights are copied. Raises ValueError when it has no RBF units."""
        super().__init__()
        if not source.plan.rbf:
            raise ValueError(f"{source.plan.name} has no RBF units")
        self.plan = source.plan
        parts = list(zip(source.sized_layers, source.weights, source.biases, strict=True))
        layers = [_layer(i, *part, last=i == len(parts) - 1) for i, part in enumerate(parts)]
        self.layers = nn.ModuleList(layers)
        self.row_sums, self.distances = _row_sums(), _distances()
        self.squares = ActivationQuantizer(SQUARE_SCALE, SQUARE_ZERO_POINT)
        self.register_buffer("input_scale", torch.tensor(INPUT_SCALE))
        self.register_buffer("input_zero_point", torch.tensor(INPUT_ZERO_POINT, dtype=torch.int32))
        self.register_buffer("tanh_scale", torch.tensor(TANH_SCALE))

    def convs(self) -> Iterator[tuple[QuantConv, Tensor]]:
        """The trained layers, each with the scale of its input."""
        scale = self.input_scale
        for layer in self.layers:
            assert isinstance(layer, QuantConv)
            yield layer, scale
            scale = self.tanh_scale

    def units(self, images: Tensor) -> Tensor:
        """tanh of the last hidden layer [n, 84, 1, (W - 32) / 4 + 1]; RBF_AMPLITUDE times that are its outputs."""
        zero = torch.zeros((), dtype=torch.int32)
        x = torch.fake_quantize_per_tensor_affine(images, self.input_scale, self.input_zero_point, -128, 127)
        for layer, scale in self.convs():
            x = torch.fake_quantize_per_tensor_affine(torch.tanh(layer(x, scale)), self.tanh_scale, zero, -128, 127)
        return x

    def squared_distances(self, units: Tensor) -> Tensor:
        """Quantised penalties [n, 10, h, w] of units [n, 84, h, w]."""
        rows = self.row_sums(self.squares(units * units), self.squares.scale)  # [n, 12, h, w]
        penalties: Tensor = self.distances(torch.cat([units, rows], 1), self.tanh_scale)
        return penalties

    def penalty_map(self, images: Tensor) -> Tensor:
        """Penalties [n, 10, 1, (W - 32) / 4 + 1] as the int8 model puts them out."""
        return self.squared_distances(self.units(images))

    def forward(self, images: Tensor) -> Tensor:
        return self.penalty_map(images)[:, :, 0, 0]

    def finish(self) -> None:
        """Put the net into the state that is exported: weights and biases on their grids.

        Raises ValueError when a layer's sums would need too little rescaling for the kernels to agree.
        """
        self.eval()
        for layer, scale in self.convs():
            layer.finish(scale)
        self.row_sums.finish(self.squares.scale)
        self.distances.finish(self.tanh_scale)


def _layer(number: int, sized: SizedLayer, weight: Tensor, bias: Tensor, last: bool) -> QuantConv:
    """A layer of the plan with S, A and the input range in its weights.

    Args:
        number: of the layer, from 0.
        sized: the layer with its sizes.
        weight: of the float net: [maps_out, maps_in, window, window], or [maps_out] of a sub-sampling.
        bias: of the float net, [maps_out].
        last: whether it is the layer below the RBF units.
    """
    weight, bias, window = weight.detach(), bias.detach(), sized.window
    gain = AMPLITUDE
    if number == 0:
        gain = (FOREGROUND - BACKGROUND) * 256 / 255
        bias = bias + BACKGROUND * weight.sum((1, 2, 3))
    slope = RBF_SLOPE if last else SLOPE
    output = ActivationQuantizer(LAST_SUM_SCALE if last else SUM_SCALE)
    if isinstance(sized.layer, Convolution):
        shape = ConvShape((window, window), (1, 1), (0, 0))
        conv = QuantConv(gain * slope * weight, slope * bias, shape, False, output)
        mask = sized.mask()[:, :, None, None]  # [maps_out, maps_in, 1, 1]
        conv.weight.register_hook(lambda gradient: gradient * mask)  # zeros stay zeros
        return conv
    if sized.layer.parents is not None:
        raise ValueError("sub-sampling that copies maps has no int8 form here")
    # One coefficient for all four inputs: [maps_out, 1, 2, 2].
    spread = weight[:, None, None, None].expand(-1, 1, window, window)
    conv = QuantConv(gain * slope * spread, slope * bias, _HALVING, False, output, groups=len(weight))
    conv.weight.register_hook(lambda gradient: gradient.sum((2, 3), keepdim=True).expand_as(gradient))  # stay equal
    return conv


def _row_sums() -> QuantConv:
    """Squares of the 84 units -> sums over the picture's rows, on the grid of tanh."""
    weight = torch.zeros(ROWS, CODE_UNITS, 1, 1)  # row r adds the 7 units of the picture's row r
    for row in range(ROWS):
        weight[row, row * COLUMNS : (row + 1) * COLUMNS] = ROW_SHARE
    return _fixed(weight, torch.full((ROWS,), -ROW_SHARE * ROW_MIDDLE), ActivationQuantizer(TANH_SCALE))


def _distances() -> QuantConv:
    """The 84 units and the row sums of their squares -> squared distances to the codes."""
    codes = torch.from_numpy(digit_codes())  # [10, 84]
    squares = torch.full((len(codes), ROWS), RBF_AMPLITUDE**2 / ROW_SHARE)
    weight = torch.cat([-2 * RBF_AMPLITUDE * codes, squares], 1)[:, :, None, None]  # [10, 84 + 12, 1, 1]
    rest = CODE_UNITS + ROWS * ROW_MIDDLE * RBF_AMPLITUDE**2
    return _fixed(weight, torch.full((len(codes),), rest), ActivationQuantizer(PENALTY_SCALE, PENALTY_ZERO_POINT))


def _fixed(weight: Tensor, bias: Tensor, output: ActivationQuantizer) -> QuantConv:
    conv = QuantConv(weight, bias, POINT, False, output)
    conv.requires_grad_(False)
    return conv
