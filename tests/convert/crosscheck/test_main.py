"""`python -m convert.crosscheck` on a bundle that exists: what it prints, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import convert.crosscheck.run
from convert.crosscheck.__main__ import crosscheck
from convert.errors import ConvertError
from device_runtime.bundle import MODEL_FILE, load_bundle
from tests.stub import stub_bundle
from tests.trained_folder import STRIPS, make_trained_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trained folder; the stub bundle's model stands for what TensorFlow makes of it."""
    model = (stub_bundle() / MODEL_FILE).read_bytes()
    monkeypatch.setattr(convert.crosscheck.run, "tensorflow_scanner", lambda _: (model, "9.9.9"))
    monkeypatch.setattr(convert.crosscheck.run, "require_tensorflow", lambda: None)
    return make_trained_folder(tmp_path / "trained")


def _check(folder: Path, bundle: Path, *options: str) -> Result:
    return CliRunner().invoke(crosscheck, [str(folder), str(bundle), "--strips", str(STRIPS), *options])


def test_a_bundle_like_tensorflows_model_passes(folder: Path) -> None:
    result = _check(folder, stub_bundle())
    assert result.exit_code == 0, result.output
    assert "against TensorFlow 9.9.9" in result.stdout and "DIFFERS" not in result.stdout
    found = json.loads(_check(folder, stub_bundle(), "--json").stdout)
    assert found["scores"]["numbers"] > 1000 and found["scores"]["differing"] == 0
    assert found["model"]["structure"] == [] and found["images"] == STRIPS
    assert {pair["part"] for pair in found["model"]["tensors"]} == {"map", "weight", "bias", "sizes"}


def test_another_bundle_fails(folder: Path) -> None:
    result = _check(folder, load_bundle().folder)  # the shipped one, which has more channels
    assert result.exit_code == 1
    assert "DIFFERS: 2 CONV_2D weight: int8 [" in result.stdout and "against int8 [4, 5, 5, 1]" in result.stdout
    assert "not computed" in result.stdout and "is not what TensorFlow makes" in result.stderr


def test_too_few_strips_are_named(folder: Path) -> None:
    result = CliRunner().invoke(crosscheck, [str(folder), str(stub_bundle())])
    assert isinstance(result.exception, ConvertError) and "fewer than the 2000" in str(result.exception)
