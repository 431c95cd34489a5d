"""Recorded strokes: one height, by writer, two contributors kept apart, slips of the pen left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from tests.train.collected import stroke_of, write_all_strokes, write_strokes
from train.data.recorded import DIGITS_FILE, KEPT_APART, NUMBERS_FILE, load_recorded


def test_contributors_are_kept_apart_and_all_strokes_are_one_unit_high(tmp_path: Path) -> None:
    write_all_strokes(tmp_path)
    known, apart = load_recorded(tmp_path)
    assert "art" in KEPT_APART
    for part in (known, apart):
        (writer,), ((digits, lines),), (letters,) = part.writers, part.numbers, part.capitals
        assert digits == "47" and len(lines) == 3 and set(letters) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        assert writer.size == 10 and all(len(drawn) == 1 for drawn in writer.strokes)
        for (drawn,) in writer.strokes:
            points = np.concatenate(drawn)
            np.testing.assert_allclose(points.min(axis=0), 0)
            assert points[:, 1].max() == pytest.approx(1) and len(drawn) == 2


def test_slips_of_the_pen_and_zeros_without_their_ring_are_left_out_and_dots_kept(tmp_path: Path) -> None:
    write_all_strokes(tmp_path)
    slash, dotted = [[(0, 200), (20, 0), (30, 10)]], [[(0, 0), (60, 200)], [(30, 30)]]
    given = [("0", "ibm", "one", slash), ("1", "ibm", "one", dotted), ("1", "ibm", "one", [[(0, 0), (3, 3), (9, 2)]])]
    write_strokes(tmp_path, DIGITS_FILE, given)
    (writer,) = load_recorded(tmp_path)[0].writers
    assert writer.size == 1 and [len(line) for line in writer.strokes[1][0]] == [2, 2]


def test_who_wrote_little_is_put_together_with_others_of_the_contributor(tmp_path: Path) -> None:
    write_all_strokes(tmp_path)
    given = [(d, "ibm", file, stroke_of(d)) for file in "abc" for d in ("0123456789" if file == "a" else "23")]
    write_strokes(tmp_path, DIGITS_FILE, given)
    assert sorted(writer.size for writer in load_recorded(tmp_path)[0].writers) == [4, 10]


def test_files_that_are_missing_or_do_not_fit_are_named(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=rf"there is no .*{DIGITS_FILE}; --strings takes the folder"):
        load_recorded(tmp_path)
    write_all_strokes(tmp_path)
    with np.load(tmp_path / NUMBERS_FILE) as data:
        arrays = dict(data)
    np.savez(tmp_path / NUMBERS_FILE, **{**arrays, "points": arrays["points"][:-1]})
    with pytest.raises(PosteyeError, match=rf"{NUMBERS_FILE} holds offsets that do not fit its points"):
        load_recorded(tmp_path)
    (tmp_path / NUMBERS_FILE).write_bytes(b"")
    with pytest.raises(PosteyeError, match=rf"{NUMBERS_FILE} is damaged"):
        load_recorded(tmp_path)
