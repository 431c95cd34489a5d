"""Who is asked about what, and what becomes of the answer; the other recogniser is a made-up one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from device_runtime.second_opinion.opinion import SecondOpinion
from tests.device_runtime.lettering import write
from tests.device_runtime.second_opinion.made import CALIBRATION, NUMBERS, Told, asking, doubtful_field, probabilities
from tests.device_runtime.ticks import at_every_cut


def read(recognise: Any, field: np.ndarray, pattern: str = NUMBERS) -> Any:
    """The result of a field by a reader that asks a recogniser."""
    return asking(Reader(pattern=pattern), recognise).read(field, field=True, upright=True)


def test_a_code_in_doubt_is_accepted_where_both_agree() -> None:
    field, code = doubtful_field()
    result = read(Told(code), field)
    assert (result.reading.status, result.reading.code, result.reading.reason) == ("accepted", code, None)
    assert result.reading.confidence >= 0.9
    assert result.as_dict()["second_opinion"] == {"code": code, "agrees": True}
    assert [c.char for c in result.reading.characters] == list(code)
    assert result.timing_ms["total"] > result.timing_ms["second_opinion"] > 0


def test_where_there_is_no_time_to_ask_the_code_stays_in_doubt_and_the_reading_says_so() -> None:
    field, code = doubtful_field()
    told = Told(code)
    reader = asking(Reader(pattern=NUMBERS), told)
    whole, cut = at_every_cut(reader, lambda until_s: reader.read(field, field=True, until_s=until_s))
    assert whole.reading.status == "accepted" and len(told.shown) == 1
    found = [one.reading for one in cut]
    assert all(one == whole.reading for one in found if one.status == "accepted")
    reasons = {(one.reason or "").rpartition("; ")[2] for one in found if one.status != "accepted"}
    assert "not enough time to ask for a second opinion" in reasons
    assert "not enough time to read it at other widths" in reasons


def test_a_code_in_doubt_stays_rejected_where_they_disagree() -> None:
    field, code = doubtful_field()
    other = code[:-1] + ("1" if code[-1] != "1" else "4")
    result = read(Told(other), field)
    assert result.reading.status == "rejected"
    assert f"a second opinion reads {other}" in result.reading.reason
    assert result.as_dict()["second_opinion"] == {"code": other, "agrees": False}
    assert other in {c.code for c in result.reading.candidates}


@pytest.mark.parametrize("text", ["", "#", "####"])
def test_a_recogniser_that_sees_no_code_accepts_none(text: str) -> None:
    field, _ = doubtful_field()
    reading = read(Told(text), field).reading
    assert reading.status == "rejected" and reading.opinion is not None and not reading.opinion.agrees


def test_an_accepted_code_is_not_asked_about_and_stays_as_it_is() -> None:
    sample = next(s for s in load_samples() if "print" in s.file)
    told = Told("1")
    plain = Reader(**sample.grammar)
    assert plain.read(sample.path, field=True, upright=True).reading.status == "accepted"
    found = asking(Reader(**sample.grammar), told).read(sample.path, field=True, upright=True)
    assert not told.shown and found.reading == plain.read(sample.path, field=True, upright=True).reading
    assert "second_opinion" not in found.as_dict() and "second_opinion" not in found.timing_ms


def two_lines() -> np.ndarray:
    field = np.full((110, 200), 225, np.uint8)
    write(field, "50450", 20, 40)
    write(field, "47500", 20, 85)
    return field


def cut_through() -> np.ndarray:
    field = np.full((50, 240), 225, np.uint8)
    left, _, right, _ = write(field, "50450", 40, 36)
    return np.ascontiguousarray(field[:, left + (right - left) // 11 :])


def zeros() -> np.ndarray:
    field = np.full((50, 200), 225, np.uint8)
    write(field, "00000", 40, 36)
    return field


def struck() -> np.ndarray:
    field = np.full((50, 240), 225, np.uint8)
    left, top, right, bottom = write(field, "50450", 40, 36)
    cv2.line(field, (left - 6, (top + bottom) // 2), (right + 6, (top + bottom) // 2), 30, 3)
    return field


@pytest.mark.parametrize("made", [two_lines, cut_through, zeros, struck])
def test_what_is_rejected_for_another_reason_than_doubt_stays_rejected(made: Callable[[], np.ndarray]) -> None:
    field = made()
    alone = Reader(pattern=r"\d{5}").read(field, field=True, upright=True).reading
    assert alone.status != "accepted"
    for text in filter(None, {alone.code, "50450", "00000", "47500"}):
        assert read(Told(text), field, r"\d{5}").reading.status != "accepted", text


def test_a_blot_beside_a_code_that_both_read_rejects_it(monkeypatch: pytest.MonkeyPatch) -> None:
    field, code = doubtful_field()
    monkeypatch.setattr("device_runtime.line_reader.spoiled", lambda *_: "a blot")
    reading = read(Told(code), field).reading
    assert (reading.status, reading.reason) == ("rejected", "a blot; a second opinion agrees")


def test_an_empty_field_is_not_asked_about() -> None:
    told = Told("123")
    assert read(told, np.full((40, 120), 230, np.uint8)).reading.status == "no_code" and not told.shown


def broken(gray: np.ndarray) -> np.ndarray:
    raise RuntimeError("no memory\nin the session")


@pytest.mark.parametrize(
    ("recognise", "said"),
    [
        (broken, "no memory in the session"),
        (lambda _: np.zeros((0, 12), np.float32), "scores"),
        (lambda _: np.zeros((9, 11), np.float32), "(9, 11)"),
        (lambda _: np.zeros(12, np.float32), "(12,)"),
        (lambda _: np.full((9, 12), np.nan, np.float32), "no probabilities"),
        (lambda _: np.full((9, 12), -0.1, np.float32), "no probabilities"),
        (lambda _: np.full((9, 12), 7, np.float32), "no probabilities"),
    ],
)
def test_a_broken_recogniser_leaves_the_reading_as_it_was_and_says_so(recognise: Any, said: str) -> None:
    field, code = doubtful_field()
    alone = Reader(pattern=NUMBERS).read(field, field=True, upright=True).reading
    reading = read(recognise, field).reading
    assert (reading.status, reading.code, reading.confidence) == ("rejected", code, alone.confidence)
    assert reading.reason.startswith(f"{alone.reason}; the second opinion failed: ") and said in reading.reason
    assert "\n" not in reading.reason


def test_a_recogniser_that_knows_nothing_does_not_help() -> None:
    field, _ = doubtful_field()
    assert read(lambda _: np.full((30, 12), 1 / 12, np.float32), field).reading.status == "rejected"


def test_what_it_accepts_must_stand_the_later_checks() -> None:
    # Nobody said how long the codes are, and beside this one there is room for another character.
    field, code = doubtful_field()
    wide = np.concatenate(
        [field, np.full((field.shape[0], 4 * field.shape[1]), int(np.median(field)), np.uint8)], axis=1
    )
    reader = asking(Reader(), Told(code))
    assert reader.read(wide, field=True, upright=True).reading.status != "accepted"


def test_light_ink_is_shown_to_it_dark_on_light() -> None:
    field, code = doubtful_field()
    told = Told(code)
    reading = read(told, np.asarray(255 - field, np.uint8)).reading
    assert reading.code == code and told.shown
    assert all(np.median(gray) > np.mean(gray) - 5 for gray in told.shown[-1:])


def test_it_cannot_promise_less_than_its_calibration() -> None:
    reader = Reader(pattern=NUMBERS, max_error=0.005)
    with pytest.raises(PosteyeError, match=r"0\.005 cannot be promised"):
        SecondOpinion(reader._lines, Told("1"), CALIBRATION, 0.005)


def test_a_whole_piece_gets_none() -> None:
    reader = asking(Reader(pattern=NUMBERS), Told("1"))
    with pytest.raises(PosteyeError, match="on fields alone"):
        reader.read(np.full((300, 400), 230, np.uint8))


def test_probabilities_made_here_are_some() -> None:
    assert probabilities("12#").sum(axis=1) == pytest.approx(1.0, abs=1e-6)
