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
from device_runtime.types import Reading
from train.commands.evaluate import evaluate
from train.data.labelled import read_labels
from train.evaluation.pictures import PictureOutcome, read_pictures

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
    """A piece with a code, one without, and the first with a wrong label."""
    place = tmp_path_factory.mktemp("mail")
    for name, lines in {"a.png": ADDRESS, "b.png": ("TO THE", "TENANT"), "c.png": ADDRESS}.items():
        cv2.imwrite(str(place / name), piece(*lines))
    (place / "labels.csv").write_text("file,code\na.png,81100\nb.png,\nc.png,10000\n")
    return place


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(evaluate, [str(folder), *COUNTRY, *words])


def test_whole_pictures_are_read_as_posteye_read_reads_them(folder: Path) -> None:
    found = read_pictures(read_labels(folder), Reader(country="MY"))
    reader = Reader(country="MY")
    assert found.readings == [reader.read(folder / name).reading for name in ("a.png", "b.png", "c.png")]
    assert found.codes == ["81100", None, "81100"]
    assert found.exact == pytest.approx(2 / 3) and found.no_code == pytest.approx(1 / 3)


def test_the_output_tells_which_of_the_two_was_measured(folder: Path) -> None:
    whole, fields = run(folder), run(folder, "--field")
    assert whole.exit_code == fields.exit_code == 0, whole.output + fields.output
    assert "each image was read as a whole picture" in whole.stdout and "66.67%" in whole.stdout
    assert "each image was read as one text field" in fields.stdout
    as_json = [json.loads(run(folder, *words, "--json").stdout) for words in ((), ("--field",))]
    assert [figures["images"] for figures in as_json] == ["whole pictures", "text fields"]
    (name,) = (key for key in as_json[0] if key.startswith("int8 "))
    assert as_json[0][name]["pictures"] == 3 and as_json[0][name]["exact"] == pytest.approx(0.6667)
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
    for option, value in (("--float", "x"), ("--plot", "x.png"), ("--gallery", "x.html"), ("--segmenter", "hos")):
        error = run(folder, option, value if option == "--segmenter" else str(tmp_path / value)).exception
        assert isinstance(error, PosteyeError) and option in str(error)
        assert "is for text fields; add --field" in str(error)
    assert not list(tmp_path.iterdir())


def test_rejected_readings_are_never_wrong_among_the_accepted() -> None:
    def reading(code: str | None, status: str) -> Reading:
        return Reading(status, code, None, 0.9, (), ())  # type: ignore[arg-type]

    readings = [reading("1", "accepted"), reading("2", "accepted"), reading("3", "rejected"), reading(None, "no_code")]
    found = PictureOutcome(list("abcd"), readings, ["1", "9", "8", ""], 0.01)
    assert (found.exact, found.accepted, found.wrong, found.no_code) == (0.5, 0.5, 0.5, 0.25)
    assert PictureOutcome(["a"], readings[2:3], ["8"], 0.01).wrong == 0
