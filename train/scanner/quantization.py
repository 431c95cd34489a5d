"""Quantization-aware training: the scanner as int8 kernels will compute it, differentiable.

Activations are int8 per tensor, weights int8 per output channel and symmetric, biases int32 at scale (input scale *
weight scale). Batch normalisation is folded once, before this stage starts from a trained float net.

The grids are chosen so that every kernel gives the same bits. Kernels differ in how they rescale an int32 sum to int8:
gemmlowp's round twice, XNNPACK's and ONNX Runtime's once in float32, and they break ties in different ways. Here all
scales are powers of two, weights are multiples of 4 and biases are 2 modulo 4. So every sum is 2 modulo 4: halving it
is exact, and no sum lies on a tie, whatever a kernel does with ties. The price is 6 bits a weight instead of 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional

from train.scanner.model import CLASSES, INPUT_SCALE, SHAPES, SUB_COLUMNS, ConvShape, ScanningLeNet, columns

INPUT_ZERO_POINT = -128
OUTPUT_SCALE = 0.25  # nats a step; logits beyond +-32 are cut, where nothing is left to decide
WEIGHT_STEP = 4
LARGEST_WEIGHT = 31  # steps; 31 * 4 = 124 of int8's 127
BIAS_REMAINDER = 2  # modulo WEIGHT_STEP
LARGEST_RESCALE = 1 / 8  # of a sum to int8: below, a sum that is 2 modulo 4 is never on a tie
_SMALLEST_SCALE = 2.0**-16  # of a map or channel that died; a smaller one would push biases out of int32
_TOLERATED_CUT = 0.25  # octaves: a range a little over a power of two is cut, not given twice the room


def power_of_two(scale: Tensor) -> Tensor:
    """The power of two that serves for a scale: the next above, or the one below when that cuts little."""
    return torch.exp2(torch.ceil(torch.log2(scale.clamp(min=_SMALLEST_SCALE)) - _TOLERATED_CUT))


def extremes(x: Tensor) -> tuple[Tensor, Tensor]:
    """The least and the greatest value of a tensor; where several ranks train together, of all their tensors."""
    least, greatest = x.min(), x.max()
    if not (distributed.is_available() and distributed.is_initialized()):
        return least, greatest
    both = torch.stack([-least, greatest])  # [2]: one maximum serves for both
    distributed.all_reduce(both, distributed.ReduceOp.MAX)
    return -both[0], both[1]


class ActivationQuantizer(nn.Module):
    """Rounds a tensor to an int8 grid whose range follows the data while `observing` is true.

    Attributes:
        momentum: how fast the range follows, of the difference a batch.
        fixed: whether the grid is kept instead.
        observing: whether the range follows in training.
        scale: real value of one step, float32 [].
        zero_point: integer of the real value 0, int32 [].
        low: lower end of the range, float32 [].
        high: upper end of the range, float32 [].
    """

    scale: Tensor
    zero_point: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, fixed_scale: float | None = None, zero_point: int = 0, momentum: float = 0.02) -> None:
        """Begin with an empty range.

        Args:
            fixed_scale: scale of a grid to keep; None lets it follow the data.
            zero_point: of that grid.
            momentum: how fast the range follows.
        """
        super().__init__()
        self.momentum = momentum
        self.fixed = fixed_scale is not None
        self.observing = True
        self.register_buffer("scale", torch.tensor(fixed_scale or 1.0))
        self.register_buffer("zero_point", torch.tensor(zero_point, dtype=torch.int32))
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    def _observe(self, x: Tensor) -> None:
        """Move the range towards the extremes of a batch, and the grid with it."""
        least, greatest = extremes(x)
        low, high = least.clamp(max=0.0), greatest.clamp(min=0.0)
        first = bool(self.high == 0) and bool(self.low == 0)
        rate = 1.0 if first else self.momentum
        self.low += rate * (low - self.low)
        self.high += rate * (high - self.high)
        self.scale.copy_(power_of_two((self.high - self.low) / 255))
        self.zero_point.copy_((-128 - self.low / self.scale).round().clamp(-128, 127).to(torch.int32))

    def forward(self, x: Tensor) -> Tensor:
        if self.training and self.observing and not self.fixed:
            with torch.no_grad():
                self._observe(x)
        return torch.fake_quantize_per_tensor_affine(x, self.scale, self.zero_point, -128, 127)


class QuantConv(nn.Module):
    """A convolution with int8 weights, an int32 bias and a quantised output."""

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor,
        shape: ConvShape,
        relu: bool,
        output: ActivationQuantizer | None = None,
        groups: int = 1,
    ) -> None:
        """Begin with the weights of a float layer.

        Args:
            weight: float32 [out, in, rows, columns].
            bias: float32 [out].
            shape: kernel, stride and padding.
            relu: whether a ReLU follows; it fuses into the output's range.
            output: the grid of what it gives; None lets it follow the data.
            groups: 1, or one for each channel.
        """
        super().__init__()
        self.weight = nn.Parameter(weight.detach().clone())
        self.bias = nn.Parameter(bias.detach().clone())
        self.shape = shape
        self.relu = relu
        self.groups = groups
        self.output = output or ActivationQuantizer()

    def _step(self) -> Tensor:
        """Real value of WEIGHT_STEP in each output channel, float32 [channels].

        Chosen for the largest weight as it will be rounded: a snapped channel must give its own step again.
        """
        largest = self.weight.detach().abs().amax(dim=(1, 2, 3))  # [out]
        step = power_of_two(largest / LARGEST_WEIGHT)
        rounded = (largest / step).round().clamp(max=LARGEST_WEIGHT) * step
        return power_of_two(rounded / LARGEST_WEIGHT)

    def integers(self, input_scale: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What the integer kernels compute with.

        Args:
            input_scale: of the layer's input, float32 [].

        Returns:
            Weights int8 [out, in, rows, columns], their scales float32 [out], bias int32 [out], its scales [out].
        """
        step = self._step()  # [out]
        steps = (self.weight.detach() / step.view(-1, 1, 1, 1)).round().clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT)
        scale = step / WEIGHT_STEP
        bias_scale = input_scale * scale
        bias = _round_bias(self.bias.detach(), bias_scale)
        return (WEIGHT_STEP * steps).to(torch.int8), scale, bias, bias_scale

    def snap(self, input_scale: Tensor) -> None:
        """Move weights and bias onto their integer grids, so that training arithmetic and integers agree exactly."""
        weight, scale, bias, bias_scale = self.integers(input_scale)
        with torch.no_grad():
            self.weight.copy_(weight * scale.view(-1, 1, 1, 1))
            self.bias.copy_(bias * bias_scale)

    def finish(self, input_scale: Tensor) -> None:
        """Snap, and raise ValueError when the sums would need too little rescaling for the kernels to agree."""
        self.snap(input_scale)
        rescale = self.integers(input_scale)[3] / self.output.scale
        if bool((rescale > LARGEST_RESCALE).any()):
            raise ValueError(f"a layer rescales its sums by {float(rescale.max())}; at most {LARGEST_RESCALE} is exact")

    def forward(self, x: Tensor, input_scale: Tensor) -> Tensor:
        # Weights on their grid, with a gradient for those that are not cut.
        step = self._step()  # [out]
        zeros = torch.zeros_like(step, dtype=torch.int32)
        weight = torch.fake_quantize_per_channel_affine(self.weight, step, zeros, 0, -LARGEST_WEIGHT, LARGEST_WEIGHT)
        # The bias on its grid. Straight-through: the gradient ignores the rounding.
        bias_scale = input_scale * step / WEIGHT_STEP  # [out]
        rounded = _round_bias(self.bias.detach(), bias_scale) * bias_scale
        bias = self.bias + (rounded - self.bias).detach()
        x = functional.conv2d(x, weight, bias, self.shape.stride, self.shape.padding, groups=self.groups)
        return self.output(torch.relu(x) if self.relu else x)


POINT = ConvShape((1, 1), (1, 1), (0, 0))


def _centered_head(head: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """The classifier's weight and bias with the mean over the classes taken off, which no softmax notices."""
    assert head.bias is not None
    weight = head.weight.detach().reshape(SUB_COLUMNS, CLASSES, -1)  # [sub-columns, classes, channels]
    bias = head.bias.detach().reshape(SUB_COLUMNS, CLASSES)
    weight = weight - weight.mean(dim=1, keepdim=True)
    bias = bias - bias.mean(dim=1, keepdim=True)
    return weight.reshape(head.weight.shape), bias.reshape(-1)


def _round_bias(bias: Tensor, scale: Tensor) -> Tensor:
    """The nearest int32 that is BIAS_REMAINDER modulo WEIGHT_STEP; bias and scale: float32 [channels]."""
    steps = ((bias.double() / scale.double() - BIAS_REMAINDER) / WEIGHT_STEP).round()
    return (WEIGHT_STEP * steps + BIAS_REMAINDER).to(torch.int32)


def folded(conv: nn.Module, norm: nn.Module, shape: ConvShape) -> QuantConv:
    """A trained convolution with the batch normalisation behind it folded in, and a ReLU after it.

    Args:
        conv: nn.Conv2d without a bias.
        norm: nn.BatchNorm2d that has seen data.
        shape: of the convolution.
    """
    assert (
        isinstance(conv, nn.Conv2d)
        and isinstance(norm, nn.BatchNorm2d)
        and norm.running_var is not None
        and norm.running_mean is not None
    )
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)  # [out]
    weight = conv.weight * gain.view(-1, 1, 1, 1)
    return QuantConv(weight, norm.bias - norm.running_mean * gain, shape, relu=True)


class QuantChain(nn.Module):
    """Quantised convolutions in a row, from pixels to a map of scores."""

    input_scale: Tensor
    input_zero_point: Tensor

    def __init__(self, layers: Iterable[QuantConv]) -> None:
        """Take the layers, each of which takes what the one before gives."""
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.register_buffer("input_scale", torch.tensor(INPUT_SCALE))
        self.register_buffer("input_zero_point", torch.tensor(INPUT_ZERO_POINT, dtype=torch.int32))

    def convs(self) -> Iterator[QuantConv]:
        """The layers, typed."""
        for layer in self.layers:
            assert isinstance(layer, QuantConv)
            yield layer

    def head_map(self, pixels: Tensor) -> Tensor:
        """The last layer's quantised map [batch, outputs, rows, columns], as the int8 model puts it out."""
        scale = self.input_scale
        x = torch.fake_quantize_per_tensor_affine(pixels, scale, self.input_zero_point, -128, 127)
        for layer in self.convs():  # x: [batch, channels, rows, columns], scale: that of its grid
            x = layer(x, scale)
            scale = layer.output.scale
        return x

    def observe(self, on: bool) -> None:
        """Let the activation ranges follow the data, or hold them."""
        for layer in self.convs():
            layer.output.observing = on

    def finish(self) -> None:
        """Put the net into the state that is exported: evaluation mode, weights and biases on their grids.

        Raises ValueError when a layer's sums would need too little rescaling for the kernels to agree.
        """
        self.eval()
        scale = self.input_scale
        for layer in self.convs():
            layer.finish(scale)
            scale = layer.output.scale


class QuantScanner(QuantChain):
    """The scanner with every tensor on its integer grid: strips [batch, 1, 32, W] -> logits [batch, W / 2, classes]."""

    def __init__(self, source: ScanningLeNet) -> None:
        """Fold a trained float net's batch normalisation into its convolutions."""
        layers = [folded(*parts) for parts in zip(source.convs, source.norms, SHAPES, strict=True)]
        head = QuantConv(*_centered_head(source.head), POINT, relu=False, output=ActivationQuantizer(OUTPUT_SCALE))
        super().__init__([*layers, head])
        self.channels = source.channels

    def forward(self, strips: Tensor) -> Tensor:
        return columns(self.head_map(strips))


def empty_quant_scanner(channels: tuple[int, ...]) -> QuantScanner:
    """A scanner of the right shape to load a saved state into."""
    return QuantScanner(ScanningLeNet(channels))
