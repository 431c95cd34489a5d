"""The locator's net: fully convolutional, from a view of 320 x 240 px to a map of cells of 16 px (FashionNet's plan).

Liu et al., "DeepFashion" (CVPR 2016): a net that finds landmarks with their visibility first, so that the pixels of the
thing itself can be pooled through them. Here the landmarks are the corners of numbers. Long thin kernels let a cell see
most of the piece at a small price: where a number stands says more of its role than its few pixels.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from device_runtime.piece.locator.grid import NONE, OUTPUTS, SUB_CELLS, SUB_OUTPUTS
from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX
from train.scanner.model import ConvShape
from train.scanner.quantization import OUTPUT_SCALE, POINT, ActivationQuantizer, QuantChain, QuantConv, folded

SHAPES = (
    ConvShape((5, 5), (2, 2), (2, 2)),
    ConvShape((3, 3), (2, 2), (1, 1)),
    ConvShape((3, 3), (2, 2), (1, 1)),
    ConvShape((3, 3), (2, 2), (1, 1)),
    ConvShape((1, 9), (1, 1), (0, 4)),
    ConvShape((9, 1), (1, 1), (4, 0)),
    ConvShape((3, 3), (1, 1), (1, 1)),
)
CHANNELS = (8, 12, 24, 48, 40, 40, 40)
_RARE = 4.0  # nats by which "none" starts ahead: few sub-cells hold a number


class LocatorNet(nn.Module):
    """Float net: views float32 [batch, 1, 240, 320], 0..255/256 -> map [batch, OUTPUTS, 15, 20]."""

    def __init__(self, channels: tuple[int, ...] = CHANNELS) -> None:
        """Raises ValueError when there are not as many channel numbers as layers."""
        super().__init__()
        if len(channels) != len(SHAPES):
            raise ValueError(f"{len(channels)} numbers of channels for a net of {len(SHAPES)} layers")
        sizes = (1, *channels)
        self.channels = channels
        self.convs = nn.ModuleList(
            nn.Conv2d(sizes[i], sizes[i + 1], s.kernel, s.stride, s.padding, bias=False) for i, s in enumerate(SHAPES)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for c in channels)
        self.head = nn.Conv2d(channels[-1], OUTPUTS, 1)
        assert self.head.bias is not None
        with torch.no_grad():
            self.head.bias.zero_()
            for sub in range(SUB_CELLS * SUB_CELLS):
                self.head.bias[sub * SUB_OUTPUTS + NONE] = _RARE

    def forward(self, views: Tensor) -> Tensor:
        x = views
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = torch.relu(norm(conv(x)))
        found: Tensor = self.head(x)
        return found


class QuantLocator(QuantChain):
    """The net with every tensor on its integer grid, differentiable."""

    def __init__(self, source: LocatorNet) -> None:
        """Fold a trained float net's batch normalisation into its convolutions."""
        layers = [folded(*parts) for parts in zip(source.convs, source.norms, SHAPES, strict=True)]
        assert source.head.bias is not None
        output = ActivationQuantizer(OUTPUT_SCALE)
        super().__init__([*layers, QuantConv(source.head.weight, source.head.bias, POINT, relu=False, output=output)])
        self.channels = source.channels

    def forward(self, views: Tensor) -> Tensor:
        return self.head_map(views)


def empty_quant_locator(channels: tuple[int, ...]) -> QuantLocator:
    """A net of the right shape to load a saved state into."""
    return QuantLocator(LocatorNet(channels))


def receptive_field_px() -> tuple[int, int]:
    """How many rows and columns of the view decide a cell."""
    rows = columns = step = 1
    for shape in SHAPES:
        rows, columns = rows + (shape.kernel[0] - 1) * step, columns + (shape.kernel[1] - 1) * step
        step *= shape.stride[0]
    return rows, columns


def products(channels: tuple[int, ...] = CHANNELS) -> int:
    """Multiply-accumulates for a view."""
    return sum(rows * columns * weights for rows, columns, weights in _layers(channels))


def _layers(channels: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """Rows and columns of each layer's map, and how many weights the layer has."""
    rows, columns, before = HEIGHT_PX, WIDTH_PX, 1
    for shape, after in zip((*SHAPES, POINT), (*channels, OUTPUTS), strict=True):
        rows, columns = -(-rows // shape.stride[0]), -(-columns // shape.stride[1])
        yield rows, columns, shape.kernel[0] * shape.kernel[1] * before * after
        before = after
