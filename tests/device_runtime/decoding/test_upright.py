"""A code that reads as another one upside down is accepted only where something tells which way up it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device_runtime import Reader
from device_runtime.decoding import upright
from device_runtime.types import Candidate, Decoding, Reading
from tests.device_runtime.lettering import write

REPORTED = Path(__file__).parents[2] / "data" / "reported"
UPSIDE_DOWN = (("upside00.png", "86899", "66898"), ("upside03.png", "90686", "98906"))


@pytest.fixture(scope="module")
def reader() -> Reader:
    """A reader of US codes."""
    return Reader(country="US")


@pytest.fixture(scope="module")
def german_reader() -> Reader:
    """A reader of German codes."""
    return Reader(country="DE")


def reading(code: str | None, confidence: float = 0.99, status: str = "accepted") -> Reading:
    return Reading(status, code, None, confidence, (), (Candidate(code, confidence),) if code else ())  # type: ignore[arg-type]


def page_with(file: str) -> np.ndarray:
    """The code of a reported picture, the right way up, as the last of three lines."""
    code = upright.turn(cv2.imread(str(REPORTED / file), cv2.IMREAD_GRAYSCALE))
    page = np.full((330, 620), int(np.median(code)), np.uint8)
    page[230 : 230 + code.shape[0], 40 : 40 + code.shape[1]] = code
    for y, text in ((80, "Jane Smith"), (170, "4723 King Street")):
        write(page, text, 60, y, 1.5, ink=20)
    return page


@pytest.mark.parametrize(("file", "this_way", "turned"), UPSIDE_DOWN)
def test_a_field_of_such_a_code_alone_is_not_accepted(reader: Reader, file: str, this_way: str, turned: str) -> None:
    found = reader.read(REPORTED / file, field=True).reading
    reason = f"reads {this_way} this way up and {turned} turned: turn it, or give --upright if it is right"
    assert (found.status, found.code, found.reason) == ("rejected", this_way, reason)
    assert [c.code for c in found.candidates[:2]] == [this_way, turned]
    assert found.confidence <= 0.5


@pytest.mark.parametrize(("file", "this_way", "turned"), UPSIDE_DOWN)
def test_who_says_that_it_is_the_right_way_up_is_believed(
    reader: Reader, file: str, this_way: str, turned: str
) -> None:
    picture = upright.turn(cv2.imread(str(REPORTED / file), cv2.IMREAD_GRAYSCALE))
    assert reader.read(picture, field=True).reading.status == "rejected"
    found = reader.read(picture, field=True, upright=True).reading
    assert (found.status, found.code) == ("accepted", turned)


@pytest.mark.parametrize(("file", "this_way", "turned"), UPSIDE_DOWN)
def test_a_picture_of_such_a_code_alone_is_not_accepted(reader: Reader, file: str, this_way: str, turned: str) -> None:
    found = reader.read(REPORTED / file).reading
    assert found.status == "rejected" and {c.code for c in found.candidates} & {this_way, turned}


@pytest.mark.parametrize(("file", "this_way", "turned"), UPSIDE_DOWN)
def test_both_codes_of_a_picture_have_its_field(reader: Reader, file: str, this_way: str, turned: str) -> None:
    found = reader.read(REPORTED / file, role="any")
    first, second = found.reading.candidates[:2]
    assert (first.code, second.code) == (this_way, turned)
    assert found.field and first.field == found.field
    # The same place, read from its other end.
    assert second.field and second.field.corners == (*found.field.corners[2:], *found.field.corners[:2])


@pytest.mark.parametrize(("file", "this_way", "turned"), UPSIDE_DOWN)
def test_other_lines_tell_which_way_up(reader: Reader, file: str, this_way: str, turned: str) -> None:
    page = page_with(file)
    found = reader.read(page).reading
    # Where they do not tell it surely, nothing is accepted, and both codes are named.
    assert found.code == turned or (found.status == "rejected" and {turned} <= {c.code for c in found.candidates[:2]})
    down = reader.read(upright.turn(page)).reading
    assert down.code == turned or down.status != "accepted"


# Pages that were once accepted upside down: size of the print, row of its first line, width, height, grey, the lines.
PAGES = (
    (1.7, 90, 560, 300, 235, ("60998 ZORNEDING",)),
    (0.9, 87, 800, 300, 255, ("Schulweg 11", "88680 Siegen")),
    (1.7, 92, 700, 300, 235, ("06989 Siegen",)),
    (1.4, 113, 560, 300, 235, ("P.O. BOX 689", "98860 Siegen")),
    (1.7, 85, 560, 480, 255, ("96869 WISMAR",)),
    (1.7, 106, 560, 300, 235, ("P.O. BOX 689", "08099 WISMAR")),
    (1.7, 67, 700, 360, 235, ("P.O. BOX 689", "69086 Siegen")),
    (1.4, 81, 560, 300, 255, ("P.O. BOX 689", "98060 Siegen")),
)


@pytest.mark.parametrize(("size", "top", "width", "height", "gray", "lines"), PAGES)
def test_a_page_is_not_accepted_the_wrong_way_up(
    german_reader: Reader, size: float, top: int, width: int, height: int, gray: int, lines: tuple[str, ...]
) -> None:
    page = np.full((height, width), gray, np.uint8)
    for number, text in enumerate(lines):
        write(page, text, 60, top + number * int(42 * size), size)
    found = german_reader.read(upright.turn(page)).reading
    assert found.status != "accepted" or found.code == lines[-1][:5]


def test_other_codes_cost_nothing(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> Any:
        raise AssertionError("turned")

    monkeypatch.setattr(upright, "turn", fail)
    page = np.full((120, 260), 230, np.uint8)
    cv2.putText(page, "90347", (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.7, 20, 4, cv2.LINE_AA)
    assert reader.read(page).reading.code == "90347"


def test_which_readings_may_be_turned() -> None:
    assert upright.may_be_turned(reading("86899")) and upright.may_be_turned(reading("10 685"))
    assert not upright.may_be_turned(reading("86839"))
    assert not upright.may_be_turned(reading("86899", status="rejected"))
    assert not upright.may_be_turned(reading(None, status="no_code"))


def test_what_is_a_rival() -> None:
    assert upright.is_rival(reading("86899"), reading("66898", upright.RIVAL, "rejected"))
    assert upright.is_rival(reading("86251"), reading("15298", upright.RIVAL, "rejected"))
    assert not upright.is_rival(reading("86251"), reading("15298", upright.RIVAL - 0.01, "rejected"))
    # Of 0 6 8 9 every code is another one, whatever it is believed.
    assert upright.is_rival(reading("86899"), reading("66898", 0.01, "rejected"))
    assert not upright.is_rival(reading("96896"), reading("96896"))  # the same either way
    assert not upright.is_rival(reading("86899"), reading(None, 1.0, "no_code"))


def test_codes_of_which_every_digit_turns_ask_for_more_evidence() -> None:
    assert upright.is_told(reading("86251"), 1.0) and not upright.is_told(reading("86251"), 0.9)
    assert upright.is_told(reading("86 899"), 2.0) and not upright.is_told(reading("86 899"), 1.9)


def test_a_line_reads_more_plainly_one_way_up() -> None:
    def seen(free: float | None) -> Decoding:
        return Decoding((), (), None, free=free)

    assert upright.plainer(seen(-0.1), seen(-0.6)) == 0.5
    assert upright.plainer(seen(-0.6), seen(-0.1)) == -0.5
    assert upright.plainer(seen(0.0), seen(None)) == upright.plainer(seen(None), seen(-9.0)) == 0.0


def test_both_ways_share_the_belief() -> None:
    found = upright.doubt(reading("86899", 0.98), reading("66898", 0.96))
    assert [(c.code, c.confidence) for c in found.candidates] == [("86899", 0.49), ("66898", 0.48)]
    assert found.status == "rejected" and found.confidence == 0.49
