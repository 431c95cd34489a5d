"""The folder that the demo's camera films."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.commands.played.film import Film
from device_runtime.commands.played.mail import load_mail
from device_runtime.errors import WriteError
from device_runtime.image.load import load_image

LETTERS = load_mail()[:3]


def shown(folder: Path) -> list[np.ndarray]:
    return [load_image(path).astype(np.int16) for path in sorted(folder.glob("*.jpg"))]


def is_of(pictures: list[np.ndarray], number: int) -> bool:
    """Whether all pictures show a piece, as a camera sees it: trembling, in light that flickers."""
    wanted = load_image(LETTERS[number].path).astype(np.int16)
    return all(one.shape == wanted.shape and np.abs(one - wanted).mean() < 15 for one in pictures)


def test_the_first_piece_is_in_view_and_seen_a_little_otherwise_each_time(tmp_path: Path) -> None:
    film = Film(LETTERS, tmp_path / "camera")
    pictures = shown(tmp_path / "camera")
    assert len(pictures) == 3 and is_of(pictures, 0) and not is_of(pictures, 1)
    assert (pictures[0] != pictures[1]).any() and (pictures[1] != pictures[2]).any()
    assert film.url == f"dir:{tmp_path / 'camera'}?fps=15&loop"


def test_a_piece_takes_the_place_of_the_one_before_and_none_comes_back(tmp_path: Path) -> None:
    film = Film(LETTERS, tmp_path / "camera")
    film.show(2)
    assert is_of(shown(tmp_path / "camera"), 1)
    film.show(1)
    assert is_of(shown(tmp_path / "camera"), 1)
    film.show(4)
    assert is_of(shown(tmp_path / "camera"), 0)
    assert [film.letter(number).file for number in (1, 3, 4, 5)] == [LETTERS[one].file for one in (0, 2, 0, 1)]
    assert {path.name for path in (tmp_path / "camera").iterdir()} == {"0.jpg", "1.jpg", "2.jpg"}


def test_a_folder_that_is_gone_is_told_in_one_line(tmp_path: Path) -> None:
    film = Film(LETTERS, tmp_path / "camera")
    (tmp_path / "camera").rename(tmp_path / "elsewhere")
    with pytest.raises(WriteError, match="camera cannot be written: No such file or directory"):
        film.show(2)
