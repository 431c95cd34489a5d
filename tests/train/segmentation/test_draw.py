"""The picture of a segmentation graph: one row of arcs never overlaps, and bad input is refused in one line."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner

from device_runtime.image.load import load_grey
from device_runtime.image.normalize import normalize
from device_runtime.samples import load_samples
from train.segmentation.draw import _levels, main
from train.segmentation.segmentation_graph import segment


def test_arcs_in_a_row_do_not_overlap() -> None:
    for sample in load_samples()[:4]:
        graph = segment(normalize(load_grey(sample.path)).pixels)
        levels = np.array(_levels(graph))
        for level in range(levels.max() + 1):
            row = np.flatnonzero(levels == level)
            row = row[np.argsort(graph.source[row])]
            assert (graph.destination[row[:-1]] <= graph.source[row[1:]]).all()


def test_a_sample_is_drawn(tmp_path: Path) -> None:
    sample = load_samples()[0]
    result = CliRunner().invoke(main, [str(sample.path), "--out", str(tmp_path / "graph.png")])
    assert result.exit_code == 0, result.output
    picture = cv2.imread(str(tmp_path / "graph.png"))
    assert picture is not None and picture.shape[1] > 8 * 60
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20


def test_what_cannot_be_read_or_written_is_said_in_one_line(tmp_path: Path) -> None:
    missing = CliRunner().invoke(main, [str(tmp_path / "none.png"), "--out", str(tmp_path / "graph.png")])
    folder = CliRunner().invoke(main, [str(load_samples()[0].path), "--out", str(tmp_path)])
    for result in (missing, folder):
        assert result.exit_code == 2 and "Traceback" not in result.output
