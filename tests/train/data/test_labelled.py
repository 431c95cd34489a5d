"""A station's folder is read and checked; its fields come out disturbed but readable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from tests.train.labelled_folder import field, make_folder
from train.data.labelled import FEWEST, load_station, station_strip


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


def test_disturbed_fields_differ_and_keep_their_ink() -> None:
    random = np.random.default_rng(2)
    strips = [station_strip(field("2503"), random) for _ in range(20)]
    assert all(s is not None and s.shape[0] == 32 and 300 < int((s > 128).sum()) < 3000 for s in strips)
    assert len({s.tobytes() for s in strips if s is not None}) == 20
    assert station_strip(np.full((40, 90), 200, np.uint8), random) is None
