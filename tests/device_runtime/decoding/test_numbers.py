"""Numbers that are no code, printed: what is accepted of them would be wrong."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime import Reader
from device_runtime.recognition.scan_lattice import ScanLattice, scan_lattice
from train.synthesis.writing.fonts import PRINT_FAMILIES, find_fonts
from train.synthesis.writing.typeset import Typesetter


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(pattern=r"\d{5}")


def printed(*lines: str, seed: int = 1) -> NDArray[np.uint8]:
    """Lines in DejaVu Sans, dark on light."""
    fonts = [font for font in find_fonts(PRINT_FAMILIES) if font.name == "DejaVuSans.ttf"]
    setter = Typesetter(fonts, np.random.default_rng(seed))
    inks = [setter.set_line(line, 30) for line in lines]
    width = max(ink.shape[1] for ink in inks)
    ink = np.concatenate([np.pad(ink, ((0, 0), (0, width - ink.shape[1]))) for ink in inks])
    return np.asarray(255 - cv2.GaussianBlur(ink, (3, 3), 0) // 10 * 9, np.uint8)


@pytest.mark.parametrize(
    "text",
    [
        "52482",
        "52482 Town",
        "Town 52482",
        "No. 12, 52482 Town",
        "D-52482 Town",
    ],
)
def test_a_code_among_other_writing_is_accepted(reader: Reader, text: str) -> None:
    reading = reader.read(printed(text), field=True).reading
    assert (reading.status, reading.code) == ("accepted", "52482"), reading


@pytest.mark.parametrize("mark", "-,./:")
@pytest.mark.parametrize("form", ["369262{}52482", "52482{}369262", "52482{}99"])
def test_a_number_that_a_mark_continues_is_one_number(reader: Reader, mark: str, form: str) -> None:
    reading = reader.read(printed(form.format(mark)), field=True).reading
    assert reading.status != "accepted", reading


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("369262-52482", "a mark joins it to more digits"),
        ("12.345", "a dot, comma or dash stands between its digits"),
        ("AB74711", "letters touch it"),
        ("74711AB", "letters touch it"),
    ],
)
def test_a_code_that_other_writing_spoils_is_rejected_with_that_reason(reader: Reader, text: str, reason: str) -> None:
    reading = reader.read(printed(text), field=True).reading
    assert (reading.status, reading.reason) == ("rejected", reason), reading


def test_two_lines_in_one_field_are_not_accepted(reader: Reader) -> None:
    reading = reader.read(printed("52482", "71345"), field=True).reading
    assert reading.status == "rejected" and reading.reason is not None and reading.reason.startswith("two lines"), (
        reading
    )


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_field_that_cuts_off_a_digit_is_not_accepted(reader: Reader, side: str) -> None:
    image = printed("80888")
    columns = np.flatnonzero((image < 128).any(axis=0))
    half = (columns[-1] - columns[0]) // 11
    cut = image[:, columns[0] + half :] if side == "left" else image[:, : columns[-1] - half]
    reading = reader.read(np.ascontiguousarray(cut), field=True).reading
    assert reading.status != "accepted", reading


def test_zeros_alone_are_no_code(reader: Reader) -> None:
    for text in ("00000", "OOOOO"):
        reading = reader.read(printed(text), field=True).reading
        assert reading.status != "accepted", reading
    assert Reader(pattern=r"\d").read(printed("0"), field=True).reading.status == "accepted"


def test_separators_that_the_grammar_knows_are_read() -> None:
    reading = Reader(country="US").read(printed("62704-1234"), field=True).reading
    assert (reading.status, reading.code) == ("accepted", "62704-1234")


def test_marks_group_the_digits_of_a_number_of_any_length() -> None:
    reading = Reader(pattern=r"\d{1,8}").read(printed("12.345"), field=True).reading
    assert reading.code == "12345"


def test_the_reader_builds_the_lattice_of_a_number_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []

    def counted(*given: Any) -> ScanLattice:
        built.append(given)
        return scan_lattice(*given)

    monkeypatch.setattr("device_runtime.recognition.scan_lattice.scan_lattice", counted)
    monkeypatch.setattr("device_runtime.decoding.ensemble.CONFIDENCE_THRESHOLD", 0.0)  # at one width
    reader = Reader(pattern=r"\d{1,8}")
    monkeypatch.setattr(reader._lines._strips, "_core", None)  # the compiled core has lattices of its own
    reading = reader.read(printed("12345"), field=True).reading
    assert reading.code == "12345" and len(built) == 1
