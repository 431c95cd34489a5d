"""Digits alone by a decoder that has no whitelist."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.readers.whitelist import DigitsOnly

CLASSES = ["blank", "O", "0", "7", "٣", " "]


def decode(scores: NDArray[np.float32], words: bool, *, ratio: float) -> tuple[str, bool, float]:
    """The best class of every column of the first line, and what else came."""
    return "".join(CLASSES[best][0] for best in scores[0].argmax(axis=1)), words, ratio


def read(columns: list[list[float]]) -> Any:
    return DigitsOnly(decode, CLASSES)(np.array([columns], np.float32), True, ratio=2.5)


def test_letters_give_way_to_the_best_digit_or_to_the_blank() -> None:
    text, *rest = read(
        [
            [0.1, 0.6, 0.2, 0.1, 0, 0],  # a letter: its likeness of a digit remains
            [0.3, 0.5, 0.1, 0.1, 0, 0],  # a letter that is rather nothing than a digit
            [0.1, 0.0, 0.1, 0.2, 0.6, 0],  # a digit of another script is none
            [0.2, 0.0, 0.1, 0.0, 0, 0.7],  # a space
        ]
    )

    assert text == "0b7b"
    assert rest == [True, 2.5]


def test_digits_keep_their_scores() -> None:
    kept: list[NDArray[np.float32]] = []

    DigitsOnly(kept.append, CLASSES)(np.full((1, 1, 6), 0.125, np.float32))

    assert kept[0].dtype == np.float32
    assert kept[0][0, 0].tolist() == [0.125, 0, 0.125, 0.125, 0, 0]
