"""The measurement of the generator: what is counted, and how it is told."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.figures.files import load
from benchmarks.scanner import generator
from device_runtime.errors import PosteyeError
from tests.benchmarks.made_digits import made_digits
from train.data.mnist import Mnist


class _Counting:
    """Stands for a FieldGenerator; counts the strips that it was asked for."""

    made = 0

    def __init__(self, *_: object) -> None:
        type(self).made = 0

    def strip(self) -> None:
        type(self).made += 1


def test_a_process_warms_up_and_then_makes_its_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "FieldGenerator", _Counting)
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.SimpleQueue[tuple[float, float, float]] = context.SimpleQueue()
    generator._work([], 1, 30, 12, context.Barrier(1), results)
    begun, done, spent = results.get()
    assert _Counting.made == 42 and done >= begun and spent >= 0


def test_a_process_that_fails_is_reported() -> None:
    with pytest.raises(PosteyeError, match="ended with an error"):
        generator.measure([], 1, 40, 0)  # no hands, or no fonts: either ends it


def test_rates_are_of_all_processes_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(generator, "load_mnist", lambda *_: Mnist(*[made_digits()] * 3))
    monkeypatch.setattr(generator, "measure", lambda writers, processes, strips, warm_up: (4.0, 5.0 * processes))
    words = ["--strips", "1000", "--results", str(tmp_path / "kept.json")]
    done = CliRunner().invoke(generator.main, words, catch_exceptions=False)
    rates = load(tmp_path / "kept.json").values["rates"]
    assert rates["lines"] == [["1", "250", "200"], ["2", "500", "200"]]
    assert done.output.count("|") == 4 * 4
