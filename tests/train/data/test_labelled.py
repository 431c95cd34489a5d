"""A folder's table of labels is read and checked in one place, whatever the folder is read for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.errors import ImageError, PosteyeError
from tests.train.labelled_folder import field, make_folder
from train.data.labelled import FEWEST, Label, folder_strips, load_station, read_labels


def test_a_folder_is_read(tmp_path: Path) -> None:
    codes = [str(100 + i) for i in range(FEWEST)]
    station = load_station(make_folder(tmp_path / "bay", codes))
    assert station.name == "bay" and station.codes == tuple(codes)
    np.testing.assert_array_equal(station.images[3], field("103"))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1.png,12-3", "line 3.*labels hold digits only"),
        ("1.png,", "line 3.*labels hold digits only"),
        ("1.png,١٢", "line 3.*labels hold digits only"),
        ("1.png", "line 3.*labels hold digits only"),
        ("nowhere.png,12", "nowhere.png"),
        ("labels.csv,12", "not an image"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    folder = make_folder(tmp_path / "bay", ["12"] * FEWEST)
    rows = (folder / "labels.csv").read_text().splitlines()
    rows[2] = line
    (folder / "labels.csv").write_text("\n".join(rows))
    with pytest.raises(PosteyeError, match=complaint) as error:
        load_station(folder)
    assert "\n" not in str(error.value)


def test_too_few_fields_or_no_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match="label at least"):
        load_station(make_folder(tmp_path / "few", ["12"] * (FEWEST - 1)))
    with pytest.raises(PosteyeError, match=r"labels\.csv cannot be read"):
        load_station(tmp_path / "nowhere")
    (tmp_path / "few" / "labels.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(PosteyeError, match="line 1, is not UTF-8 text"):
        load_station(tmp_path / "few")


def test_a_table_without_a_header_does_not_lose_its_first_row(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "bay", ["12", "34"])
    table = folder / "labels.csv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(PosteyeError, match=r"line 1, labels '.*' where the header should be: put file,code above it"):
        read_labels(folder)


def test_folder_needs_labels(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=r"labels\.csv"):
        folder_strips(tmp_path)
    (tmp_path / "labels.csv").write_text("file,code\n")
    with pytest.raises(PosteyeError, match="no rows"):
        folder_strips(tmp_path)
    (tmp_path / "labels.csv").write_text("file,code\na.png,123\n")
    with pytest.raises(ImageError, match=r"a\.png"):
        folder_strips(tmp_path)


def test_folder_is_read_in_order(tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        cv2.imwrite(str(tmp_path / name), np.full((40, 90), 200, np.uint8))
    (tmp_path / "labels.csv").write_text('file,code,line\nb.png,12,"x, y"\na.png,34,z\n')
    data = folder_strips(tmp_path)
    assert (data.names, data.codes) == (["b.png", "a.png"], ["12", "34"])
    assert not any(strip.has_ink for strip in data.strips)


def write(folder: Path, table: str | bytes) -> Path:
    (folder / "labels.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return folder


def test_a_label_has_name_path_code_and_what_further_columns_say(tmp_path: Path) -> None:
    write(tmp_path, 'file,postcode,line,kind\n./1.png,81100,"81100 JOHOR, JOHOR",print\n2.png,012,\n')
    first, second = read_labels(tmp_path)
    assert first == Label("./1.png", tmp_path / "1.png", "81100", {"line": "81100 JOHOR, JOHOR", "kind": "print"})
    assert (second.code, second.further) == ("012", {"line": ""})


@pytest.mark.parametrize(
    "codes",
    [
        lambda folder: [label.code for label in read_labels(folder)],
        lambda folder: folder_strips(folder).codes,
        lambda folder: list(load_station(folder).codes),
    ],
)
def test_every_reader_takes_the_table_that_excel_writes(tmp_path: Path, codes: Callable[[Path], list[str]]) -> None:
    make_folder(tmp_path, ["12"] * FEWEST)
    table = (tmp_path / "labels.csv").read_text().replace("file,digits", "file,größe").replace("\n", "\r\n")
    write(tmp_path, table.encode("utf-8-sig"))
    assert codes(tmp_path) == ["12"] * FEWEST


@pytest.mark.parametrize("read", [read_labels, folder_strips, load_station])
@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (None, "cannot be read"),
        (b"", "holds no rows"),
        (b"file,code\n\n", "holds no rows"),
        (b"file,code\n0.png\n", "line 2: '0.png' is not file,"),
        (b"file,code\n\n0.png,12\n\n,34\n", "line 5: ',34' is not file,"),
        (b'file,code,note\n0.png,12,"a\nb"\n1.png\n', "line 4: '1.png' is not file,"),
        (b"file,code\n0.png,12\n1.png,12\xe9\n", "line 3, is not UTF-8 text"),
        (b"file,code\n0.png," + b"1" * 200_000 + b"\n", "line 2, is no row of a CSV table"),
    ],
)
def test_every_reader_names_file_and_line(
    tmp_path: Path, read: Callable[[Path], object], table: bytes | None, complaint: str
) -> None:
    if table is not None:
        write(tmp_path, table)
    with pytest.raises(PosteyeError, match=complaint) as error:
        read(tmp_path)
    assert str(tmp_path / "labels.csv") in str(error.value) and "\n" not in str(error.value)


def test_a_field_may_hold_no_code_unless_digits_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "file,code\n0.png,\n")
    assert read_labels(tmp_path)[0].code == ""
    with pytest.raises(PosteyeError, match=r"line 2.*labels hold digits only"):
        read_labels(tmp_path, digits_only=True)
