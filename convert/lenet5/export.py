"""Quantization-aware LeNet-5 -> ONNX with explicit quantisation around every layer, Tanh and squared distances too."""

from __future__ import annotations

import onnx
import torch
from torch import Tensor, nn

from convert.onnx_files.layers import ExportConv, on_grid, to_onnx
from train.lenet1998.quantization import QuantLeNet

_EXAMPLE_SHAPE = (2, 1, 32, 48)


def export_lenet(net: QuantLeNet) -> onnx.ModelProto:
    """Write a finished LeNet-5 as ONNX opset 18 with its int8 weights, int32 biases and scales as they are.

    Args:
        net: On its integer grids.

    Returns:
        A graph that takes `strips` float32 [batch, 1, 32, W], ink = 1, W a multiple of 4 from 32 on, and gives
        `penalties` float32 [batch, 10, 1, (W - 32) / 4 + 1].
    """
    axes = {0: torch.export.Dim("batch"), 3: 4 * torch.export.Dim("quarter_width", min=8)}
    return to_onnx(_ExportLeNet(net).eval(), "strips", _EXAMPLE_SHAPE, axes, "penalties")


class _ExportLeNet(nn.Module):
    """The whole net in the exporter's terms."""

    input_scale: Tensor
    input_zero_point: Tensor
    tanh_scale: Tensor
    tanh_zero_point: Tensor
    square_scale: Tensor
    square_zero_point: Tensor

    def __init__(self, net: QuantLeNet) -> None:
        super().__init__()
        layers = [ExportConv(layer, scale, number) for number, (layer, scale) in enumerate(net.convs())]
        self.layers = nn.ModuleList(layers)
        self.row_sums = ExportConv(net.row_sums, net.squares.scale, len(layers))
        self.distances = ExportConv(net.distances, net.tanh_scale, len(layers) + 1)
        self.register_buffer("input_scale", net.input_scale.clone())
        self.register_buffer("input_zero_point", net.input_zero_point.to(torch.int8))
        self.register_buffer("tanh_scale", net.tanh_scale.clone())
        self.register_buffer("tanh_zero_point", torch.zeros((), dtype=torch.int8))
        self.register_buffer("square_scale", net.squares.scale.clone())
        self.register_buffer("square_zero_point", net.squares.zero_point.to(torch.int8))

    def forward(self, strips: Tensor) -> Tensor:
        x = on_grid(strips, self.input_scale, self.input_zero_point)
        for layer in self.layers:
            x = on_grid(torch.tanh(layer(x)), self.tanh_scale, self.tanh_zero_point)
        rows = self.row_sums(on_grid(x * x, self.square_scale, self.square_zero_point))
        joined = on_grid(torch.cat([x, rows], 1), self.tanh_scale, self.tanh_zero_point)
        penalties: Tensor = self.distances(joined)
        return penalties
