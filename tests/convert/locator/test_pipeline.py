"""From a training's folder to a bundle that loads; what does not agree or fit is not written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import convert.locator.pipeline
from convert.errors import ConvertError
from convert.locator.__main__ import locator
from convert.locator.pipeline import convert_locator
from device_runtime.piece.locator.bundle import load_locator
from tests.engines_here import requires
from tests.locator_stub import STUB_CHANNELS, make_stub_locator
from tests.stub_pieces import noise_views, stub_views
from train.locator.result import NET_FILE, PARITY_FILE

pytestmark = [requires("litert"), requires("tflite")]
VIEWS = 6


def quiet(line: str) -> None:
    """Hear nothing."""


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    torch.save(saved(), folder / NET_FILE)
    views = np.concatenate([np.stack(stub_views(VIEWS - 2).pixels), noise_views(2)])
    np.savez(folder / PARITY_FILE, views=views)
    return folder


def saved(**changes: Any) -> dict[str, Any]:
    """What a training leaves of its net."""
    state = make_stub_locator().state_dict()
    facts = {"recipe": {"minutes": 1}, "seed": 7, "sources": ["random numbers"], "metrics": {"frames": 3}}
    return {"state": state, "channels": STUB_CHANNELS, **facts, **changes}


def test_all_engines_agree_and_the_bundle_loads(trained: Path, tmp_path: Path) -> None:
    report = convert_locator(trained, tmp_path / "bundle", "mine", VIEWS, quiet)
    assert report.holds and report.views == VIEWS and len(report.backends) == 8
    assert max(pair.max_lsb for pair in report.pairs) == 0
    manifest = load_locator(tmp_path / "bundle").manifest
    assert (manifest.name, manifest.seed, manifest.sources) == ("mine", 7, ("random numbers",))
    assert (trained / "parity.json").is_file()


def test_what_differs_is_not_written(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = convert.locator.pipeline.all_backends

    def one_off(formats: Any) -> Any:
        first, *others = whole(formats)

        def run(strips: Any) -> Any:
            scores = first.run(strips)
            scores[0, 0, 0] ^= 1
            return scores

        return (type(first)(first.name, first.version, run), *others)

    monkeypatch.setattr(convert.locator.pipeline, "all_backends", one_off)
    answer = CliRunner().invoke(locator, [str(trained), "--out", str(tmp_path / "bundle"), "--views", "3"])
    assert answer.exit_code == 1 and "FAILS" in answer.output and "no bundle was written" in answer.output
    assert not (tmp_path / "bundle").exists()


def test_a_net_that_is_too_large_is_refused(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert.locator.pipeline, "MOST_BYTES", 1000)
    with pytest.raises(ConvertError, match="the net is too large"):
        convert_locator(trained, tmp_path / "bundle", "mine", 2, quiet)


@pytest.mark.parametrize("name", [NET_FILE, PARITY_FILE])
def test_a_missing_or_damaged_file_is_named(trained: Path, tmp_path: Path, name: str) -> None:
    (trained / name).write_bytes(b"no such thing")
    with pytest.raises(ConvertError, match=name):
        convert_locator(trained, tmp_path / "bundle", "mine", 2, quiet)
    (trained / name).unlink()
    with pytest.raises(ConvertError, match=f"there is no .*{name}"):
        convert_locator(trained, tmp_path / "bundle", "mine", 2, quiet)


def test_another_net_or_other_views_are_refused(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(ConvertError, match="fewer than the 99"):
        convert_locator(trained, tmp_path / "bundle", "mine", 99, quiet)
    np.savez(trained / PARITY_FILE, views=np.zeros((9, 32, 64), np.uint8))
    with pytest.raises(ConvertError, match="does not hold views"):
        convert_locator(trained, tmp_path / "bundle", "mine", 2, quiet)
    torch.save(saved(channels=(4, 6)), trained / NET_FILE)
    with pytest.raises(ConvertError, match="is no model of"):
        convert_locator(trained, tmp_path / "bundle", "mine", 2, quiet)
