"""Lines to learn from: kept and read again, real strings each once, columns of the teacher over the ink."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.distilled.lines import load_lines, photographed, save_lines, taught, writing_of
from device_runtime.errors import PosteyeError
from device_runtime.geometry import INK_LEVEL
from device_runtime.second_opinion.classes import BLANK, CLASSES
from tests.benchmarks.distilled.lines_made import line
from tests.train.labelled_folder import field
from train.data.real_strings import RealStrings
from train.data.string_cut import cut_string


def _ink_teacher(gray: np.ndarray) -> np.ndarray:
    """A teacher that calls every column of the net with ink in it a 1."""
    dark = (gray < 125).any(axis=0)
    columns = [part.any() for part in np.array_split(dark, max(1, len(dark) // 4))]
    return np.eye(CLASSES, dtype=np.float32)[[1 if inked else BLANK for inked in columns]]


def test_the_teachers_columns_stand_over_the_ink() -> None:
    (one,) = taught([writing_of(field("1 1 1"), "111", real=True)], _ink_teacher, 1, "lines")
    ink = (one.pixels > INK_LEVEL).any(axis=0)
    seen = one.x_px[one.frames.argmax(axis=1) == 1]
    near = [ink[max(0, int(x) - 4) : int(x) + 5].any() for x in seen]
    assert len(seen) >= 3 and all(near)
    assert one.x_px[one.frames.argmax(axis=1) == BLANK].size and one.real and one.target == "111"


def test_lines_are_read_as_they_were_kept(tmp_path: Path) -> None:
    lines = [line("12"), line("345", real=True)]
    save_lines(lines, tmp_path / "lines.npz")
    for kept, one in zip(load_lines(tmp_path / "lines.npz"), lines, strict=True):
        assert (kept.target, kept.real) == (one.target, one.real)
        assert np.array_equal(kept.pixels, one.pixels)
        assert np.allclose(kept.frames, one.frames, atol=1e-3) and np.allclose(kept.x_px, one.x_px)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    save_lines([line("12")], tmp_path / "lines.npz")
    (tmp_path / "lines.npz").write_bytes((tmp_path / "lines.npz").read_bytes()[:200])
    with pytest.raises(PosteyeError, match=r"lines\.npz"):
        load_lines(tmp_path / "lines.npz")


def test_each_real_string_comes_once() -> None:
    digits = ("12", "345", "6789")
    cuts = tuple(cut_string(field(code)) for code in digits)
    assert all(cuts)
    strings = RealStrings(cuts, digits, np.array([0.2, 0.3, 0.5]), 3)  # type: ignore[arg-type]
    targets = [one.target for one in photographed(strings, 1)]
    assert sorted(targets) == ["~12~", "~345~", "~6789~"]
