"""The drawn fields of both polarities hold the same writing, and pages hold it where they should."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures import provenance
from benchmarks.figures.files import load
from benchmarks.robustness import polarity as module
from benchmarks.robustness.polarity import TURNABLE, Drawer, polarity_counts
from device_runtime.image.polarity import Polarity, polarity
from tests.benchmarks.made_digits import made_digits
from train.data.mnist import Mnist
from train.data.writers import writers_of


@pytest.fixture
def drawer() -> Drawer:
    """A drawer whose hands are made up."""
    return Drawer(writers_of(made_digits()), 7)


def test_a_pair_is_of_both_polarities(drawer: Drawer) -> None:
    for _ in range(5):
        dark, light = drawer.printed("80331")
        assert (polarity(dark), polarity(light)) == (Polarity.DARK, Polarity.LIGHT)
        dark, light = drawer.written("10110")
        assert np.corrcoef(dark.ravel(), light.ravel())[0, 1] < -0.99


def test_the_same_seed_draws_the_same(drawer: Drawer) -> None:
    again = Drawer(writers_of(made_digits()), 7)
    for kind in ("plain", "dark", "label"):
        assert np.array_equal(drawer.page("80331", kind), again.page("80331", kind))


def test_codes_hold_the_digits_asked_for(drawer: Drawer) -> None:
    codes = [drawer.code(TURNABLE) for _ in range(20)]
    assert all(len(code) == 5 and set(code) <= set(TURNABLE) for code in codes) and len(set(codes)) > 10


def test_pages_are_of_the_kind_asked_for(drawer: Drawer) -> None:
    assert polarity(drawer.page("80331", "plain")) is Polarity.DARK
    assert polarity(drawer.page("80331", "dark")) is Polarity.LIGHT
    label = drawer.page("80331", "label")
    rows, cols = label.shape
    assert np.median(label[:5]) > np.median(label[rows // 3 : -rows // 3, cols // 3 : -cols // 3]) + 60


@pytest.fixture
def fields(tmp_path: Path, drawer: Drawer) -> Path:
    """A folder of one dark, one light and one empty field."""
    images = {"dark": drawer.printed("80331")[0], "light": drawer.printed("80331")[1], "flat": np.full((40, 90), 99)}
    for name, image in images.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), image.astype(np.uint8))
    (tmp_path / "labels.csv").write_text("file,digits\n" + "".join(f"{name}.png,80331\n" for name in images))
    return tmp_path


def test_labelled_fields_are_counted_by_what_they_are_taken_for(fields: Path) -> None:
    assert polarity_counts(fields) == {"fields": 3, "unclear": 1, "light": 1}


def test_the_command_keeps_a_table_counts_and_fonts(fields: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = made_digits()
    monkeypatch.setattr(module, "load_mnist", lambda: Mnist(digits, digits, digits))
    monkeypatch.setattr(provenance, "commit", lambda _: ("0123456789" * 4, False))
    path = fields / "polarity.json"
    words = ["--amounts", str(fields), "--printed", str(fields), "--count", "1", "--results", str(path)]
    done = CliRunner().invoke(module.main, words)
    assert done.exit_code == 0 and "amounts: 3 fields, 1 unclear, 1 light" in done.output
    kept = load(path)
    assert len(kept.values["table"]["lines"]) == 11 and kept.values["fonts"]["print"] > 0
    assert kept.seed == 1998 and {"check_amounts", "printed_postcode_lines", "mnist", "fonts"} == kept.data.keys()
