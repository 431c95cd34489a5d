"""The contact sheet of the demo's mail."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.commands.played.mail import load_mail
from device_runtime.commands.played.sheet import cell, sheet, write
from device_runtime.errors import WriteError
from device_runtime.result import Result
from tests.device_runtime.commands.played.decided import accepted, decision, no_code, rejected

WIDE = np.full((300, 900, 3), 200, np.uint8)
TALL = np.full((900, 300, 3), 200, np.uint8)


@pytest.mark.parametrize(
    ("read", "color"),
    [(accepted(), (0, 128, 90)), (rejected(), (205, 90, 0)), (no_code(), (110, 110, 110)), ("late", (110, 110, 110))],
    ids=["accepted", "rejected", "no_code", "no_read"],
)
def test_a_cell_has_the_color_of_its_status(read: Result | str, color: tuple[int, int, int]) -> None:
    drawn = cell(WIDE, decision(1, read))
    assert (drawn[:6] == color).all() and (drawn[-60:] == color).all(axis=2).any()


def test_cells_are_alike_whatever_the_shape_of_a_piece_and_the_length_of_its_words() -> None:
    shapes = {
        cell(pixels, decision(1, read, "a bin of a very long name")).shape
        for pixels in (WIDE, TALL)
        for read in (accepted(), "late " * 40)
    }
    assert shapes == {(330, 380, 3)}
    assert (cell(WIDE, decision(1, "late " * 40))[:, -8:][-60:] == 255).all()  # the words end before the edge


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (3, 3, 1), (4, 4, 1), (5, 4, 2), (20, 4, 5)])
def test_cells_fill_rows_of_four(count: int, columns: int, rows: int) -> None:
    drawn = sheet([np.full((330, 380, 3), number, np.uint8) for number in range(count)])
    assert drawn.shape == (14 + rows * 344, 14 + columns * 394, 3)
    last = divmod(count - 1, 4)
    assert (
        drawn[14 + last[0] * 344 : last[0] * 344 + 344, 14 + last[1] * 394 : last[1] * 394 + 394] == count - 1
    ).all()


def test_it_is_written_as_its_name_says(tmp_path: Path) -> None:
    answers = [(letter, decision(number, rejected(), "by hand")) for number, letter in enumerate(load_mail()[:2], 1)]
    for name, begin in (("a.png", b"\x89PNG"), ("a.jpg", b"\xff\xd8")):
        write(answers, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begin)
        assert cv2.imread(str(tmp_path / name)).shape == (358, 802, 3)
    with pytest.raises(WriteError, match=r"none/a\.png cannot be written"):
        write(answers, tmp_path / "none" / "a.png")
