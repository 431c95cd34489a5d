"""Trained layers in TensorFlow's own terms, and TensorFlow's own converter.

Nothing here passes through `posteye convert`: a layer's float weights and its ranges go to fake-quant operators, and
the integers, scales and operators of the file are what TensorFlow makes of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from torch import Tensor

from convert.errors import ConvertError
from train.scanner.model import ConvShape
from train.scanner.quantization import QuantConv

_LARGEST_WEIGHT = 127  # of int8 in the narrow range that TensorFlow gives weights

Forward = Callable[[Any, Any], Any]


def require_tensorflow() -> None:
    """Raise ConvertError when TensorFlow is not installed; does not import it."""
    if importlib.util.find_spec("tensorflow") is None:
        raise ConvertError(
            "the cross-check needs TensorFlow, which is not here: in a checkout run pip install -e '.[crosscheck]'"
        )


def tensorflow_file(forward: Forward, height_px: int) -> tuple[bytes, str]:
    """Convert a net that TensorFlow traces.

    Args:
        forward: forward(tf, x) takes x float32 [1, height_px, W, 1] of any W.
        height_px: Of the images.

    Returns:
        A TFLite file with int8 in and out, and TensorFlow's version.

    Raises:
        ConvertError: When TensorFlow is missing or fails.
    """
    require_tensorflow()
    try:
        with _quiet():
            tf: Any = importlib.import_module("tensorflow")
            strip = tf.TensorSpec([1, height_px, None, 1], tf.float32, name="strip")
            function = tf.function(lambda x: forward(tf, x), input_signature=[strip]).get_concrete_function()
            converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.inference_input_type = converter.inference_output_type = tf.int8
            return bytes(converter.convert()), str(tf.__version__)
    except Exception as error:  # its converter raises all kinds, a plain Exception among them
        raise ConvertError(f"TensorFlow cannot convert the net: {' '.join(str(error).split())[:300]}") from error


def on_grid(tf: Any, x: Any, scale: Tensor, zero_point: Tensor | int) -> Any:
    """A map [1, H, W, channels] through a fake-quant operator whose range is that of int8 on this grid."""
    step, zero = float(scale), int(zero_point)
    return tf.quantization.fake_quant_with_min_max_vars(x, (-128 - zero) * step, (127 - zero) * step)


def convolved(tf: Any, x: Any, layer: QuantConv, input_scale: Tensor) -> Any:
    """A finished layer with its output's grid, on a map [1, H, W, channels]."""
    shape = layer.shape
    rows, columns = shape.padding
    padding = "SAME" if _is_same(shape) else "VALID"
    if padding == "VALID" and (rows or columns):
        x = tf.pad(x, [[0, 0], [rows, rows], [columns, columns], [0, 0]])
    limit = np.float32(_LARGEST_WEIGHT) * layer.integers(input_scale)[1].numpy()
    weight = tf.quantization.fake_quant_with_min_max_vars_per_channel(
        layer.weight.detach().permute(2, 3, 1, 0).numpy(), -limit, limit, narrow_range=True
    )
    if layer.groups == 1:
        x = tf.nn.conv2d(x, weight, shape.stride, padding)
    else:
        # The operator quantises along the last axis and a depthwise filter has its channels in the last but one.
        weight = tf.reshape(weight, [*shape.kernel, layer.groups, 1])
        x = tf.nn.depthwise_conv2d(x, weight, [1, *shape.stride, 1], padding)
    x = tf.nn.bias_add(x, layer.bias.detach().numpy())
    return on_grid(tf, tf.nn.relu(x) if layer.relu else x, layer.output.scale, layer.output.zero_point)


def _is_same(shape: ConvShape) -> bool:
    """Is this padding what TensorFlow calls SAME? With a stride SAME pads less at the top and left than torch."""
    centered = shape.padding == (shape.kernel[0] // 2, shape.kernel[1] // 2)
    return shape.stride == (1, 1) and centered and any(shape.padding)


@contextmanager
def _quiet() -> Iterator[None]:
    """Take the process's standard error away: TensorFlow's C++ part writes there before it can be told not to."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
