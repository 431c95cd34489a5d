"""Labels of whole pieces: what is told of them, and one line for what is wrong with a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.types import Field
from train.data.piece_labels import corners_of, read_pieces

CORNERS = "10 20 110 20 110 45.5 10 45.5"
FIELD = Field(((10, 20), (110, 20), (110, 45.5), (10, 45.5)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"not read here")
    return tmp_path


def tables(folder: Path, labels: str, numbers: str | None = None) -> Path:
    (folder / "labels.csv").write_text(labels)
    if numbers is not None:
        (folder / "numbers.csv").write_text(numbers)
    return folder


def test_a_row_tells_code_country_place_and_what_figures_are_broken_down_by(folder: Path) -> None:
    labels = f"file,code,country,corners,writing\na.jpg,70173,DE,{CORNERS},hand\nb.jpg,,,,print\n"
    numbers = f"file,number,role,kind,corners\na.jpg,50667,sender,code,{CORNERS}\na.jpg,12,other,house number,\n"
    first, second = read_pieces(tables(folder, labels, numbers))
    assert (first.name, first.country, first.truth.code, first.truth.field) == ("a.jpg", "DE", "70173", FIELD)
    assert first.columns["writing"] == "hand" and "corners" not in first.columns
    told = [(number.text, number.role, number.kind) for number in first.truth.numbers]
    assert told == [
        ("70173", "destination", "code"),
        ("50667", "sender", "code"),
        ("12", "other", "house number"),
    ]
    assert first.truth.numbers[1].field == FIELD and first.truth.numbers[2].field is None
    assert (second.truth.code, second.truth.field, second.truth.numbers) == ("", None, ())


def test_the_wanted_code_is_not_told_twice(folder: Path) -> None:
    numbers = f"file,number,role,kind,corners\na.jpg,70173,destination,code,{CORNERS}\n"
    (piece,) = read_pieces(tables(folder, "file,code\na.jpg,70173\n", numbers))
    assert len(piece.truth.numbers) == 1


@pytest.mark.parametrize(
    ("labels", "numbers", "said"),
    [
        ("file,code,corners\na.jpg,1,10 20 30\n", None, "a.jpg: corners are '10 20 30'; give eight numbers"),
        ("file,code,corners\na.jpg,1,1 2 3 4 5 6 7 x\n", None, "give eight numbers"),
        ("file,code,corners\na.jpg,1,1 2 3 4 5 6 7 nan\n", None, "give eight numbers"),
        ("file,code,role\na.jpg,1,addressee\n", None, "the role is 'addressee'; give one of destination, sender"),
        ("file,code\nc.jpg,1\n", None, "c.jpg: there is no such image"),
        ("file,code\na.jpg,1\n", "file,number,role\n", "numbers.csv has no column kind"),
        ("file,code\na.jpg,1\n", "file,number,role,kind,corners\nc.jpg,1,other,,\n", "line 2, names 'c.jpg'"),
        ("file,code\na.jpg,1\n", "file,number,role,kind,corners\na.jpg,1,me,,\n", "line 2: the role is 'me'"),
        ("file,code\na.jpg,1\n", "file,number,role,kind,corners\na.jpg,1,other,,1 2\n", "line 2: corners are '1 2'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder: Path, labels: str, numbers: str | None, said: str) -> None:
    with pytest.raises(PosteyeError) as error:
        read_pieces(tables(folder, labels, numbers))
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_table_of_numbers_that_is_no_text_is_refused(folder: Path) -> None:
    tables(folder, "file,code\na.jpg,1\n")
    (folder / "numbers.csv").write_bytes(b"file,number\xff")
    with pytest.raises(PosteyeError, match="UTF-8"):
        read_pieces(folder)


def test_no_corners_are_none() -> None:
    assert corners_of("  ", "labels.csv") is None
