"""Costs are measured of what they are named after: every part is there, and it is as large as such a thing can be."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.costs.__main__ import costs
from benchmarks.costs.images import page, peak_mb, save_pages
from benchmarks.costs.measure import Effort
from benchmarks.costs.reader import one_interpreter
from benchmarks.figures import provenance
from benchmarks.figures.files import load
from device_runtime.image.load import load_gray
from tests.engines_here import requires

SMALL_PX = (900, 700)


def test_pages_of_every_format_hold_the_same_picture(tmp_path: Path) -> None:
    pages = {name: load_gray(path) for name, path in save_pages(tmp_path, SMALL_PX).items()}
    for name, gray in pages.items():
        assert gray.shape == SMALL_PX
        assert np.abs(gray.astype(float) - pages["PNG"]).mean() < (3 if name == "JPEG" else 0.5), name
    assert pages["PNG"].min() < 120 and np.array_equal(page(SMALL_PX), page(SMALL_PX))


def test_more_pixels_take_more_memory(tmp_path: Path) -> None:
    peaks = []
    for rows in (900, 4000):
        path = tmp_path / f"{rows}.bmp"
        cv2.imwrite(str(path), np.full((rows, 3000, 3), 200, np.uint8))
        peaks.append(peak_mb(path))
    assert 30 < peaks[0] < peaks[1] - 30 < 300


@requires("litert")
def test_a_wider_strip_takes_an_interpreter_more_memory() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        (narrow_mb, _), (wide_mb, ms) = (pool.submit(one_interpreter, "litert", px).result() for px in (96, 1024))
    assert 0.1 < narrow_mb < wide_mb < 20 and ms > 0


def test_the_command_keeps_every_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "commit", lambda _: ("0123456789" * 4, False))
    small = Effort(
        page_px=SMALL_PX,
        decodings=1,
        times=1,
        rounds=1,
        fields=4,
        peak=lambda path: path.stat().st_size / 1e6,
        interpreters=lambda: {"litert": [[0.5, 1.0], [2.0, 5.0]]},
    )
    done = CliRunner().invoke(costs, [str(tmp_path), "--results", str(tmp_path / "costs.json")], obj=small)
    assert done.exit_code == 0, done.output
    kept = load(tmp_path / "costs.json")
    found = kept.values
    assert kept.machine and len(found["pages"]["table"]["lines"]) == 5
    assert 50 < found["startup"]["cpu_ms"] < 10_000 and 20 < found["startup"]["mb"] < 200
    assert found["decoding"]["start_ms"] > found["decoding"]["field_isolated_ms"] > 0
    assert found["decoding"]["child_mb"] > 5
    assert found["interpreters"]["lines"] == [["litert", "0.5 MB, 1.0 ms", "2.0 MB, 5.0 ms"]]
    assert 0 < found["polarity"]["share"] < 0.5
    assert found["preparing"]["reader_ms"] > found["preparing"]["model_read_ms"] > 0.01
    assert [path.name for path in tmp_path.iterdir()] == ["costs.json"]
