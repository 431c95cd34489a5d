"""Disturbances and the curves over them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures.files import Results
from benchmarks.robustness import __main__ as robustness
from benchmarks.robustness.fields import (
    DISTURBANCES,
    PAPER,
    TITLES,
    WRITING,
    Disturbance,
    blurred,
    gaussian_noise,
    in_larger_field,
    lower_contrast,
    resized,
    rotated,
    salt_and_pepper,
)
from benchmarks.robustness.page import Measured, Point, along, curves, rates_markdown
from tests.benchmarks.made_digits import made_digits
from tests.stub import stub_bundle
from train.data.mnist import Mnist

RANDOM = np.random.default_rng(7)


@pytest.fixture
def field() -> np.ndarray:
    """A bar of ink on paper."""
    image = np.full((40, 80), PAPER, np.uint8)
    image[10:30, 38:42] = WRITING
    return image


@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=lambda d: d.name)
def test_the_neutral_level_does_nothing_and_the_others_do(disturbance: Disturbance, field: np.ndarray) -> None:
    if disturbance.name != "blur":  # a blur of no width does not exist
        assert np.array_equal(disturbance.apply(field, disturbance.neutral, RANDOM), field)
    for level in disturbance.levels:
        after = disturbance.apply(field, level, RANDOM)
        assert after.dtype == np.uint8 and not np.array_equal(after, field)


def test_salt_and_pepper_inverts_its_share_of_pixels(field: np.ndarray) -> None:
    after = salt_and_pepper(np.tile(field, (5, 5)), 0.1, RANDOM)
    changed = after != np.tile(field, (5, 5))

    assert 0.08 < changed.mean() < 0.12
    assert set(np.unique(after)) == {PAPER, WRITING}


def test_noise_contrast_and_blur_are_as_strong_as_said(field: np.ndarray) -> None:
    assert gaussian_noise(np.full((200, 200), 128, np.uint8), 20, RANDOM).std() == pytest.approx(20, rel=0.03)
    pale = lower_contrast(field, 0.25, RANDOM)
    assert int(pale.max()) - int(pale.min()) == pytest.approx((PAPER - WRITING) / 4, abs=1)
    across = PAPER - blurred(field, 3, RANDOM)[20].astype(float)
    spread = np.average((np.arange(80) - 39.5) ** 2, weights=across)
    assert spread == pytest.approx(9 + (4**2 - 1) / 12, rel=0.1)


def test_geometry_keeps_all_of_the_writing(field: np.ndarray) -> None:
    ink = float((PAPER - field.astype(float)).sum())

    assert resized(field, 0.5, RANDOM).shape == (20, 40)
    assert in_larger_field(field, 2, RANDOM).shape == (80, 120)
    turned = rotated(field, 15, RANDOM)
    assert turned.shape[0] > 40 and float((PAPER - turned.astype(float)).sum()) == pytest.approx(ink, rel=0.02)
    rows, cols = np.nonzero(turned < 128)
    assert np.polyfit(rows, cols, 1)[0] == pytest.approx(np.tan(np.radians(15)), abs=0.05)


def point(level: float, right: int, name: str = "salt") -> Point:
    return Point("digits", name, level, 10, right, 5, 1)


def test_curves_run_through_the_undisturbed_point_in_order() -> None:
    kept = Measured(10, 0.01, [point(0.2, 3), point(0.1, 6), point(0.0, 9, "none")])

    assert [(level, p.right) for level, p in along(kept, "digits", DISTURBANCES[0])] == [(0, 9), (0.1, 6), (0.2, 3)]


def test_a_run_keeps_points_and_goes_on_from_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "load_mnist", lambda *_: Mnist(*[made_digits()] * 3))
    results, writers = tmp_path / "points.json", tmp_path / "writers"
    writers.mkdir()
    words = ["--writers", writers, "--count", 2, "--bundle", stub_bundle(), "--results", results]

    def run(*more: object) -> str:
        done = CliRunner().invoke(robustness.robustness, [str(word) for word in [*words, *more]])
        assert done.exit_code == 0, done.output
        return done.output

    def again(**changed: object) -> str:
        kept = json.loads(results.read_text())
        results.write_text(json.dumps(kept | changed))
        return run()

    points = 3 * (1 + sum(len(d.levels) for d in DISTURBANCES))
    everything = f"{points} points of 2 fields, {points} of them new"
    assert everything in run()
    some = json.loads(results.read_text())["values"]
    some["points"] = some["points"][:-4]
    assert f"{points} points of 2 fields, 4 of them new" in again(values=some)
    assert everything in again(code="of another reader")
    assert everything in again(bundle="another")
    assert everything in run("--seed", 2)


def test_table_and_curves_give_rates_in_percent() -> None:
    levels = [("none", 0.0, 9), *((d.name, level, 5) for d in DISTURBANCES for level in d.levels)]
    points = [Point(fields, name, level, 10, right, 5, 1) for fields in TITLES for name, level, right in levels]
    values = msgspec.to_builtins(Measured(10, 0.01, points))
    files = {"robustness": Results("measured", "", "", "", False, "", 1, {}, None, "", {}, None, values)}

    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rates_markdown(files).splitlines()]
    assert lines[2] == ["none", "", *["90.0 (10.0)"] * 3]
    assert ["salt and pepper", "0.1", *["50.0 (10.0)"] * 3] in lines
    assert len(curves(files).axes) == 16
