"""`posteye train`: what is drawn instead of trained, and what its options refuse."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

from device_runtime.errors import PosteyeError
from train.commands.train import train
from train.data.writers import Writer
from train.runs.origin import Material, Origin


def test_samples_are_drawn_and_nothing_is_trained(
    tmp_path: Path, writers: list[Writer], fonts: tuple[list[Path], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.synthesis.generator.find_fonts", lambda families: fonts[0])
    monkeypatch.setattr(Origin, "load", lambda self: Material(writers, writers, ("made up",)))
    out = tmp_path / "samples.png"
    result = CliRunner().invoke(train, ["--out", str(out), "--preset", "first", "--show-samples", "6", "--seed", "3"])
    assert result.exit_code == 0, result.output
    assert "6 fields" in result.stderr and [path.name for path in tmp_path.iterdir()] == ["samples.png"]
    sheet = cv2.imread(str(out), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None and sheet.std() > 10


def test_help_shows_how_to_adapt_and_how_to_use_several_processes() -> None:
    text = CliRunner().invoke(train, ["--help"]).output
    assert "--extra" in text and "torchrun --standalone --nproc-per-node 2 -m posteye train" in text


def test_a_rate_that_is_no_number_is_refused_at_once(tmp_path: Path) -> None:
    for rate in ("nan", "inf"):
        result = CliRunner().invoke(train, ["--out", str(tmp_path / "run"), "--float-rate", rate])
        assert result.exit_code == 2 and f"--float-rate {rate} is no rate" in result.output
    assert not (tmp_path / "run").exists()


def test_a_file_is_no_place_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    result = CliRunner().invoke(train, ["--out", str(tmp_path / "run"), "--preset", "tiny"])
    assert str(result.exception) == f"{tmp_path}/run is no folder; choose another --out"


def test_a_mix_asks_for_what_it_needs_and_refuses_what_it_leaves_unused(tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    missing = CliRunner().invoke(train, ["--out", out, "--preset", "shipped"])
    assert str(missing.exception).startswith("the mix second needs --strings FOLDER")
    unused = CliRunner().invoke(train, ["--out", out, "--preset", "tiny", "--strings", str(tmp_path)])
    assert str(unused.exception) == "the mix shipped uses no --strings; leave it out, or choose another --mix"
    drawn = CliRunner().invoke(train, ["--out", f"{out}.png", "--show-samples", "3", "--mix", "second"])
    assert str(drawn.exception).startswith("the mix second needs --strings FOLDER")


@pytest.mark.parametrize(
    "options",
    [
        ("--preset", "shipped"),
        ("--preset", "small", "--from", "digits-small"),
        ("--mix", "second", "--show-samples", "3"),
    ],
)
def test_a_folder_of_strings_that_lacks_files_is_told_before_anything_is_trained(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    for place in ("nowhere", "real"):
        arguments = ["--out", str(tmp_path / "run"), *options, "--strings", str(tmp_path / place)]
        found = CliRunner().invoke(train, arguments).exception
        assert isinstance(found, PosteyeError)
        assert str(found).startswith(f"--strings {tmp_path / place} lacks clinic_cells.npz, lectaurep_numbers.npz, ")
    assert not (tmp_path / "run").exists()
