"""What a training goes on from: another run's float net, or the net on int8 grids of a bundle or a run, widened."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from device_runtime.bundle import SHIPPED, load_bundle
from device_runtime.errors import PosteyeError
from tests.stub import STUB_CHANNELS, make_stub_scanner, stub_bundle
from tests.trained_folder import make_trained_folder
from train.runs import checkpoint as saved
from train.runs.recipe import PRESETS
from train.runs.start import load_start
from train.scanner.model import ScanningLeNet
from train.scanner.widen import widened

STRIPS = torch.rand(4, 1, 32, 64, generator=torch.Generator().manual_seed(3))
WIDER = tuple(2 * c for c in STUB_CHANNELS)


def same(one: ScanningLeNet, other: ScanningLeNet) -> bool:
    """Whether two nets are equal to the bit."""
    states = one.state_dict(), other.state_dict()
    return states[0].keys() == states[1].keys() and all(torch.equal(v, states[1][k]) for k, v in states[0].items())


def test_a_bundle_is_known_by_its_name_and_its_model_and_is_widened(one_thread: None) -> None:
    start = load_start(stub_bundle(), WIDER)
    bundle = load_bundle(stub_bundle())
    assert (start.name, start.sha256) == (bundle.manifest.name, bundle.manifest.sha256.tflite)
    assert start.told() == (" --from stub", "")
    assert start.float_net(WIDER, STRIPS, 1).channels == WIDER


@pytest.mark.parametrize("name", SHIPPED)
def test_a_bundle_that_comes_with_the_program_is_known_by_its_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    channels = PRESETS["shipped"].recipe.channels
    assert load_start(Path(name), channels).sha256 == load_bundle(name).manifest.sha256.tflite
    (tmp_path / name).mkdir()  # a folder of that name goes before
    with pytest.raises(PosteyeError, match=rf"{name}/float\.pt is missing"):
        load_start(Path(name), channels)


def test_a_bundle_that_is_too_wide_for_the_preset_is_refused(one_thread: None) -> None:
    narrow = tuple(c - 1 for c in STUB_CHANNELS)
    with pytest.raises(PosteyeError, match=r"does not fit into one of .*; choose another --preset"):
        load_start(stub_bundle(), narrow)


def test_the_float_net_of_a_run_is_taken_and_widened_is_the_one_on_int8_grids(tmp_path: Path, one_thread: None) -> None:
    run = make_trained_folder(tmp_path / "run")
    net = ScanningLeNet(STUB_CHANNELS)
    saved.save({"state": net.state_dict(), "channels": STUB_CHANNELS}, run / "float.pt")
    start = load_start(run, STUB_CHANNELS)
    assert same(start.float_net(STUB_CHANNELS, STRIPS, 1), net)
    narrower = load_start(run, WIDER)
    assert same(narrower.float_net(WIDER, STRIPS, 1), widened(make_stub_scanner(), WIDER, STRIPS, 1))
    assert narrower.sha256 != start.sha256
    narrow = tuple(c - 1 for c in STUB_CHANNELS)
    with pytest.raises(PosteyeError, match="does not fit into one of"):
        load_start(run, narrow)


def test_a_run_that_has_not_finished_is_not_widened(tmp_path: Path) -> None:
    saved.save({"state": ScanningLeNet(STUB_CHANNELS).state_dict(), "channels": STUB_CHANNELS}, tmp_path / "float.pt")
    assert load_start(tmp_path, STUB_CHANNELS).told() == (" --from ANOTHER_RUN", "")
    with pytest.raises(PosteyeError, match=r"the preset's are .* it can be widened when its run has finished"):
        load_start(tmp_path, WIDER)


def test_a_folder_that_is_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=r"float\.pt is missing"):
        load_start(tmp_path, STUB_CHANNELS)
