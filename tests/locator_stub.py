"""A small untrained locator, and its bundle made by the real conversion: quick to make, and it finds nonsense."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import torch

from convert.bundle.writer import write_bundle
from convert.locator.folder import TrainedLocator
from convert.locator.pipeline import describe
from convert.onnx_files.export import export_locator
from convert.onnx_files.reader import read_onnx
from convert.tflite_writer import write_tflite
from device_runtime.piece.locator.view import WIDTH_PX
from tests.stub_pieces import stub_views
from train.locator.batches import as_input
from train.locator.model import LocatorNet, QuantLocator

STUB_CHANNELS = (4, 6, 8, 12, 12, 12, 12)


def make_stub_locator() -> QuantLocator:
    """A finished locator with random weights, seeded, whose ranges have seen stub pieces."""
    with torch.random.fork_rng():
        torch.manual_seed(1998)
        net = QuantLocator(LocatorNet(STUB_CHANNELS))
        with torch.no_grad():
            for layer in net.convs():
                layer.bias.normal_(std=0.3)
                layer.weight.mul_(2)
            net.train()
            for _ in range(3):
                net(as_input(np.stack(stub_views(4).pixels)))
    net.finish()
    return net


def stub_story(net: QuantLocator) -> TrainedLocator:
    """What a training would tell of the locator."""
    return TrainedLocator({"minutes": 0}, 1998, ("random numbers",), {"note": "untrained"}, net)


def make_stub_locator_bundle(folder: Path) -> Path:
    """Write the stub bundle into `folder`, which must not exist yet or hold a bundle; returns it."""
    net = make_stub_locator()
    model = export_locator(net)
    chain = read_onnx(model)
    manifest = describe(chain, stub_story(net), "stub")
    write_bundle(folder, manifest, write_tflite(chain, "stub", WIDTH_PX), model.SerializeToString(deterministic=True))
    return folder


@cache
def stub_locator_bundle() -> Path:
    """The stub bundle, made once for all tests of a run; copy it before changing it."""
    place = tempfile.TemporaryDirectory(prefix="posteye-locator-")
    atexit.register(place.cleanup)
    return make_stub_locator_bundle(Path(place.name) / "stub")
