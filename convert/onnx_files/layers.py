"""What both nets' exports to ONNX share: layers with explicit quantisation, and the exporter called quietly."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from convert.errors import ConvertError
from train.scanner.quantization import QuantConv

OPSET = 18
_LARGEST_BIAS = 2**30  # leaves the kernels' 32-bit sums room for the products


def to_onnx(
    module: nn.Module, name: str, example: tuple[int, ...], axes: dict[int, Any], result: str
) -> onnx.ModelProto:
    """Export a module of one input and one output as ONNX opset 18, with nothing folded and no notes in it.

    Args:
        module: In evaluation mode.
        name: The input's.
        example: The input's shape for tracing.
        axes: torch.export.Dim of the input's axes that are not fixed.
        result: The output's name.
    """
    with _quiet():
        program = torch.onnx.export(
            module,
            (torch.zeros(example),),
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes=(axes,),
            input_names=[name],
            output_names=[result],
            optimize=False,  # nothing may be folded: the scales must stay what training found
            verbose=False,
        )
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    _strip_metadata(model)
    onnx.checker.check_model(model, full_check=True)
    return model


class ExportConv(nn.Module):
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
        """Take the integers of a finished layer.

        Args:
            layer: As it was trained.
            input_scale: Of what it takes.
            number: For messages.

        Raises:
            ConvertError: When the layer never saw data or has an impossible bias.
        """
        super().__init__()
        if not (layer.output.fixed or layer.output.high > layer.output.low):
            raise ConvertError(f"layer {number} has no range: the net was never trained with quantisation on")
        weight, weight_scale, bias, bias_scale = layer.integers(input_scale)
        exact = layer.bias.detach().double() / bias_scale.double()
        if not exact.abs().max() < _LARGEST_BIAS:
            raise ConvertError(f"layer {number} has a bias too large for 32-bit sums: train it with a smaller rate")
        self.shape, self.relu, self.groups = layer.shape, layer.relu, layer.groups
        self.register_buffer("weight", weight)
        self.register_buffer("weight_scale", weight_scale)
        self.register_buffer("weight_zero_point", torch.zeros_like(weight_scale, dtype=torch.int8))
        self.register_buffer("bias", bias)
        self.register_buffer("bias_scale", bias_scale)
        self.register_buffer("bias_zero_point", torch.zeros_like(bias))
        self.register_buffer("scale", layer.output.scale.clone())
        self.register_buffer("zero_point", layer.output.zero_point.to(torch.int8))

    def forward(self, x: Tensor) -> Tensor:
        weight = dequantize(self.weight, self.weight_scale, self.weight_zero_point, axis=0)
        bias = dequantize(self.bias, self.bias_scale, self.bias_zero_point, axis=0)
        x = functional.conv2d(x, weight, bias, self.shape.stride, self.shape.padding, groups=self.groups)
        return on_grid(torch.relu(x) if self.relu else x, self.scale, self.zero_point)


def on_grid(x: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
    """QuantizeLinear to int8 per tensor and DequantizeLinear."""
    inputs = (x, scale, zero_point)
    q = torch.onnx.ops.symbolic("QuantizeLinear", inputs, dtype=torch.int8, shape=x.shape, version=OPSET)
    return dequantize(q, scale, zero_point)


def dequantize(q: Tensor, scale: Tensor, zero_point: Tensor, axis: int | None = None) -> Tensor:
    """DequantizeLinear of integers, per tensor or with a scale for each place along an axis."""
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
