"""The shipped model is the same in every kernel, without the folder that it was trained in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures.files import load
from benchmarks.scanner import parity
from tests.benchmarks.made_digits import made_digits
from tests.engines_here import requires
from train.data.mnist import Mnist
from train.synthesis.shards import Shard


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of eight strips of strokes instead of generated ones."""

    def shard(writers: object, seed: int, index: int) -> Shard:
        random = np.random.default_rng(seed + index)
        ink = random.integers(0, 256, (8, 32, 90)) * (random.random((8, 32, 90)) < 0.3)
        pixels = list(ink.astype(np.uint8))
        return Shard(pixels, ["~123~"] * 8)

    monkeypatch.setattr(parity, "load_mnist", lambda *_: Mnist(*[made_digits()] * 3))
    monkeypatch.setattr(parity, "make_shard", shard)


@requires("tflite")
@requires("litert")
def test_the_shipped_model_gives_the_same_scores_in_all_kernels(made: None, tmp_path: Path) -> None:
    writers, kept = tmp_path / "writers", tmp_path / "kept.json"
    writers.mkdir()
    words = ["--writers", str(writers), "--strips", "12", "--results", str(kept)]
    done = CliRunner().invoke(parity.parity, words)
    assert done.exit_code == 0, done.output
    values = load(kept).values
    assert values["max_lsb"] == 0 and values["flips"] == 0 and values["ways"] == 8 and values["strips"] == 12
