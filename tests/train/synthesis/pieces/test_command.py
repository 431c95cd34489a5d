"""The command: images, tables and a sheet in a folder; Ctrl-C keeps what is there."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from device_runtime.errors import PosteyeError
from train.data.writers import Writer
from train.synthesis.pieces import __main__ as command
from train.synthesis.pieces.contact_sheet import write_contact_sheet
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.piece import Piece


class _Digits:
    """Stands for MNIST: nothing of it is asked but its two parts."""

    train = test = None


@pytest.fixture(autouse=True)
def hands(monkeypatch: pytest.MonkeyPatch, writers: list[Writer]) -> None:
    """The command writes with the tests' hands."""
    monkeypatch.setattr(command, "load_mnist", lambda *_: _Digits())
    monkeypatch.setattr(command, "writers_of", lambda _: writers)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_folder_holds_images_tables_and_a_sheet(tmp_path: Path) -> None:
    folder, sheet = tmp_path / "out", tmp_path / "sheet.jpg"
    arguments = [str(folder), "--count", "8", "--part", "test", "--no-code-share", "0.5", "--sheet", str(sheet)]
    result = CliRunner().invoke(command.pieces, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    labels, numbers = _rows(folder / "labels.csv"), _rows(folder / "numbers.csv")
    assert [row["file"] for row in labels] == [f"{index:05d}.jpg" for index in range(8)]
    assert {bool(row["code"]) for row in labels} == {True, False}
    for row in labels:
        width, height = Image.open(folder / row["file"]).size
        told = [n for n in numbers if n["file"] == row["file"]]
        wanted = [n for n in told if n["role"] == "destination"]
        assert {n["number"] for n in wanted} == ({row["code"]} if row["code"] else set())
        assert bool(row["corners"]) == bool(row["code"])
        for text in filter(None, [row["corners"], *(n["corners"] for n in wanted)]):
            x, y = np.array(text.split(), np.float64).reshape(4, 2).T
            assert (x >= 0).all() and (x <= width).all() and (y >= 0).all() and (y <= height).all()
        assert row["kind"] and row["writing"] and row["rotation_deg"]
    assert Image.open(sheet).width > 800


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        arguments = [str(tmp_path / name), "--count", "2", "--part", "train", "--seed", "9"]
        assert CliRunner().invoke(command.pieces, arguments).exit_code == 0
    for name in ("00000.jpg", "00001.jpg", "labels.csv", "numbers.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_interrupted_run_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = PieceGenerator.piece

    def third_time_interrupted(self: PieceGenerator, **options: Any) -> Piece:
        if (tmp_path / "00001.jpg").exists():
            raise KeyboardInterrupt
        return whole(self, **options)

    monkeypatch.setattr(PieceGenerator, "piece", third_time_interrupted)
    with pytest.raises(PosteyeError, match="stopped after 2 of 9"):
        CliRunner().invoke(command.pieces, [str(tmp_path), "--count", "9", "--part", "train"], catch_exceptions=False)
    assert len(_rows(tmp_path / "labels.csv")) == 2
    assert {row["file"] for row in _rows(tmp_path / "numbers.csv")} <= {"00000.jpg", "00001.jpg"}


def test_a_sheet_of_another_kind_is_refused(tmp_path: Path, coded: list[Piece]) -> None:
    with pytest.raises(PosteyeError, match=r"\.png or \.jpg"):
        write_contact_sheet(coded[:2], tmp_path / "sheet.gif")
