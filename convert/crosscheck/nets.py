"""The trained nets as TensorFlow converts them: the scanner, and LeNet-5 of the paper's comparison."""

from __future__ import annotations

from typing import Any

from convert.crosscheck.tensorflow_model import convolved, on_grid, tensorflow_file
from device_runtime.image.normalize import STRIP_HEIGHT_PX
from train.lenet1998.quantization import QuantLeNet
from train.scanner.quantization import QuantScanner


def tensorflow_scanner(scanner: QuantScanner) -> tuple[bytes, str]:
    """Convert a finished scanner by TensorFlow.

    Returns:
        A TFLite file, int8 [1, 32, W, 1] -> int8 [1, 1, W / 4, outputs], and TensorFlow's version.

    Raises:
        ConvertError: When TensorFlow is missing or fails.
    """

    def forward(tf: Any, x: Any) -> Any:
        scale = scanner.input_scale
        x = on_grid(tf, x, scale, scanner.input_zero_point)
        for layer in scanner.convs():
            x = convolved(tf, x, layer, scale)
            scale = layer.output.scale
        return x

    return tensorflow_file(forward, STRIP_HEIGHT_PX)


def tensorflow_lenet(net: QuantLeNet) -> tuple[bytes, str]:
    """Convert a finished LeNet-5 by TensorFlow.

    Returns:
        A TFLite file, int8 [1, 32, W, 1] -> int8 [1, 1, (W - 32) / 4 + 1, 10], and TensorFlow's version.

    Raises:
        ConvertError: When TensorFlow is missing or fails.
    """

    def forward(tf: Any, x: Any) -> Any:
        x = on_grid(tf, x, net.input_scale, net.input_zero_point)
        for layer, scale in net.convs():
            x = on_grid(tf, tf.math.tanh(convolved(tf, x, layer, scale)), net.tanh_scale, 0)
        squares = on_grid(tf, x * x, net.squares.scale, net.squares.zero_point)
        rows = convolved(tf, squares, net.row_sums, net.squares.scale)
        joined = on_grid(tf, tf.concat([x, rows], 3), net.tanh_scale, 0)
        return convolved(tf, joined, net.distances, net.tanh_scale)

    return tensorflow_file(forward, net.plan.side)
