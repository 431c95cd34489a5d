"""Codes that are struck out or stand beside a blot are not accepted; ruled lines and ink farther off are harmless."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime import Reader
from device_runtime.decoding.spoiled import BLOT, STRUCK

REPORTED = Path(__file__).parents[2] / "data" / "reported"
PAPER, INK = (238, 240, 245), (20, 20, 50)
LEFT, RIGHT, TOP, BOTTOM = 44, 276, 40, 90  # of the writing


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(pattern=r"\d{5}")


def written(code: str = "71345") -> NDArray[np.uint8]:
    image = np.full((130, 330, 3), PAPER, np.uint8)
    for number, digit in enumerate(code):
        cv2.putText(image, digit, (LEFT + 48 * number, BOTTOM), cv2.FONT_HERSHEY_SIMPLEX, 2.3, INK, 5, cv2.LINE_AA)
    return image


def reason(reader: Reader, image: NDArray[np.uint8]) -> tuple[str, str | None]:
    reading = reader.read(image, field=True).reading
    return reading.status, reading.reason


@pytest.mark.parametrize("seed", range(20))
def test_struck_codes_are_not_accepted(reader: Reader, seed: int) -> None:
    random = np.random.default_rng(seed)
    image = written()
    y, fall = int(random.integers(60, 71)), int(random.integers(-8, 9))
    color = [INK, (200, 30, 40), (30, 30, 120)][int(random.integers(3))]
    ends = (LEFT - int(random.integers(5, 30)), y), (RIGHT + int(random.integers(5, 30)), y + fall)
    cv2.line(image, *ends, color, int(random.integers(1, 5)), cv2.LINE_AA)
    assert reason(reader, image)[0] != "accepted"


def test_why_a_struck_code_is_rejected(reader: Reader) -> None:
    image = written()
    cv2.line(image, (30, 68), (300, 62), (200, 30, 40), 2, cv2.LINE_AA)
    assert reason(reader, image) == ("rejected", STRUCK)
    assert reader.read(image, field=True).reading.code == "71345"


@pytest.mark.parametrize("y", [20, 100, 112])
def test_a_rule_above_or_below_is_harmless(reader: Reader, y: int) -> None:
    image = written()
    cv2.line(image, (0, y), (330, y), INK, 2)
    assert reason(reader, image) == reason(reader, written()) == ("accepted", None)


@pytest.mark.parametrize("place", ["left", "right"])
@pytest.mark.parametrize("light", [False, True])
def test_a_blot_as_large_as_a_digit_beside_the_code_hides_one(reader: Reader, place: str, light: bool) -> None:
    image = np.full((130, 400, 3), PAPER, np.uint8)
    image[:, 50:380] = written()
    center = (60, 66) if place == "left" else (358, 66)
    assert reason(reader, image) == ("accepted", None)
    cv2.ellipse(image, center, (19, 30), 0, 0, 360, INK, -1, cv2.LINE_AA)
    assert reason(reader, np.asarray(255 - image, np.uint8) if light else image)[0] == "rejected"


def test_what_is_farther_off_hides_nothing(reader: Reader) -> None:
    image = np.full((130, 520, 3), PAPER, np.uint8)
    image[:, 150:480] = written()
    cv2.ellipse(image, (40, 66), (19, 30), 0, 0, 360, INK, -1, cv2.LINE_AA)
    assert reason(reader, image)[1] != BLOT


@pytest.mark.parametrize(("name", "why"), [("struck00", STRUCK), ("blot02", BLOT)])
def test_reported_fields_are_rejected_with_the_reason(name: str, why: str) -> None:
    status, said = reason(Reader(country="DE"), np.asarray(cv2.imread(str(REPORTED / f"{name}.png"))))
    assert status == "rejected" and said is not None
    assert said == why or said.startswith("low confidence")  # which is told where no code is sure to begin with
