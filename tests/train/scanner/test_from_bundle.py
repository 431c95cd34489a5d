"""A bundle's net comes back as the net that it was written from, to the bit, and can be trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from convert.tflite_writer import write_tflite
from device_runtime.bundle import Bundle, load_bundle
from device_runtime.engines.net import Conv, Grid, Net
from device_runtime.engines.numpy_engine import NumpyEngine
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import BundleError
from tests.stub import make_stub_scanner, random_strips, stub_bundle
from train.gtn.ctc import forward_penalty, topology
from train.scanner.from_bundle import restore_scanner
from train.scanner.quantization import INPUT_SCALE, OUTPUT_SCALE, QuantScanner


def scores(net: QuantScanner, pixels: np.ndarray) -> np.ndarray:
    """Integer scores of a strip uint8 [32, W] by the torch net: int8 [1, 1, W / 4, outputs]."""
    with torch.no_grad():
        head = net.head_map(torch.from_numpy(pixels.astype(np.float32) * INPUT_SCALE)[None, None])
    return np.rint(head.numpy() / OUTPUT_SCALE).astype(np.int8).transpose(0, 2, 3, 1)


@pytest.mark.parametrize("which", ["stub", "shipped"])
def test_scores_are_those_of_the_bundle_to_the_bit(which: str, one_thread: None) -> None:
    bundle = load_bundle(stub_bundle() if which == "stub" else None)
    net, engine = restore_scanner(bundle), NumpyEngine(bundle.model)
    for pixels in random_strips(12, 3):
        shifted = (pixels.astype(np.int16) - 128).astype(np.int8)
        np.testing.assert_array_equal(scores(net, pixels), engine.scores(shifted[None, :, :, None]))


def test_restored_weights_are_those_of_the_trained_net() -> None:
    restored, trained = restore_scanner(load_bundle(stub_bundle())), make_stub_scanner()
    for mine, theirs in zip(restored.convs(), trained.convs(), strict=True):
        assert mine.output.scale == theirs.output.scale and mine.output.zero_point == theirs.output.zero_point
        ours = mine.integers(torch.tensor(1.0))
        for a, b in zip(ours, theirs.integers(torch.tensor(1.0)), strict=True):
            assert torch.equal(a, b)


def test_a_step_of_training_moves_it_and_keeps_its_grids(one_thread: None) -> None:
    net = restore_scanner(load_bundle(stub_bundle()))
    grids = [(layer.output.scale.item(), layer.output.zero_point.item()) for layer in net.convs()]
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.train()
    net.observe(False)
    strips = torch.rand(4, 1, 32, 48)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    loss = forward_penalty(net(strips).log_softmax(2), torch.full((4,), 24), topology(["12", "3", "4", "5~"])).mean()
    loss.backward()
    optimizer.step()
    net.finish()
    assert any(not torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert grids == [(layer.output.scale.item(), layer.output.zero_point.item()) for layer in net.convs()]


def changed(step: int, **changes: object) -> Bundle:
    """The stub bundle with one convolution of its model altered."""
    bundle = load_bundle(stub_bundle())
    net = read_net(bundle.model)
    steps = list(net.steps)
    rows = [i for i, one in enumerate(steps) if isinstance(one, Conv)]
    conv = steps[rows[step]]
    assert isinstance(conv, Conv)
    steps[rows[step]] = replace(conv, **changes)  # type: ignore[arg-type]
    return replace(bundle, model=write_tflite(Net(net.height_px, net.input, tuple(steps))))


def test_another_kind_of_net_is_refused_in_one_line() -> None:
    net = read_net(load_bundle(stub_bundle()).model)
    head = net.steps[-1]
    assert isinstance(head, Conv)
    for bundle, complaint in (
        (changed(-1, relu=True), "its layers are not those"),
        (changed(-1, output=Grid(0.5, 0)), "its input or output"),
        (changed(-1, bias=head.bias + 1), "is on other grids"),
        (changed(-1, weight=(head.weight | 1).astype(np.int8)), "is on other grids"),
    ):
        with pytest.raises(BundleError, match=complaint) as error:
            restore_scanner(bundle)
        assert "\n" not in str(error.value)
