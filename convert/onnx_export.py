"""Quantization-aware scanner -> ONNX with QuantizeLinear and DequantizeLinear around every layer."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from convert.errors import ConvertError
from train.quantization import QuantConv, QuantScanner

OPSET = 18
_LARGEST_BIAS = 2**30  # leaves the kernels' 32-bit sums room for the products
_EXAMPLE_SHAPE = (2, 1, 32, 96)


def export_onnx(scanner: QuantScanner) -> onnx.ModelProto:
    """Write a finished scanner as ONNX opset 18 with its int8 weights, int32 biases and scales as they are.

    The graph takes `strips` float32 [batch, 1, 32, W], ink = 1, W a multiple of 4, and gives `head` float32
    [batch, sub-columns * classes, 1, W / 4]. Raises ConvertError when a layer never saw data or has an impossible bias.
    """
    form = _ExportScanner(scanner).eval()
    width = 4 * torch.export.Dim("quarter_width", min=2)
    with _quiet():
        program = torch.onnx.export(
            form,
            (torch.zeros(_EXAMPLE_SHAPE),),
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes={"strips": {0: torch.export.Dim("batch"), 3: width}},
            input_names=["strips"],
            output_names=["head"],
            optimize=False,  # nothing may be folded: the scales must stay what training found
            verbose=False,
        )
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    _strip_metadata(model)
    onnx.checker.check_model(model, full_check=True)
    return model


class _ExportConv(nn.Module):
    """A layer in the exporter's terms: integer buffers and explicit quantisation."""

    weight: Tensor
    weight_scale: Tensor
    weight_zero_point: Tensor
    bias: Tensor
    bias_scale: Tensor
    bias_zero_point: Tensor
    scale: Tensor
    zero_point: Tensor

    def __init__(self, layer: QuantConv, input_scale: Tensor, number: int) -> None:
        super().__init__()
        if not (layer.output.fixed or layer.output.high > layer.output.low):
            raise ConvertError(f"layer {number} has no range: the scanner was never trained with quantisation on")
        weight, weight_scale, bias, bias_scale = layer.integers(input_scale)
        exact = layer.bias.detach().double() / bias_scale.double()
        if not exact.abs().max() < _LARGEST_BIAS:
            raise ConvertError(f"layer {number} has a bias too large for 32-bit sums: train it with a smaller rate")
        self.shape, self.relu = layer.shape, layer.relu
        self.register_buffer("weight", weight)
        self.register_buffer("weight_scale", weight_scale)
        self.register_buffer("weight_zero_point", torch.zeros_like(weight_scale, dtype=torch.int8))
        self.register_buffer("bias", bias)
        self.register_buffer("bias_scale", bias_scale)
        self.register_buffer("bias_zero_point", torch.zeros_like(bias))
        self.register_buffer("scale", layer.output.scale.clone())
        self.register_buffer("zero_point", layer.output.zero_point.to(torch.int8))

    def forward(self, x: Tensor) -> Tensor:
        weight = _dequantize(self.weight, self.weight_scale, self.weight_zero_point, axis=0)
        bias = _dequantize(self.bias, self.bias_scale, self.bias_zero_point, axis=0)
        x = functional.conv2d(x, weight, bias, self.shape.stride, self.shape.padding)
        return _on_grid(torch.relu(x) if self.relu else x, self.scale, self.zero_point)


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
        layers: list[_ExportConv] = []
        for number, layer in enumerate(scanner.layers):
            assert isinstance(layer, QuantConv)
            layers.append(_ExportConv(layer, scale, number))
            scale = layer.output.scale
        self.layers = nn.ModuleList(layers)

    def forward(self, strips: Tensor) -> Tensor:
        x = _on_grid(strips, self.input_scale, self.input_zero_point)
        for layer in self.layers:
            x = layer(x)
        return x


def _on_grid(x: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
    inputs = (x, scale, zero_point)
    q = torch.onnx.ops.symbolic("QuantizeLinear", inputs, dtype=torch.int8, shape=x.shape, version=OPSET)
    return _dequantize(q, scale, zero_point)


def _dequantize(q: Tensor, scale: Tensor, zero_point: Tensor, axis: int | None = None) -> Tensor:
    inputs = (q, scale, zero_point)
    attributes = {} if axis is None else {"axis": axis}
    return torch.onnx.ops.symbolic(
        "DequantizeLinear", inputs, {**attributes}, dtype=torch.float32, shape=q.shape, version=OPSET
    )


def _strip_metadata(model: onnx.ModelProto) -> None:
    """Remove the exporter's notes (stack traces and paths of the training machine), half of the file."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's remarks on other packages and on its own deprecations off the user's terminal."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)
