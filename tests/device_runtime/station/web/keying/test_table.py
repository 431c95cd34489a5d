"""The tables of a harvest folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from device_runtime.errors import LabelsError, WriteError
from device_runtime.station.web.keying.table import Table


def labels(folder: Path) -> Table:
    return Table(folder / "labels.csv", ("file", "digits"), 1)


def test_a_row_is_on_the_disk_and_a_second_one_of_the_same_file_replaces_it(tmp_path: Path) -> None:
    table = labels(tmp_path)
    assert table.rows() == {}
    table.put(("a.png", "123"))
    table.put(("b.png", "45"))
    table.put(("a.png", "124"))
    assert (tmp_path / "labels.csv").read_text() == "file,digits\nb.png,45\na.png,124\n"
    table.drop(("b.png",))
    table.drop(("b.png",))
    assert labels(tmp_path).rows() == {("a.png",): ["a.png", "124"]}


def test_further_columns_and_rows_of_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text('﻿file,code,kind\r\na.png,1,hand\r\n\r\n"b, c.png",2,print\r\n', "utf-8")
    table = labels(tmp_path)
    table.put(("a.png", "11"))
    table.put(("d.png", "3"))
    assert path.read_text() == 'file,code,kind\n"b, c.png",2,print\na.png,11,hand\nd.png,3,\n'


def test_what_somebody_else_writes_meanwhile_is_not_lost(tmp_path: Path) -> None:
    table = labels(tmp_path)
    table.put(("a.png", "1"))
    other = tmp_path / "new"
    other.write_text("file,digits\na.png,1\nz.png,9\n")
    os.replace(other, tmp_path / "labels.csv")
    table.put(("b.png", "2"))
    assert set(table.rows()) == {("a.png",), ("b.png",), ("z.png",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"0000000001.png,12\n", "labels.csv: its first line is not file,digits"),
        (b"", "its first line is not file,digits"),
        (b"file,digits\na.png\n", "labels.csv, line 2, has too few columns"),
        (b"file,digits\n\xff\n", "labels.csv is not UTF-8"),
        (b'file,digits\na.png,"1\n' + b"x" * 200_000, "labels.csv, line [0-9]+, is no row of a CSV table"),
    ],
)
def test_what_is_no_table_is_told_and_stays_as_it_is(tmp_path: Path, text: bytes, message: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(text)
    with pytest.raises(LabelsError, match=message):
        labels(tmp_path).put(("b.png", "1"))
    assert path.read_bytes() == text


def test_a_table_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    table = labels(tmp_path)
    table.put(("a.png", "1"))
    (tmp_path / "labels.csv").unlink()
    (tmp_path / "labels.csv").symlink_to(tmp_path / "gone" / "labels.csv")
    with pytest.raises(WriteError):
        table.put(("b.png", "2"))
    assert table.rows() == {}
