"""Quantization-aware nets -> ONNX with QuantizeLinear and DequantizeLinear around every layer."""

from __future__ import annotations

import onnx
import torch
from torch import Tensor, nn

from convert.onnx_files.layers import ExportConv, on_grid, to_onnx
from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX
from train.locator.model import QuantLocator
from train.scanner.quantization import QuantChain, QuantScanner

_EXAMPLE_SHAPE = (2, 1, 32, 96)
_EXAMPLE_VIEWS = (2, 1, HEIGHT_PX, WIDTH_PX)


def export_onnx(scanner: QuantScanner) -> onnx.ModelProto:
    """Write a finished scanner as ONNX opset 18 with its int8 weights, int32 biases and scales as they are.

    Args:
        scanner: On its integer grids.

    Returns:
        A graph that takes `strips` float32 [batch, 1, 32, W], ink = 1, W a multiple of 4, and gives `head` float32
        [batch, sub-columns * classes, 1, W / 4].

    Raises:
        ConvertError: When a layer never saw data or has an impossible bias.
    """
    axes = {0: torch.export.Dim("batch"), 3: 4 * torch.export.Dim("quarter_width", min=2)}
    return to_onnx(_ExportChain(scanner).eval(), "strips", _EXAMPLE_SHAPE, axes, "head")


def export_locator(net: QuantLocator) -> onnx.ModelProto:
    """Write a finished locator in the same way.

    Args:
        net: On its integer grids.

    Returns:
        A graph that takes `views` float32 [batch, 1, 240, 320], 0..255/256, and gives `head` float32 [batch, outputs,
        15, 20].

    Raises:
        ConvertError: When a layer never saw data or has an impossible bias.
    """
    return to_onnx(_ExportChain(net).eval(), "views", _EXAMPLE_VIEWS, {0: torch.export.Dim("batch")}, "head")


class _ExportChain(nn.Module):
    """A whole net in the exporter's terms."""

    input_scale: Tensor
    input_zero_point: Tensor

    def __init__(self, net: QuantChain) -> None:
        super().__init__()
        scale = net.input_scale
        self.register_buffer("input_scale", scale.clone())
        self.register_buffer("input_zero_point", net.input_zero_point.to(torch.int8))
        layers: list[ExportConv] = []
        for number, layer in enumerate(net.convs()):
            layers.append(ExportConv(layer, scale, number))
            scale = layer.output.scale
        self.layers = nn.ModuleList(layers)

    def forward(self, pixels: Tensor) -> Tensor:
        x = on_grid(pixels, self.input_scale, self.input_zero_point)
        for layer in self.layers:
            x = layer(x)
        return x
