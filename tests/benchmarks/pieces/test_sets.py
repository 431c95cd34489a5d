"""Sets of real pictures: each is read in its own way, and a table says what came of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures.files import Results
from benchmarks.pieces import sets
from benchmarks.pieces.sets import FolderSet, Row, Rows, Way, read_set, row_of, rows_markdown, rows_text, way_of
from device_runtime.errors import PosteyeError
from train.data.piece_labels import LabelledPiece, Truth
from train.evaluation.metrics import Share


def piece(options: str) -> LabelledPiece:
    return LabelledPiece("a.png", Path("a.png"), "", Truth("1", None), {"options": options})


@pytest.mark.parametrize(
    ("options", "way"),
    [
        ("", Way()),
        ("--field", Way(field=True)),
        ("--country DE", Way(country="DE")),
        (r"--field --pattern '\d{5}'", Way(field=True, pattern=r"\d{5}")),
    ],
)
def test_options_say_how_a_picture_is_read(options: str, way: Way) -> None:
    assert way_of(piece(options)) == way
    assert way_of(piece(way.words)) == way


@pytest.mark.parametrize("options", ["--lexicon x", "--country", "DE"])
def test_other_options_are_refused(options: str) -> None:
    with pytest.raises(PosteyeError, match="are no options that a set is read with"):
        way_of(piece(options))


def test_a_set_is_read_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    picture = np.full((120, 420), 230, np.uint8)
    cv2.putText(picture, "81100 JOHOR", (20, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 30, 4, cv2.LINE_AA)
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(folder / name), picture)
    (folder / "labels.csv").write_text("file,code\na.png,81100\nb.png,\n")
    asked = FolderSet("letters", "some letters", "letters", Way(field=True, country="MY"), 0.9)
    row = row_of(asked, read_set(asked, tmp_path))
    assert (row.exact, row.pieces) == (Share(1, 1), 2)
    assert set(row.mistakes.items()) <= {("b.png", "81100")}
    monkeypatch.setattr(sets, "SETS", (asked,))
    done = CliRunner().invoke(sets.sets, [str(tmp_path)])
    assert done.exit_code == 0 and "letters" in done.output and "1 of 1" in done.output


def test_the_table_has_a_row_a_set() -> None:
    row = Row("whole receipts", "--country MY", 110, 0.97, Share(75, 110), Share(10, 110), Share(1, 10), {"a.jpg": "1"})
    values = msgspec.to_builtins(Rows({"pages": row}))
    results = Results("measured", "", "c", "0" * 40, False, "2026-01-01", None, {}, None, "", {}, None, values)
    markdown = rows_markdown({"piece-sets": results})
    assert "| whole receipts | `--country MY` | 110 | 97" in markdown and "68.2" in markdown
    assert "pages a.jpg: 1" in rows_text({"pages": row})
    with pytest.raises(PosteyeError, match="holds no sets"):
        rows_markdown({})
