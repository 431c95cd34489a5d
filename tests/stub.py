"""A bundle with a small untrained model, made by the real conversion: quick to make, and it reads nonsense."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from convert.bundle.writer import write_bundle
from convert.onnx_files.export import export_onnx
from convert.onnx_files.reader import read_onnx
from convert.pipeline import describe
from convert.tflite_writer import write_tflite
from convert.training_folder import Trained
from tests.calibrations import made_calibration
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantConv, QuantScanner
from train.segmentation.segmenter import SEGMENTERS

CALIBRATION = made_calibration((0.01, 0.9, 0.5))
STUB_CHANNELS = (4, 6, 8, 8, 12, 12, 12, 12)


def make_stub_scanner(channels: tuple[int, ...] = STUB_CHANNELS) -> QuantScanner:
    """A finished scanner with random weights, seeded, whose ranges have seen random strips."""
    with torch.random.fork_rng():
        torch.manual_seed(1998)
        scanner = QuantScanner(ScanningLeNet(channels))
        with torch.no_grad():
            for layer in scanner.layers:
                assert isinstance(layer, QuantConv)
                layer.bias.normal_(std=0.2)
                layer.weight.mul_(2)
            scanner.train()
            for _ in range(3):
                scanner(torch.rand(4, 1, 32, 96) * (torch.rand(4, 1, 32, 96) > 0.7))
    scanner.finish()
    return scanner


def stub_story(scanner: QuantScanner) -> Trained:
    """What a training would tell of the scanner."""
    return Trained({"epochs": 0}, 1998, ("random numbers",), {"note": "untrained"}, scanner, 0)


def make_stub_bundle(folder: Path) -> Path:
    """Write the stub bundle into `folder`, which must not exist yet or hold a bundle; returns it."""
    scanner = make_stub_scanner()
    onnx_model = export_onnx(scanner)
    net = read_onnx(onnx_model)
    manifest = describe(net, stub_story(scanner), "stub")
    manifest = msgspec.structs.replace(manifest, calibration=dict.fromkeys(SEGMENTERS, CALIBRATION))
    write_bundle(folder, manifest, write_tflite(net), onnx_model.SerializeToString(deterministic=True))
    return folder


@cache
def stub_bundle() -> Path:
    """The stub bundle, made once for all tests of a run; copy it before changing it."""
    place = tempfile.TemporaryDirectory(prefix="posteye-stub-")
    atexit.register(place.cleanup)
    return make_stub_bundle(Path(place.name) / "stub")


def random_strips(count: int, seed: int, widest_px: int = 200) -> list[NDArray[np.uint8]]:
    """Strips uint8 [32, W] of blots on paper, W a multiple of 4 from 12 px on."""
    random = np.random.default_rng(seed)
    strips = []
    for _ in range(count):
        width = 4 * int(random.integers(3, widest_px // 4 + 1))
        ink = random.integers(0, 256, (32, width)) * (random.random((32, width)) < 0.25)
        strips.append(ink.astype(np.uint8))
    return strips
