"""Quantization-aware training: the scanner as int8 kernels will compute it, differentiable.

Activations: int8 per tensor, scale from a running maximum. Weights: int8 per output channel, symmetric, scale
max|w| / 127. Biases: int32 at scale (input scale * weight scale). Batch normalisation is folded once, before
this stage starts from a trained float net.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from train.model import SHAPES, ConvShape, ScanningLeNet, columns

INPUT_SCALE = 1 / 255
INPUT_ZERO_POINT = -128
_SMALLEST_SCALE = 1e-8
_SMALLEST_WEIGHT_SCALE = 1e-6  # of a channel that died; a smaller one would push its bias out of int32


class ActivationQuantizer(nn.Module):
    """Rounds a tensor to an int8 grid whose range follows the data while `observing` is true."""

    scale: Tensor
    zero_point: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, momentum: float = 0.02) -> None:
        super().__init__()
        self.momentum = momentum
        self.observing = True
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("zero_point", torch.zeros((), dtype=torch.int32))
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    def _observe(self, x: Tensor) -> None:
        low, high = x.min().clamp(max=0.0), x.max().clamp(min=0.0)
        first = bool(self.high == 0) and bool(self.low == 0)
        rate = 1.0 if first else self.momentum
        self.low += rate * (low - self.low)
        self.high += rate * (high - self.high)
        self.scale.copy_(((self.high - self.low) / 255).clamp(min=_SMALLEST_SCALE))
        self.zero_point.copy_((-128 - self.low / self.scale).round().clamp(-128, 127).to(torch.int32))

    def forward(self, x: Tensor) -> Tensor:
        if self.training and self.observing:
            with torch.no_grad():
                self._observe(x)
        return torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero_point, -128, 127)


class QuantConv(nn.Module):
    """A convolution with int8 weights, an int32 bias and a quantised output; `relu` fuses into the output's range."""

    def __init__(self, weight: Tensor, bias: Tensor, shape: ConvShape, relu: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach().clone())
        self.bias = nn.Parameter(bias.detach().clone())
        self.shape = shape
        self.relu = relu
        self.output = ActivationQuantizer()

    def weight_scale(self) -> Tensor:
        """Scale of each output channel, float32 [channels]."""
        return (self.weight.detach().abs().amax(dim=(1, 2, 3)) / 127).clamp(min=_SMALLEST_WEIGHT_SCALE)

    def integers(self, input_scale: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Weights int8 [out, in, h, w] with their scales, and bias int32 [out] with its scales."""
        scale = self.weight_scale()
        weight = (self.weight.detach() / scale.view(-1, 1, 1, 1)).round().clamp(-127, 127).to(torch.int8)
        bias_scale = input_scale * scale
        bias = (self.bias.detach().double() / bias_scale.double()).round().to(torch.int32)
        return weight, scale, bias, bias_scale

    def snap(self, input_scale: Tensor) -> None:
        """Move weights and bias onto their integer grids, so that training arithmetic and integers agree exactly."""
        weight, scale, bias, bias_scale = self.integers(input_scale)
        with torch.no_grad():
            self.weight.copy_(weight * scale.view(-1, 1, 1, 1))
            self.bias.copy_(bias * bias_scale)

    def forward(self, x: Tensor, input_scale: Tensor) -> Tensor:
        scale = self.weight_scale()
        zeros = torch.zeros_like(scale, dtype=torch.int32)
        weight = torch.fake_quantize_per_channel_affine(self.weight, scale, zeros, 0, -127, 127)
        bias_scale = input_scale * scale
        rounded = (self.bias / bias_scale).round() * bias_scale
        bias = self.bias + (rounded - self.bias).detach()  # straight-through: the gradient ignores the rounding
        x = functional.conv2d(x, weight, bias, self.shape.stride, self.shape.padding)
        return self.output(torch.relu(x) if self.relu else x)


class QuantScanner(nn.Module):
    """The scanner with every tensor on its integer grid: strips [batch, 1, 32, W] -> logits [batch, W / 2, classes]."""

    input_scale: Tensor
    input_zero_point: Tensor

    def __init__(self, source: ScanningLeNet) -> None:
        super().__init__()
        self.channels = source.channels
        layers = []
        for conv, norm, shape in zip(source.convs, source.norms, SHAPES, strict=True):
            assert (
                isinstance(conv, nn.Conv2d)
                and isinstance(norm, nn.BatchNorm2d)
                and norm.running_var is not None
                and norm.running_mean is not None
            )
            gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight = conv.weight * gain.view(-1, 1, 1, 1)
            layers.append(QuantConv(weight, norm.bias - norm.running_mean * gain, shape, relu=True))
        head_bias = source.head.bias
        assert head_bias is not None
        layers.append(QuantConv(source.head.weight, head_bias, ConvShape((1, 1), (1, 1), (0, 0)), relu=False))
        self.layers = nn.ModuleList(layers)
        self.register_buffer("input_scale", torch.tensor(INPUT_SCALE))
        self.register_buffer("input_zero_point", torch.tensor(INPUT_ZERO_POINT, dtype=torch.int32))

    def convs(self) -> Iterator[QuantConv]:
        """The layers, typed."""
        for layer in self.layers:
            assert isinstance(layer, QuantConv)
            yield layer

    def head_map(self, strips: Tensor) -> Tensor:
        """The classifier's quantised map [batch, sub-columns * classes, 1, W / 4], as the int8 model puts it out."""
        scale = self.input_scale
        x = torch.fake_quantize_per_tensor_affine(strips, scale, self.input_zero_point, -128, 127)
        for layer in self.convs():
            x = layer(x, scale)
            scale = layer.output.scale
        return x

    def forward(self, strips: Tensor) -> Tensor:
        return columns(self.head_map(strips))

    def observe(self, on: bool) -> None:
        """Let the activation ranges follow the data, or hold them."""
        for layer in self.convs():
            layer.output.observing = on

    def finish(self) -> None:
        """Put the net into the state that is exported: evaluation mode, weights and biases on their grids."""
        self.eval()
        scale = self.input_scale
        for layer in self.convs():
            layer.snap(scale)
            scale = layer.output.scale


def empty_quant_scanner(channels: tuple[int, ...]) -> QuantScanner:
    """A scanner of the right shape to load a saved state into."""
    return QuantScanner(ScanningLeNet(channels))
