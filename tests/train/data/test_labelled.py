"""A station's folder is read and checked."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from train.data.labelled import FEWEST, load_station


def field(code: str) -> np.ndarray:
    """A field with a code in OpenCV's lettering."""
    image = np.full((50, 30 + 24 * len(code)), 210, np.uint8)
    cv2.putText(image, code, (10, 36), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 40, 2, cv2.LINE_AA)
    return image


def make_folder(folder: Path, codes: list[str]) -> Path:
    """A folder of fields with labels.csv."""
    folder.mkdir(exist_ok=True)
    for i, code in enumerate(codes):
        cv2.imwrite(str(folder / f"{i}.png"), field(code))
    rows = [f"{i}.png,{code}" for i, code in enumerate(codes)]
    (folder / "labels.csv").write_text("\n".join(["file,digits", *rows]) + "\n")
    return folder


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
    with pytest.raises(PosteyeError, match="is no table"):
        load_station(tmp_path / "few")
