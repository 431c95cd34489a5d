"""What a training goes on from: a bundle's net, widened, or another run's float net of the same widths."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from tests.stub import STUB_CHANNELS, stub_bundle
from train.runs import checkpoint as saved
from train.runs.start import load_start
from train.scanner.model import ScanningLeNet

STRIPS = torch.rand(4, 1, 32, 64, generator=torch.Generator().manual_seed(3))


def test_a_bundle_is_known_by_its_name_and_its_model_and_is_widened(one_thread: None) -> None:
    start = load_start(stub_bundle())
    bundle = load_bundle(stub_bundle())
    assert (start.name, start.sha256) == (bundle.manifest.name, bundle.manifest.sha256.tflite)
    wider = tuple(2 * c for c in STUB_CHANNELS)
    assert start.float_net(wider, STRIPS, 1).channels == wider


def test_a_bundle_that_is_too_wide_for_the_preset_is_refused(one_thread: None) -> None:
    narrow = tuple(c - 1 for c in STUB_CHANNELS)
    with pytest.raises(PosteyeError, match=r"does not fit into one of .*; choose another --preset"):
        load_start(stub_bundle()).float_net(narrow, STRIPS, 1)


def test_a_run_of_other_widths_is_refused_and_one_of_the_same_is_taken(tmp_path: Path) -> None:
    net = ScanningLeNet(STUB_CHANNELS)
    saved.save({"state": net.state_dict(), "channels": STUB_CHANNELS}, tmp_path / "float.pt")
    start = load_start(tmp_path)
    taken = start.float_net(STUB_CHANNELS, STRIPS, 1)
    assert all(torch.equal(a, b) for a, b in zip(taken.parameters(), net.parameters(), strict=True))
    with pytest.raises(PosteyeError, match="the preset's are"):
        start.float_net(tuple(2 * c for c in STUB_CHANNELS), STRIPS, 1)


def test_a_folder_that_is_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=r"float\.pt is missing"):
        load_start(tmp_path)
