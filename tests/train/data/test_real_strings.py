"""Real strings: marks stay out of labels, copies of what is trained on are dropped, frames are told from writing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from tests.train.collected import cell, write_strings
from train.data import real_strings
from train.data.real_strings import CLINIC_FILE, NOTARIES_FILE, load_real_strings
from train.data.string_cut import cut_string

Gray = NDArray[np.uint8]


@pytest.fixture(autouse=True)
def few_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last three cells, and every second page."""
    monkeypatch.setattr(real_strings, "CLINIC_KEPT_APART", 3)
    monkeypatch.setattr(real_strings, "NOTARIES_KEPT_APART", 2)


def test_marks_stay_out_of_labels_and_the_end_of_the_file_and_whole_pages_are_kept_apart(tmp_path: Path) -> None:
    write_strings(tmp_path, ["7.600", "-12", "45", "8-", "311", "96"], ["20", "21", "32", "33"])
    known, apart = load_real_strings(tmp_path)
    assert known.digits == ("7600", "12", "45", "20", "21") and apart.digits == ("8", "311", "96", "32", "33")
    for part in (known, apart):
        assert part.shares.sum() == pytest.approx(1) and len(part.shares) == len(part.cuts) == len(part.digits)


def test_copies_are_dropped_and_those_with_different_labels_altogether(tmp_path: Path) -> None:
    labels = ["58", "98", "92", "17", "58", "63"]
    images = [cell(text) for text in ("58", "98", "98", "17", "58", "63")]
    write_strings(tmp_path, labels, ["20", "21", "32"], images)
    known, apart = load_real_strings(tmp_path)
    assert known.digits == ("58", "20", "21") and apart.digits == ("17", "63", "32")


def test_what_there_is_much_of_is_drawn_less_often(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    images = [cell("11", int(random.integers(-4, 5)), int(random.integers(-4, 5))) for _ in range(9)]
    images = [image for i, image in enumerate(images) if not any((image == other).all() for other in images[:i])]
    labels = ["11"] * len(images) + ["58", "604", "96", "63", "47"]
    write_strings(tmp_path, labels, ["20", "21"], [*images, *(cell(text) for text in labels[len(images) :])])
    known, _ = load_real_strings(tmp_path)
    shares = {digits: known.shares[known.digits.index(digits)] for digits in set(known.digits)}
    count = known.digits.count("11")
    assert count > 2
    assert shares["58"] == pytest.approx(shares["11"] * count**0.5)
    assert shares["604"] == pytest.approx(2 * shares["58"])


def test_frames_are_no_writing() -> None:
    image = cell("45")
    plain = cut_string(image)
    framed = image.copy()
    cv2.rectangle(framed, (0, 0), (57, 33), 60, 1)
    framed[:, :2] = framed[:, -2:] = 30
    found = cut_string(framed)
    assert plain is not None and found is not None
    assert np.abs(np.array(plain.box) - found.box).max() <= 1
    assert found.room[0] >= 2 and found.room[2] <= 58 and found.ink[:, :2].max() == 0
    left, top, right, bottom = plain.box
    assert plain.ink[top:bottom, left:right].max() == 255
    assert cut_string(np.full((34, 60), 200, np.uint8)) is None


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=rf"there is no .*{CLINIC_FILE}; --strings takes the folder"):
        load_real_strings(tmp_path)
    write_strings(tmp_path, ["12", "13", "14", "15"], ["20", "21"])
    (tmp_path / NOTARIES_FILE).write_bytes(b"PK")
    with pytest.raises(
        PosteyeError, match=rf"{NOTARIES_FILE} is damaged, or holds no arrays images, sizes, labels, page"
    ):
        load_real_strings(tmp_path)
