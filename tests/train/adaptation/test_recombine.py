"""Strips are cut where paper shows, each piece with its digits, and new numbers hold what their targets say."""

from __future__ import annotations

import numpy as np

from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Penalties
from train.adaptation.recombine import Piece, Recombiner, cut

ALPHABET = "0123456789"


def said(peaks: dict[int, int], columns: int) -> Penalties:
    """A scanner that is sure of blank but for a digit at some columns; a column for 2 px."""
    values = np.full((columns, 12), 9.0, np.float32)
    values[:, 10] = 0.01
    for column, digit in peaks.items():
        values[column, 10], values[column, digit] = 9.0, 0.01
    return penalties_of_values(values, 2 * np.arange(columns, dtype=np.float32), ALPHABET)


def blocks(*spans: tuple[int, int]) -> np.ndarray:
    """A strip of 80 px with ink in some columns."""
    strip = np.zeros((32, 80), np.uint8)
    for first, last in spans:
        strip[8:24, first:last] = 200
    return strip


def test_pieces_carry_their_digits_and_marks_none() -> None:
    # 4 and 7 stand alone, 1 and 2 touch, and a dot between them is a mark.
    strip = blocks((4, 14), (18, 20), (24, 34), (44, 70))
    pieces = cut(strip, "4712", said({4: 4, 14: 7, 24: 1, 32: 2}, 40))
    assert [piece.digits for piece in pieces] == ["4", "", "7", "12"]
    assert [piece.pixels.shape for piece in pieces] == [(32, 12), (32, 4), (32, 12), (32, 28)]
    assert all(piece.pixels.max() == 200 for piece in pieces)


def test_a_label_that_does_not_fit_gives_no_pieces() -> None:
    strip = blocks((4, 14), (24, 34))
    assert cut(strip, "4" * 30, said({4: 4}, 40)) == []  # more digits than columns
    assert cut(strip, "4", said({4: 4, 14: 7}, 40)) == []  # a 7 is read outside of the label


def test_new_numbers_are_made_of_the_pieces_and_balanced() -> None:
    def piece(digits: str) -> Piece:
        pixels = np.zeros((32, 10), np.uint8)
        pixels[6:26, 1:9] = 20 * int(digits[0]) + 60
        return Piece(pixels, digits)

    pieces = [piece("0")] * 90 + [piece("7")] * 9 + [piece("35")]
    writer = Recombiner(pieces, np.random.default_rng(1))
    strips = [writer.strip() for _ in range(300)]
    text = "".join(target for _, target in strips)
    assert all(pixels.shape[0] == 32 and pixels.dtype == np.uint8 for pixels, _ in strips)
    assert all(target[0] == target[-1] == "~" and 2 <= len(target.strip("~")) <= 8 for _, target in strips)
    assert text.count("3") == text.count("5") == text.count("35")
    assert 0.12 < text.count("7") / sum(c.isdigit() for c in text) < 0.4  # 9 % of the pieces
    marked = Recombiner([*pieces, Piece(np.full((32, 2), 255, np.uint8), "")], np.random.default_rng(1))
    with_marks = [marked.strip() for _ in range(300)]
    share = np.mean([(pixels == 255).any() for pixels, _ in with_marks])
    assert 0.3 < share < 0.75 and set("".join(target for _, target in with_marks)) <= set("0357~")
    again = Recombiner(pieces, np.random.default_rng(1))
    assert [target for _, target in strips] == [again.strip()[1] for _ in range(300)]
