"""The four sets are read, and their figures kept as the pages show them."""

from __future__ import annotations

import gzip
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures.files import load
from benchmarks.scanner import accuracy
from tests.benchmarks.made_digits import made_digits
from tests.stub import stub_bundle
from train.data.mnist import Mnist
from train.evaluation.evaluate import Outcome


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data with two fields in each set, and made-up digits for MNIST."""
    monkeypatch.setattr(accuracy, "load_mnist", lambda *_: Mnist(*[made_digits(4)] * 3))
    for name in ("check_amounts", "printed_postcode_lines"):
        folder = tmp_path / name
        folder.mkdir()
        image = np.full((40, 90), 220, np.uint8)
        image[10:30, 40:44] = 20
        cv2.imwrite(str(folder / "1.png"), image)
        (folder / "labels.csv").write_text("file,digits\n1.png,1\n")
    (tmp_path / "usps_digits").mkdir()
    row = " ".join(["1", *["-1"] * 120, *["1"] * 10, *["-1"] * 126])
    (tmp_path / "usps_digits" / "zip.train.gz").write_bytes(gzip.compress((row + "\n").encode()))
    return tmp_path


def test_figures_of_all_sets_are_kept(data: Path) -> None:
    words = [str(data), "--bundle", str(stub_bundle()), "--results", str(data / "kept.json")]
    done = CliRunner().invoke(accuracy.accuracy, words)
    assert done.exit_code == 0, done.output
    kept = load(data / "kept.json")
    assert set(kept.data) == {"check_amounts", "printed_postcode_lines", "usps", "mnist"}
    assert [kept.values[name]["strings"] for name in ("amounts", "printed", "mnist", "usps")] == [1, 1, 4, 1]
    assert kept.values["amounts-length"]["strings"] == 1
    output = kept.values["amounts"]["output"]
    assert output[0] == r"$ posteye evaluate check_amounts --field --pattern '\d{1,8}'"
    assert output[2].startswith("int8 ") and "\n".join(output) in done.output


def test_shares_are_of_strings_and_keys_have_no_dot() -> None:
    found = accuracy.figures_of(Outcome([], np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, True, False])))
    assert found["exact"] == 0.75 and found["wrong"] == 0.25 and found["at-1"] == 0.75
    assert "at-0_1" in found and not any("." in key for key in found)


def test_the_sizes_are_those_of_the_nets() -> None:
    small = accuracy.size_of(accuracy.load_bundle("digits-small"))
    assert small == {"bytes": 141688, "parameters": 124456, "macs": 7851520}
    size = accuracy.size_of(accuracy.load_bundle())
    assert small["bytes"] < size["bytes"] < 1_000_000 and 15e6 < size["macs"] < 60e6
