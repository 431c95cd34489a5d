"""What stands between characters, on strips drawn by hand: digits are bars 20 px tall, 10 px wide, 3 px apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.recognition.gaps import find_gaps
from device_runtime.types import Strip

TOP, BOTTOM, WIDE, GAP = 6, 26, 10, 3


def drawn(text: str) -> Strip:
    """A strip of digits (0), low letters (o), commas, dots, dashes and spaces."""
    columns: list[NDArray[np.uint8]] = [np.zeros((32, 10), np.uint8)]
    for char in text:
        if char == " ":
            columns.append(np.zeros((32, 9), np.uint8))
            continue
        rows, wide = {
            "0": (slice(TOP, BOTTOM), WIDE),
            "o": (slice(16, BOTTOM), WIDE),
            ",": (slice(22, 30), 3),
            ".": (slice(22, 26), 4),
            "-": (slice(14, 17), 8),
            "'": (slice(6, 10), 3),
        }[char]
        ink = np.zeros((32, wide + GAP), np.uint8)
        ink[rows, :wide] = 255
        columns.append(ink)
    return Strip(np.concatenate([*columns, np.zeros((32, 8), np.uint8)], axis=1), np.eye(2, 3), True)


def spaces(strip: Strip) -> int:
    """How many spaces stand between the first and the last ink."""
    inked = np.flatnonzero(strip.pixels[TOP : BOTTOM + 1].any(axis=0))
    inner = find_gaps(strip).space[inked[0] : inked[-1]]
    return int((np.diff(inner.astype(int)) == 1).sum())


def test_paper_between_words_is_a_space_and_between_digits_none() -> None:
    assert spaces(drawn("00000")) == 0
    assert spaces(drawn("000 00")) == 1
    assert spaces(drawn("00, 000 oo")) == 2


def test_paper_around_the_writing_is_space() -> None:
    gaps = find_gaps(drawn("00"))
    assert gaps.space[:10].all() and gaps.space[-8:].all()


def test_neighbouring_lines_that_reach_into_the_strip_close_no_space() -> None:
    strip = drawn("000 00")
    strip.pixels[:3] = strip.pixels[29:] = 255
    assert spaces(strip) == 1


def test_a_dot_in_type_of_one_width_has_paper_on_both_sides_but_no_space() -> None:
    pixels = drawn("00").pixels
    dot = np.zeros((32, 4), np.uint8)
    dot[22:26] = 255
    left, right = np.zeros((32, 8 - GAP), np.uint8), np.zeros((32, 8), np.uint8)
    strip = Strip(np.concatenate([pixels[:, :-8], left, dot, right, pixels[:, 10:]], axis=1), np.eye(2, 3), True)
    assert spaces(strip) == 0


def test_marks_are_dots_commas_dashes_and_apostrophes_but_no_letters() -> None:
    for mark in ",.-'":
        strip = drawn(f"00{mark}00")
        begin = 10 + 2 * (WIDE + GAP)
        assert [begin <= middle <= begin + 8 for middle in find_gaps(strip).marks] == [True], mark
    assert not len(find_gaps(drawn("00o00")).marks)


def test_specks_are_no_marks() -> None:
    strip = drawn("00 00")
    strip.pixels[20:21, 38:41] = 255
    assert not len(find_gaps(strip).marks)


def test_letters_are_tall_and_marks_are_not() -> None:
    strip = drawn("0o,-.")
    ink = [column for column in np.flatnonzero(strip.pixels.any(axis=0))]
    tall = find_gaps(strip).tall
    assert tall[ink[: 2 * WIDE]].all() and not tall[ink[2 * WIDE :]].any()


def test_a_comma_reaches_below_the_line_and_a_dot_does_not() -> None:
    assert len(find_gaps(drawn("00,00")).commas) == 1
    assert not len(find_gaps(drawn("00.00")).commas)


def test_a_comma_that_touches_a_digit_is_a_comma_and_not_tall() -> None:
    strip = drawn("00,00")
    ends = np.flatnonzero(strip.pixels.any(axis=0))
    comma = 10 + 2 * (WIDE + GAP)
    strip.pixels[23, comma - GAP : comma] = 255  # joins it to the digit before
    gaps = find_gaps(strip)
    assert len(gaps.commas) == 1 and not gaps.tall[comma : comma + 3].any() and len(ends)


def test_a_strip_drawn_wider_shows_the_same() -> None:
    narrow = drawn("00 00,0")
    wide = Strip(np.repeat(narrow.pixels, 2, axis=1), np.eye(2, 3), True, aspect=2.0)
    assert spaces(wide) == spaces(narrow) == 1
    assert [middle // 2 for middle in find_gaps(wide).commas] == find_gaps(narrow).commas.tolist()


def test_an_empty_strip_shows_space_alone() -> None:
    gaps = find_gaps(Strip(np.zeros((32, 40), np.uint8), np.eye(2, 3), False))
    assert gaps.space.all() and not gaps.tall.any() and not len(gaps.marks) and not len(gaps.commas)
