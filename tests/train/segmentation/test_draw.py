"""The picture of a segmentation graph: one row of arcs never overlaps, and bad input is refused in one line."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner

from device_runtime.errors import PosteyeError
from device_runtime.samples import load_samples
from train.segmentation.draw import main, rows_of


def test_arcs_and_labels_in_a_row_do_not_overlap() -> None:
    random = np.random.default_rng(7)
    left = random.integers(0, 900, 120)
    spans = [(float(x), float(x + wide)) for x, wide in zip(left, random.integers(20, 300, 120), strict=True)]
    pieces = random.integers(1, 5, 120).tolist()
    rows = rows_of(spans, pieces)
    for row in range(max(rows) + 1):
        there = sorted(span for span, at in zip(spans, rows, strict=True) if at == row)
        assert there and all(before[1] <= after[0] for before, after in pairwise(there))


def test_arcs_of_few_pieces_stand_on_top() -> None:
    assert rows_of([(0, 10), (0, 20), (10, 20)], [1, 2, 1]) == [0, 1, 0]
    assert rows_of([(0, 14), (8, 20)], [1, 1]) == [0, 1]  # labels wider than their arcs


def test_a_sample_is_drawn(tmp_path: Path) -> None:
    sample = load_samples()[0]
    result = CliRunner().invoke(main, [str(sample.path), "--out", str(tmp_path / "graph.png")])
    assert result.exit_code == 0, result.output
    picture = cv2.imread(str(tmp_path / "graph.png"))
    assert picture is not None and picture.shape[1] > 8 * 60
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20


def test_what_cannot_be_read_or_written_is_an_error_for_users(tmp_path: Path) -> None:
    missing = CliRunner().invoke(main, [str(tmp_path / "none.png"), "--out", str(tmp_path / "graph.png")])
    folder = CliRunner().invoke(main, [str(load_samples()[0].path), "--out", str(tmp_path)])
    for result in (missing, folder):
        assert isinstance(result.exception, PosteyeError) and "\n" not in str(result.exception)
