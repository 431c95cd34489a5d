"""The NumPy engine for LeNet-5 computes what the interpreters compute, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from convert.chain import Chain, Depthwise
from convert.chain_engine import ChainEngine, dense, square_map, tanh_map
from convert.tflite_writer import write_tflite
from device_runtime.engines.interpreter import InterpreterEngine, Kernels
from device_runtime.engines.net import Conv, Grid, Pad
from device_runtime.engines.numpy_engine import Rescale
from tests.engines_here import with_engine
from tests.lenet_stub import converted, random_digits
from train.lenet1998.finetune import framed

KINDS = [
    with_engine("litert", "litert", "default", "xnnpack"),
    with_engine("litert", "litert", "reference", "reference"),
    with_engine("tflite", "tflite", "default", "builtin"),
]


@pytest.mark.parametrize(("engine", "kernels", "rescale"), KINDS)
def test_lenet_5_to_the_bit(engine: str, kernels: Kernels, rescale: Rescale) -> None:
    interpreter = InterpreterEngine(engine, converted().tflite, kernels)
    exact = ChainEngine(converted().chain, rescale)
    seen = set()
    for strip in (framed(random_digits(20, seed=8), 32).astype(np.int16) - 128).astype(np.int8):
        image = strip[np.newaxis, :, :, np.newaxis]
        expected = interpreter.scores(image)
        assert np.array_equal(exact.scores(image), expected)
        seen.update(expected.ravel().tolist())
    assert len(seen) > 20  # not all cut at the grid's end


def halving(scale: float, seed: int) -> Depthwise:
    """A depthwise layer on a grid where kernels are free to differ."""
    random = np.random.default_rng(seed)
    weight = random.integers(-127, 128, (1, 2, 2)).astype(np.int8)
    scales = np.array([0.0117], np.float32)
    bias = random.integers(-2000, 2000, 1).astype(np.int32)
    return Depthwise("halving", weight, scales, bias, (2, 2), Grid(1 / 256, -128), Grid(scale, 3))


@pytest.mark.parametrize(("engine", "kernels", "rescale"), KINDS)
def test_a_depthwise_layer_on_any_grid(engine: str, kernels: Kernels, rescale: Rescale) -> None:
    chain = Chain(2, Grid(1 / 256, -128), (halving(0.0213, seed=2),))
    interpreter = InterpreterEngine(engine, write_tflite(chain, "one layer", 64), kernels)
    image = np.random.default_rng(3).integers(-128, 128, (1, 2, 64, 1)).astype(np.int8)
    assert np.array_equal(ChainEngine(chain, rescale).scores(image), interpreter.scores(image))


def test_dense_weights_stand_on_the_diagonal() -> None:
    weight = np.arange(1, 13).reshape(3, 2, 2).astype(np.int8)
    grid = Grid(1.0, 0)
    layer = Depthwise("layer", weight, np.ones(3, np.float32), np.zeros(3, np.int32), (2, 2), grid, grid)
    wide = dense(layer).weight
    assert wide.shape == (3, 2, 2, 3) and int((wide != 0).sum()) == 12
    assert np.array_equal(wide[1, :, :, 1], weight[1])


def test_tables_end_where_int8_ends() -> None:
    ends = np.array([[[-128.0, 0.0, 127.0]]], np.float32)
    assert tanh_map(ends, Grid(1 / 32, 0)).tolist() == [[[-128, 0, 127]]]
    assert square_map(ends, Grid(1 / 256, -128), Grid(1 / 128, 0)).tolist() == [[[255, 0, 252]]]


def test_a_chain_with_padding_is_refused() -> None:
    grid = Grid(1.0, 0)
    weight = np.ones((1, 1, 1, 1), np.int8)
    conv = Conv("c", weight, np.ones(1, np.float32), np.zeros(1, np.int32), (1, 1), False, False, grid, grid)
    with pytest.raises(ValueError, match="paddings"):
        ChainEngine(Chain(32, grid, (Pad("p", (1, 1), (1, 1), grid), conv)), "xnnpack")
