"""Writing on a layer: numbers are framed where their ink is, in print and by hand, upright and turned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from train.data.writers import Writer
from train.synthesis.pieces.address.text import Token
from train.synthesis.pieces.ink.capitals import FILE, load_capitals
from train.synthesis.pieces.ink.faces import writable
from train.synthesis.pieces.ink.inked import Inked, bounds, turned
from train.synthesis.pieces.ink.printer import Print, print_block, print_line
from train.synthesis.pieces.ink.scribe import Scribe

Fonts = tuple[list[Path], list[Path]]
LINE = (Token("Abc  "), Token("41739", "destination", "destination"), Token("  Xyz"))


def assert_framed(inked: Inked, slack: float) -> None:
    """The number's frame holds ink up to its edges and none of the words beside it."""
    (placed,) = inked.numbers
    left, top, right, bottom = (round(v) for v in bounds([placed.quad]))
    inside = inked.ink[top:bottom, left:right]
    columns, rows = np.flatnonzero(inside.max(axis=0) > 60), np.flatnonzero(inside.max(axis=1) > 60)
    assert columns[0] <= slack and columns[-1] >= inside.shape[1] - 1 - slack
    assert rows[0] <= slack and rows[-1] >= inside.shape[0] - 1 - slack
    gap = 2
    assert not inked.ink[top:bottom, left - 1 - gap : left - 1].max() > 60
    assert not inked.ink[top:bottom, right + 1 : right + 1 + gap].max() > 60


@pytest.mark.parametrize("spacing", [0.0, 0.2])
@pytest.mark.parametrize("digit_px", [9.0, 24.0])
def test_printed_numbers_are_framed(fonts: Fonts, spacing: float, digit_px: float) -> None:
    inked, base = print_line(LINE, Print(fonts[0][0], digit_px, spacing=spacing))
    assert_framed(inked, 1)
    assert 0.8 * digit_px <= base <= 1.4 * digit_px
    height = inked.numbers[0].quad[3][1] - inked.numbers[0].quad[0][1]
    assert abs(height - digit_px) <= 0.15 * digit_px + 1


def test_lines_of_a_block_lie_below_each_other(fonts: Fonts) -> None:
    block = print_block([LINE, (Token("second"),), LINE], Print(fonts[0][0], 20, leading=1.8, align="middle"))
    tops = [bounds([line])[1] for line in block.lines]
    assert len(block.lines) == 3 and tops == sorted(tops)
    first, last = (n.quad[0] for n in block.numbers)
    assert abs(first[0] - last[0]) < 1 and abs(last[1] - first[1] - 2 * 36) <= 1


def test_handwritten_numbers_are_framed(fonts: Fonts, writers: list[Writer]) -> None:
    scribe = Scribe(writers, fonts[1], {}, np.random.default_rng(1))
    for _ in range(12):
        assert_framed(scribe.line(LINE, scribe.hand(), 30)[0], 4)


def test_a_hand_stays_the_same(fonts: Fonts, writers: list[Writer], strokes: Path) -> None:
    scribe = Scribe(writers, fonts[1], load_capitals(strokes, "train"), np.random.default_rng(2))
    hands = [scribe.hand() for _ in range(12)]
    assert {hand.capitals is None for hand in hands} == {True, False}
    for hand in hands:
        heights = [scribe.line((Token("3", "other"),), hand, 40)[0].size[1] for _ in range(4)]
        assert max(heights) < 2 * min(heights)


def test_a_struck_number_has_more_ink_than_its_digits(fonts: Fonts, writers: list[Writer]) -> None:
    ink = {}
    for kind in ("other", "struck"):
        scribe = Scribe(writers, fonts[1], {}, np.random.default_rng(3))
        hand = scribe.hand()
        ink[kind] = scribe.line((Token("41739", kind),), hand, 30)[0].ink.astype(np.float64).sum()
    assert ink["struck"] > 1.05 * ink["other"]


def test_words_of_signs_alone_leave_a_line(fonts: Fonts, writers: list[Writer], strokes: Path) -> None:
    scribe = Scribe(writers, fonts[1], load_capitals(strokes, "train"), np.random.default_rng(4))
    for _ in range(8):
        inked, _ = scribe.line((Token("· & ß"), Token("12", "house")), scribe.hand(), 20)
        assert [n.token.text for n in inked.numbers] == ["12"]


def test_a_turn_takes_the_truth_along(fonts: Fonts) -> None:
    inked, _ = print_line(LINE, Print(fonts[0][0], 20))
    quarter = turned(inked, 90)
    (placed,) = quarter.numbers
    along = placed.quad[1] - placed.quad[0]
    assert abs(along[0]) < 1e-6 and along[1] > 0  # it reads downwards
    left, top, right, bottom = (round(v) for v in bounds([placed.quad]))
    assert quarter.ink[top:bottom, left:right].max() > 200
    assert quarter.ink.astype(np.int64).sum() == pytest.approx(inked.ink.astype(np.int64).sum(), rel=0.02)


def test_what_a_font_lacks_is_written_without_accents(fonts: Fonts) -> None:
    assert writable(fonts[0][0], "Abc 12") == "Abc 12"
    assert writable(fonts[0][0], "\U000f1234x") == "x"


def test_capitals_are_parted_by_contributor(strokes: Path) -> None:
    train, test = load_capitals(strokes, "train"), load_capitals(strokes, "test")
    assert set(train) == {"abc"} and set(test) == {"val"}
    assert len(train["abc"]["I"]) == 1  # the dash is no letter
    assert max(float(line[:, 1].max()) for line in train["abc"]["A"][0]) == pytest.approx(1)


def test_a_damaged_file_of_capitals_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no archive")
    with pytest.raises(PosteyeError, match="capitals"):
        load_capitals(tmp_path, "train")
