"""The page of an evaluation shows the mistakes and nothing else, breaks figures down, and is safe to open."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from device_runtime.decoding.ensemble import View
from device_runtime.errors import PosteyeError
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Candidate, Character, Decoding, Penalties, Strip
from tests.calibrations import made_calibration
from tests.stub import stub_bundle
from tests.train.report.parsed import Page
from train.commands.evaluate import evaluate
from train.data.labelled import DARKNESS, Labeled, darkness, folder_strips, usps_strips
from train.evaluation.breakdown import Group, breakdown
from train.evaluation.confusion import confusion
from train.evaluation.evaluate import Outcome
from train.evaluation.ink import connected_pieces, ink_width_px
from train.evaluation.plots import Believed
from train.report import gallery as module
from train.report.gallery import Evaluated, gallery
from train.report.gallery_figures import curve

NASTY = '<script>alert("1")</script>&.png'
CALIBRATION = made_calibration((0.01, 0.9, 0.5), (0.1, 0.5, 0.8))


def strip_of(*bars: int) -> Strip:
    """A strip 60 px wide with upright bars, 3 px wide, that begin at the given x."""
    pixels = np.zeros((32, 60), np.uint8)
    for x in bars:
        pixels[6:26, x : x + 3] = 255
    return Strip(pixels, np.eye(2, 3), True)


def penalties_of(code: str) -> Penalties:
    """Columns that hold a code beyond reasonable doubt, with blanks between."""
    values = np.full((30, 12), 6.0, np.float32)
    values[:, 10] = 0.05
    for place, char in enumerate(code):
        values[3 + 5 * place, [int(char), 10]] = 0.05, 6.0
    return penalties_of_values(values, np.arange(30, dtype=np.float32) * 2 + 1, "0123456789")


def evaluated(rows: list[tuple[str, str, float]], names: list[str] | None = None) -> Evaluated:
    """An evaluation of made-up readings: truth, answer, confidence."""
    strips = [strip_of(8, 28, 48) for _ in rows]
    decodings = []
    for _, answer, sure in rows:
        characters = tuple(Character(char, sure, 6.0 + 10 * i) for i, char in enumerate(answer))
        decodings.append(Decoding((Candidate(answer, sure),) if answer else (), characters, None))
    truths = [truth for truth, _, _ in rows]
    outcome = Outcome(
        decodings, np.array([sure for *_, sure in rows]), np.array([truth == answer for truth, answer, _ in rows])
    )
    data = Labeled(strips, truths, names or [f"{i}.png" for i in range(len(rows))])

    def look(strip: Strip) -> View:
        number = next(i for i, known in enumerate(strips) if known is strip)
        return View(strip, decodings[number])

    def columns(strip: Strip) -> Penalties:
        return penalties_of(rows[next(i for i, known in enumerate(strips) if known is strip)][1])

    counted = confusion(outcome.codes, truths, "0123456789")
    return Evaluated(data, outcome, counted, CALIBRATION, 0.01, look, columns, {"grammar": "<any>"})


def test_each_reading_stands_where_it_belongs() -> None:
    rows = [("123", "123", 0.99), ("123", "173", 0.95), ("45", "46", 0.3), ("7", "7", 0.6)]
    page = Page(gallery("t", evaluated(rows)))
    assert page.inside("h2")[3:] == ["Wrong and accepted (1)", "Wrong and rejected (1)", "Right but rejected (1)"]
    assert page.inside("nav") == page.inside("h2")
    assert len(page.all("article")) == 3
    assert page.inside("header")[:8] == ["read", "1", "7", "3", "truth", "1", "2", "3"]
    assert [text for path, text in page.words if path.endswith("header/span/b")] == ["7", "2", "6", "5"]
    assert any(text.endswith("nats more") for text in page.inside("article"))


def test_the_figures_are_those_of_the_readings() -> None:
    rows = [("123", "123", 0.99), ("123", "173", 0.95), ("45", "46", 0.3), ("7", "7", 0.6)]
    page = Page(gallery("t", evaluated(rows)))
    tiles = [text for path, text in page.words if path.endswith("div/div/b")]
    assert tiles == ["4", "50.00%", "77.78%", "50.0%", "1 (50.00%)"]
    cells = [text for path, text in page.words if path.endswith("td")]
    # --max-error 1 %: threshold 0.9 accepts two of four, one of them wrong; no threshold keeps errors below 1 % better
    # than the one that accepts the surest alone.
    assert cells[:5] == ["1.0%", "0.9000", "50.0%", "50.00% (1)", "25.0%"]
    assert cells[5:10] == ["10.0%", "0.5000", "75.0%", "33.33% (1)", "25.0%"]


def test_the_surest_mistakes_come_first_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHOWN", 2)
    page = Page(gallery("t", evaluated([("11", "12", 0.2), ("11", "13", 0.4), ("11", "14", 0.3)])))
    assert [text for text in page.inside("header") if "." in text] == ["0.400", "0.300"]
    assert any("The 1 least sure are left out." in text for text in page.inside("p"))


def test_pages_are_self_contained_and_escaped() -> None:
    page = Page(gallery(NASTY, evaluated([("1<b>", "12", 0.2), ("3", "", 0.0)], [NASTY, NASTY])))
    page.assert_safe()
    page.assert_pictures_have_words()
    assert page.inside("title") == [NASTY] == page.inside("h1")
    assert any(NASTY in text for text in page.inside("article"))
    assert any("grammar <any>" in text for text in page.inside("p"))
    assert "no code" in page.inside("article")


def test_the_same_figures_give_the_same_page() -> None:
    rows = [("123", "123", 0.99), ("123", "173", 0.95)]
    assert gallery("t", evaluated(rows)) == gallery("t", evaluated(rows))


def test_the_curve_follows_the_colours_of_the_page() -> None:
    drawn = curve(Believed(np.linspace(0, 1, 50), np.arange(50) % 7 > 0))
    assert "var(--two)" in drawn and "var(--line)" in drawn and "<style" not in drawn
    assert not re.search(r"(fill|stroke): #(?!000000)", drawn)
    ElementTree.fromstring(drawn)


def test_no_strings_is_an_error() -> None:
    with pytest.raises(PosteyeError, match="no strings"):
        gallery("t", evaluated([]))


def test_figures_are_broken_down() -> None:
    data = evaluated([("123", "123", 0.99), ("12", "13", 0.9), ("12", "12", 0.9)]).data
    data = Labeled(
        [strip_of(8, 28, 48), strip_of(8), strip_of(8, 28)],
        data.codes,
        data.names,
        {"style": ["print", "hand", ""], DARKNESS: ["0.5", "0.25", "0.5"]},
    )
    found = {
        slicing.name: {group.value: group for group in slicing.groups}
        for slicing in breakdown(data, np.array([True, False, True]), np.array([True, True, False]))
    }
    assert found["characters of the code"]["2"] == Group("2", 2, 0.5, 0.5, 1.0)
    assert found["connected pieces"]["fewer than digits"].strings == 1
    assert found["style"]["hand"].exact == 0 and found["style"]["(not given)"].strings == 1
    assert list(found[DARKNESS]) == ["0.25", "0.5"]
    low, high = found["style"]["print"].interval
    assert 0 < low < 0.5 and high == pytest.approx(1.0)


def test_many_values_are_binned_and_names_are_no_slice() -> None:
    count = 40
    strips, codes, names = [strip_of(8)] * count, ["1"] * count, [""] * count
    slices = {"line": [f"x{i}" for i in range(count)], "size": [str(i) for i in range(count)]}
    right = np.arange(count) >= 20
    *_, line, size = breakdown(Labeled(strips, codes, names, slices), right, right)
    assert (line.groups, line.values) == ((), count)
    assert [group.exact for group in size.groups] == [0, 0, 1, 1]
    assert sum(group.strings for group in size.groups) == count


def test_ink_is_measured() -> None:
    assert darkness(np.full((20, 20), 90, np.uint8)) == 0
    field = np.full((20, 20), 200, np.uint8)
    field[5:15, 5:8] = 50
    assert darkness(field) == pytest.approx(0.75)
    assert (ink_width_px(strip_of(8, 28)), connected_pieces(strip_of(8, 28))) == (23, 2)
    assert (ink_width_px(strip_of()), connected_pieces(strip_of())) == (0, 0)


def test_usps_rows_become_strips(tmp_path: Path) -> None:
    image = np.full((16, 16), -1.0)
    image[2:14, 7:10] = 1.0
    path = tmp_path / "zip.test.gz"
    path.write_bytes(gzip.compress(f"1.0000 {' '.join(f'{v:.4f}' for v in image.ravel())} \n".encode()))
    data = usps_strips(path)
    assert data.codes == ["1"] and data.strips[0].has_ink
    assert connected_pieces(data.strips[0]) == 1


@pytest.mark.parametrize("text", [b"", b"hello", b"1 2 3\n", b"\xff\xfe", b"\x1f\x8bbroken", b"11 " + b"0 " * 256])
def test_other_files_are_no_usps_digits(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "zip").write_bytes(text)
    with pytest.raises(PosteyeError, match="USPS"):
        usps_strips(tmp_path / "zip")


def labelled_folder(folder: Path) -> Path:
    """Two fields of a digit each, with a further column."""
    folder.mkdir()
    for name, digit in (("a.png", "3"), ("b.png", "7")):
        field = np.full((48, 60), 230, np.uint8)
        cv2.putText(field, digit, (18, 36), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3)
        cv2.imwrite(str(folder / name), field)
    (folder / "labels.csv").write_text("file,code,style\na.png,3,hand\nb.png,7\n")
    return folder


def test_further_columns_become_slices(tmp_path: Path) -> None:
    data = folder_strips(labelled_folder(tmp_path / "f"))
    assert data.slices["style"] == ["hand", ""]
    assert all(0.5 < float(dark) < 1 for dark in data.slices[DARKNESS])


def test_the_command_writes_page_and_counts(tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    folder = labelled_folder(tmp_path / "f")
    run = ["--field", "--pattern", r"\d", "--bundle", str(stub_bundle()), "--engine", "numpy"]
    result = CliRunner().invoke(
        evaluate, [str(folder), *run, "--gallery", str(page), "--confusion", "--json"], catch_exceptions=False
    )
    figures = json.loads(result.stdout)
    assert sum(map(sum, figures["confusion"]["truth_by_answer"])) + figures["confusion"]["unread_strings"] >= 2
    assert Page(page.read_text()).inside("h2")[:3] == [
        "Error against reject",
        "Which digit is read as which",
        "Figures by slice",
    ]
    shown = CliRunner().invoke(evaluate, [str(folder), *run, "--confusion"], catch_exceptions=False)
    assert "truth" in shown.stdout and "commonest" in shown.stdout


def test_usps_needs_its_file() -> None:
    result = CliRunner().invoke(evaluate, ["usps", "--bundle", str(stub_bundle())])
    assert isinstance(result.exception, PosteyeError) and "--usps" in str(result.exception)


@pytest.mark.parametrize("option", [("--country", "DE"), ("--lexicon", "codes.txt")])
def test_single_digits_take_no_grammar_of_codes(option: tuple[str, str]) -> None:
    result = CliRunner().invoke(evaluate, ["usps", "--usps", "zip.train.gz", *option])
    assert isinstance(result.exception, PosteyeError) and f"leave out {option[0]}" in str(result.exception)
