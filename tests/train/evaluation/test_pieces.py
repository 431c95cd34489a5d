"""`posteye evaluate FOLDER` measures whole pictures as `posteye read` reads them, and fields with --field."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from device_runtime import Reader
from device_runtime.errors import PosteyeError
from device_runtime.types import Field, Status
from train.commands.evaluate import evaluate
from train.data.piece_labels import read_pieces as read_labels
from train.evaluation.pieces import Judged, PieceFigures, read_pieces

ADDRESS = ("S. RAHMAN", "7 JALAN BUKIT", "81100 JOHOR", "MALAYSIA")
COUNTRY = ("--country", "MY")


def piece(*lines: str) -> NDArray[np.uint8]:
    """A piece of mail with an address in OpenCV's lettering, in the lower right of much paper."""
    paper = np.full((700, 1000), 225, np.uint8)
    for number, line in enumerate(lines):
        place = (430, 330 + 75 * number)
        cv2.putText(paper, line, place, cv2.FONT_HERSHEY_SIMPLEX, 1.3, 40, 3, cv2.LINE_AA)
    return paper


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piece with a code, one without writing, and the first with a wrong label."""
    place = tmp_path_factory.mktemp("mail")
    for name, lines in {"a.png": ADDRESS, "b.png": (), "c.png": ADDRESS}.items():
        cv2.imwrite(str(place / name), piece(*lines))
    (place / "labels.csv").write_text("file,code\na.png,81100\nb.png,\nc.png,10000\n")
    return place


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(evaluate, [str(folder), *COUNTRY, *words])


def judged(truth: str, code: str | None, status: Status, rank: int | None = None, **columns: str) -> Judged:
    mistake = "sender" if code and code != truth else None
    return Judged("a.png", truth, status, code, 0.9, None, rank, mistake, columns)


def test_whole_pictures_are_read_as_posteye_read_reads_them(folder: Path) -> None:
    reader = Reader(country="MY")
    found = read_pieces(read_labels(folder), {"": reader}.__getitem__)
    for look, name in zip(found, ("a.png", "b.png", "c.png"), strict=True):
        reading = reader.read(folder / name).reading
        assert (look.judged.status, look.judged.code) == (reading.status, reading.code)
        assert look.judged.confidence == reading.confidence and look.candidates == reading.candidates
    figures = PieceFigures([look.judged for look in found])
    assert [look.judged.code for look in found] == ["81100", None, "81100"]
    assert (figures.exact.count, figures.exact.of) == (1, 2) and figures.no_code.count == 1
    assert figures.located(3).of == 0  # no labels say where the codes are


def test_the_output_tells_which_of_the_two_was_measured(folder: Path) -> None:
    whole, fields = run(folder), run(folder, "--field")
    assert whole.exit_code == fields.exit_code == 0, whole.output + fields.output
    assert "each image was read as a whole picture" in whole.stdout and "1 of 2   50.0 %" in whole.stdout
    assert "each image was read as one text field" in fields.stdout
    as_json = [json.loads(run(folder, *words, "--json").stdout) for words in ((), ("--field",))]
    assert [figures["images"] for figures in as_json] == ["whole pictures", "text fields"]
    (name,) = (key for key in as_json[0] if key.startswith("int8 "))
    assert as_json[0][name]["pictures"] == 3 and as_json[0][name]["exact"] == 0.5
    # An address of several lines is no field: what the folder is read as makes the difference.
    assert as_json[1][name]["strings"] == 3 and as_json[1][name]["exact"] < 0.5


def test_answers_tell_what_was_decided_and_why(folder: Path, tmp_path: Path) -> None:
    done = run(folder, "--answers", str(tmp_path / "a.csv"), "--confusion")
    assert done.exit_code == 0 and "commonest" in done.stdout
    rows = list(csv.DictReader((tmp_path / "a.csv").open(newline="")))
    assert [row["name"] for row in rows] == ["a.png", "b.png", "c.png"]
    assert (rows[0]["truth"], rows[0]["code"]) == ("81100", "81100")
    assert rows[1]["status"] == "no_code" and rows[1]["reason"]


def test_what_only_fields_have_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    for option, value in (("--float", "x"), ("--plot", "x.png"), ("--segmenter", "hos")):
        error = run(folder, option, value if option == "--segmenter" else str(tmp_path / value)).exception
        assert isinstance(error, PosteyeError) and option in str(error)
        assert "is for text fields; add --field" in str(error)
    assert not list(tmp_path.iterdir())


def test_rejected_readings_are_never_wrong_among_the_accepted() -> None:
    figures = PieceFigures(
        [
            judged("1", "1", "accepted"),
            judged("9", "2", "accepted"),
            judged("8", "3", "rejected"),
            judged("", None, "no_code"),
        ]
    )
    assert (figures.exact.count, figures.exact.of) == (1, 3)
    assert (figures.accepted.value, figures.wrong.value, figures.no_code.value) == (0.5, 0.5, 0.25)
    assert figures.mistakes["sender"].count == 1 and figures.mistakes["sender"].of == 4
    assert PieceFigures([judged("8", "3", "rejected")]).wrong.value == 0


def test_a_code_on_a_piece_without_one_is_wrong_and_counted_apart() -> None:
    figures = PieceFigures(
        [judged("", "4711", "accepted"), judged("", "4711", "rejected"), judged("1", "1", "accepted")]
    )
    assert (figures.accepted_without_code.count, figures.accepted_without_code.of) == (1, 2)
    assert (figures.wrong.count, figures.wrong.of) == (1, 2)
    assert figures.exact.of == 1


def test_located_counts_only_pieces_whose_field_is_known() -> None:
    figures = PieceFigures([judged("1", "1", "accepted", rank) for rank in (1, 3, 4, 0, None)])
    assert [(figures.located(best).count, figures.located(best).of) for best in (1, 3)] == [(1, 4), (2, 4)]
    summary = figures.summary()
    assert summary["located_top_3"] == 0.5 and summary["of"]["located_top_3"] == 4
    low, high = summary["intervals"]["located_top_3"]
    assert 0 < low < 0.5 < high < 1


def test_figures_are_broken_down_by_a_column_of_the_labels(folder: Path, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "labels.csv").write_text("file,code,writing\na.png,81100,print\nb.png,,none\nc.png,10000,print\n")
    done = run(tmp_path, "--by", "writing", "--json")
    assert done.exit_code == 0, done.output
    split = json.loads(done.stdout)["by"]["writing"]
    assert list(split) == ["none", "print"] and split["print"]["exact"] == 0.5 and split["none"]["pictures"] == 1
    assert "writing" in run(tmp_path, "--by", "writing").stdout
    error = run(tmp_path, "--by", "ink").exception
    assert isinstance(error, PosteyeError) and "has no column 'ink'" in str(error)


def test_each_piece_is_read_with_the_grammar_of_its_own_country(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes((folder / "a.png").read_bytes())
    cv2.imwrite(str(tmp_path / "d.png"), piece("A. MUSTER", "8001 ZURICH"))
    (tmp_path / "labels.csv").write_text("file,code,country\na.png,81100,\nd.png,8001,CH\n")
    done = run(tmp_path, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["grammar"].count(",") == 1
    (name,) = (key for key in found if key.startswith("int8 "))
    assert found[name]["exact"] == 1
    (tmp_path / "labels.csv").write_text("file,code,country\na.png,81100,XX\n")
    assert "XX" in str(run(tmp_path).exception)


def test_where_the_code_is_tells_what_was_located_and_what_a_wrong_code_is(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes((folder / "a.png").read_bytes())
    found = Reader(country="MY").read(tmp_path / "a.png").field
    assert found is not None
    there, elsewhere = _text(found), "10 10 90 10 90 40 10 40"
    (tmp_path / "labels.csv").write_text(f"file,code,corners\na.png,81100,{there}\n")
    done = json.loads(run(tmp_path, "--json").stdout)
    (name,) = (key for key in done if key.startswith("int8 "))
    assert done[name]["located_top_1"] == 1
    # The same picture, where the code that stands there is the sender's.
    (tmp_path / "labels.csv").write_text(f"file,code,corners\na.png,81200,{elsewhere}\n")
    (tmp_path / "numbers.csv").write_text(f"file,number,role,kind,corners\na.png,81100,sender,code,{there}\n")
    done = json.loads(run(tmp_path, "--json").stdout)
    assert done[name]["located_top_3"] == 0 and done[name]["mistakes"] == {"sender": 1}
    assert "  sender" in run(tmp_path).stdout


def _text(field: Field) -> str:
    return " ".join(f"{value:g}" for corner in field.corners for value in corner)
