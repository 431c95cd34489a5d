"""The calibration of the pair: for its two models alone, and whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from device_runtime.second_opinion.calibration import CALIBRATION_FILE, load_pair_calibration
from device_runtime.second_opinion.recognizer import MODEL_SHA256

SHIPPED = load_bundle().manifest.sha256.tflite


def test_the_shipped_one_is_of_the_shipped_bundle_and_promises_one_percent() -> None:
    found = load_pair_calibration(SHIPPED, MODEL_SHA256)
    assert 0.5 < found.threshold(0.01) <= 1 and found.threshold(0.02) <= found.threshold(0.01)


@pytest.mark.parametrize("models", [("0" * 64, MODEL_SHA256), (SHIPPED, "0" * 64)])
def test_with_another_model_it_promises_nothing(models: tuple[str, str]) -> None:
    with pytest.raises(PosteyeError, match="calibrated with another model"):
        load_pair_calibration(*models)


@pytest.mark.parametrize("damage", ["", "{}", "[1", '{"schema_version": 2}'])
def test_a_damaged_file_is_told(damage: str, tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text(damage)
    with pytest.raises(PosteyeError, match="install posteye again"):
        load_pair_calibration(SHIPPED, MODEL_SHA256, tmp_path / "calibration.json")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match="cannot be read"):
        load_pair_calibration(SHIPPED, MODEL_SHA256, tmp_path / "nowhere.json")


def test_it_says_where_it_comes_from() -> None:
    told = json.loads(CALIBRATION_FILE.read_text())
    assert "train.second_opinion" in told["command"] and told["calibration"]["source"]
