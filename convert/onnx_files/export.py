"""Quantization-aware scanner -> ONNX with QuantizeLinear and DequantizeLinear around every layer."""

from __future__ import annotations

import onnx
import torch
from torch import Tensor, nn

from convert.onnx_files.layers import ExportConv, on_grid, to_onnx
from train.scanner.quantization import QuantConv, QuantScanner

_EXAMPLE_SHAPE = (2, 1, 32, 96)


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
    return to_onnx(_ExportScanner(scanner).eval(), "strips", _EXAMPLE_SHAPE, axes, "head")


class _ExportScanner(nn.Module):
    """The whole scanner in the exporter's terms."""

    input_scale: Tensor
    input_zero_point: Tensor

    def __init__(self, scanner: QuantScanner) -> None:
        super().__init__()
        scale, zero_point = scanner.input_scale, scanner.input_zero_point
        assert isinstance(scale, Tensor) and isinstance(zero_point, Tensor)
        self.register_buffer("input_scale", scale.clone())
        self.register_buffer("input_zero_point", zero_point.to(torch.int8))
        layers: list[ExportConv] = []
        for number, layer in enumerate(scanner.layers):
            assert isinstance(layer, QuantConv)
            layers.append(ExportConv(layer, scale, number))
            scale = layer.output.scale
        self.layers = nn.ModuleList(layers)

    def forward(self, strips: Tensor) -> Tensor:
        x = on_grid(strips, self.input_scale, self.input_zero_point)
        for layer in self.layers:
            x = layer(x)
        return x
