"""Numbers of pieces: they go on, are never given twice, and say what is wrong when they cannot be kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.report.numbers import MAX_PIECE, numbers_file, take_numbers


def test_numbers_go_on_from_call_to_call(tmp_path: Path) -> None:
    path = tmp_path / "state" / "next-piece"
    assert [take_numbers(3, path), take_numbers(1, path), take_numbers(5, path)] == [1, 4, 5]
    assert path.read_text() == "10\n"


def test_calls_at_the_same_time_get_different_numbers(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(lambda _: take_numbers(7, tmp_path / "next-piece"), range(40)))
    assert sorted(firsts) == list(range(1, 1 + 7 * 40, 7))


def test_after_the_last_number_they_begin_again(tmp_path: Path) -> None:
    path = tmp_path / "next-piece"
    path.write_text(f"{MAX_PIECE}\n")
    assert take_numbers(1, path) == MAX_PIECE
    assert take_numbers(2, path) == 1


@pytest.mark.parametrize("text", ["", "0", "seven", "-3", "4294967297", "1" * 70, "\u0661"])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "next-piece"
    path.write_text(text)
    with pytest.raises(PosteyeError, match=r"next-piece .*give --piece N"):
        take_numbers(1, path)
    assert path.read_text() == text


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PosteyeError, match=r"cannot be kept in .*: Not a directory; give --piece N"):
        take_numbers(1, tmp_path / "file" / "posteye" / "next-piece")


@pytest.mark.parametrize(("state", "folder"), [("/var/state", "/var/state"), ("", "/home/x/.local/state")])
def test_the_file_is_in_the_users_state(monkeypatch: pytest.MonkeyPatch, state: str, folder: str) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", state)
    monkeypatch.setenv("HOME", "/home/x")
    assert numbers_file() == Path(folder) / "posteye" / "next-piece"
