"""A field of its own: room for a character that has gone, where nobody said how long the codes are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime import Reader
from device_runtime.piece.in_line import ROOM

REPORTED = Path(__file__).parents[2] / "data" / "reported"


def written(code: str) -> NDArray[np.uint8]:
    image = np.full((100, 320), 238, np.uint8)
    for number, digit in enumerate(code):
        cv2.putText(image, digit, (40 + 48 * number, 72), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 25, 4, cv2.LINE_AA)
    return image


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def test_a_whole_code_is_accepted(reader: Reader) -> None:
    reading = reader.read(written("71345"), field=True).reading
    assert (reading.status, reading.code) == ("accepted", "71345")


@pytest.mark.parametrize("code", [" 1345", "7134 ", "7 345", "71 45"])
def test_room_for_one_more_character_is_seen(reader: Reader, code: str) -> None:
    assert reader.read(written(code), field=True).reading.status != "accepted"


def test_who_knows_the_length_needs_no_room() -> None:
    assert Reader(pattern=r"\d{4}").read(written("7134 "), field=True).reading.status == "accepted"


def test_the_reported_field_is_rejected_with_the_reason(reader: Reader) -> None:
    reading = reader.read(REPORTED / "gone02.png", field=True).reading
    assert (reading.status, reading.code, reading.reason) == ("rejected", "4820", ROOM)
