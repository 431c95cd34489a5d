"""The figures that are published are computed rightly."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.errors import ImageError, PosteyeError
from train.evaluate import Outcome, folder_strips, table


def outcome(confidences: list[float], correct: list[bool]) -> Outcome:
    """An outcome with made-up codes."""
    return Outcome(["1"] * len(correct), np.array(confidences), np.array(correct))


def test_accept_rate_is_the_largest_share_within_the_error() -> None:
    found = outcome([0.9, 0.8, 0.7, 0.6, 0.5], [True, True, True, False, True])
    assert found.exact == pytest.approx(0.8)
    assert found.accept_rate(0.01) == pytest.approx(0.6)
    assert found.accept_rate(0.2) == pytest.approx(1.0)


def test_equal_confidences_are_accepted_together() -> None:
    found = outcome([0.9, 0.5, 0.5], [True, True, False])
    assert found.accept_rate(0.01) == pytest.approx(1 / 3)


def test_nothing_is_accepted_when_the_surest_is_wrong() -> None:
    assert outcome([0.9, 0.8], [False, True]).accept_rate(0.05) == 0


def test_folder_needs_labels(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=r"labels\.csv"):
        folder_strips(tmp_path)
    (tmp_path / "labels.csv").write_text("file,code\n")
    with pytest.raises(PosteyeError, match="no rows"):
        folder_strips(tmp_path)
    (tmp_path / "labels.csv").write_text("file,code\na.png,123\n")
    with pytest.raises(ImageError, match=r"a\.png"):
        folder_strips(tmp_path)


def test_folder_is_read_in_order(tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        cv2.imwrite(str(tmp_path / name), np.full((40, 90), 200, np.uint8))
    (tmp_path / "labels.csv").write_text('file,code,line\nb.png,12,"x, y"\na.png,34,z\n')
    data = folder_strips(tmp_path)
    assert (data.names, data.codes) == (["b.png", "a.png"], ["12", "34"])
    assert not any(strip.has_ink for strip in data.strips)


def test_table_shows_each_row() -> None:
    text = table([("float", outcome([0.9], [True])), ("int8", outcome([0.9], [False]))])
    assert "float" in text and "100.00%" in text and "int8" in text
