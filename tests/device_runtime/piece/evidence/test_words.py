"""The words beside a code, from a drawn strip and made scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.piece.evidence.words import irregularity, words_of
from device_runtime.types import Strip

DIGITS = "0123456789"
BLANK, RUBBISH = 10, 11


def drawn(text: str) -> tuple[Strip, NDArray[np.int8], NDArray[np.float32]]:
    """A strip of bars, 10 px wide and 4 px apart, and what a sure scanner says of it; a point is a small mark."""
    width = 14 * len(text)
    pixels = np.zeros((STRIP_HEIGHT_PX, width), np.uint8)
    x_px = np.arange(1, width, 2).astype(np.float32)
    shown = np.full(len(x_px), BLANK)
    for place, char in enumerate(text):
        left = 14 * place + 2
        if char == " ":
            continue
        top = 22 if char == "." else 6
        pixels[top:26, left : left + (8 if char == "." else 10)] = 255
        inside = (x_px > left + 2) & (x_px < left + 8)
        shown[inside] = DIGITS.index(char) if char.isdecimal() else RUBBISH
    scores = np.full((len(x_px), 12), -100, np.int8)
    scores[np.arange(len(x_px)), shown] = 100
    strip = Strip(pixels, np.array([[1.0, 0, 0], [0, 1, 0]]), True)
    return strip, scores, x_px


def test_words_with_their_digits_letters_and_marks() -> None:
    words = words_of(*drawn("NY 10001  ab"), DIGITS)
    assert [(w.digits, w.letters, w.marks) for w in words] == [("", 2, 0), ("10001", 0, 0), ("", 2, 0)]
    assert [round(w.left) for w in words] == [2, 44, 142]
    (date,) = words_of(*drawn("29.11"), DIGITS)
    assert (date.digits, date.letters, date.marks) == ("2911", 0, 1)


def test_paper_has_no_words() -> None:
    assert words_of(*drawn("   "), DIGITS) == ()


def test_uneven_characters_are_irregular() -> None:
    strip, _, _ = drawn("12345")
    assert irregularity(strip, None) == 0.0
    uneven = strip.pixels.copy()
    uneven[2:6, 14:28] = uneven[10, 14:28]  # the second begins 4 rows higher
    found = irregularity(Strip(uneven, strip.image_from_strip, True), None)
    assert found == 4 / (2 * 5 * 20)
    # Of the last three alone there is nothing uneven.
    assert irregularity(Strip(uneven, strip.image_from_strip, True), (40, 63)) == 0.0
