"""The gate holds for the real backends and sees what it must see."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
import onnx
import pytest

from convert.backends import LITERT, QAT, Backend, Scores, Strips, backends
from convert.onnx_files.reader import read_onnx
from convert.parity import check_parity, table
from convert.pipeline import WIDTHS_PX
from device_runtime.bundle import MODEL_FILE, ONNX_FILE
from device_runtime.errors import PosteyeError
from tests.stub import make_stub_scanner, random_strips, stub_bundle


def _real_runners() -> tuple[Backend, ...]:
    onnx_bytes = (stub_bundle() / ONNX_FILE).read_bytes()
    output = read_onnx(onnx.load_from_string(onnx_bytes)).output
    return backends(make_stub_scanner(), onnx_bytes, (stub_bundle() / MODEL_FILE).read_bytes(), output)


def _best_classes(scores: Scores) -> str:
    return "".join(chr(65 + c) for c in scores.argmax(axis=1))


def _quiet(_: str) -> None:
    return None


def test_all_kernels_agree_in_every_bit_and_the_trained_net_in_every_string() -> None:
    strips = random_strips(60, seed=7)
    told: list[str] = []
    report = check_parity(_real_runners(), strips, [""] * 60, WIDTHS_PX, _best_classes, told.append)
    assert report.columns == sum(strip.shape[1] // 2 for strip in strips)
    assert report.scores == report.columns * 12
    assert len(report.pairs) == 28 and len(told) == 8
    kernels = [pair for pair in report.pairs if QAT not in (pair.first, pair.second)]
    assert len(kernels) == 21 and all(pair.allowed_lsb == pair.differing_share == 0 for pair in kernels)
    assert report.holds


def _fake(name: str, change: Callable[[Scores], None]) -> Backend:
    """Scores that rise with the class, changed by the test."""

    def run(strips: Strips) -> Scores:
        scores = np.tile(np.arange(12, dtype=np.int8), (len(strips), strips.shape[2] // 2, 1))
        change(scores)
        return scores

    return Backend(name, "0", run)


def _raise_one_score(scores: Scores) -> None:
    scores[0, 3, 0] += 1


def _flip_one_column(scores: Scores) -> None:
    scores[0, 3, 10] = 12


def _nothing(_: Scores) -> None:
    return None


def test_one_score_off_by_one_fails_two_kernels() -> None:
    pair = [_fake(LITERT, _nothing), _fake("other", _raise_one_score)]
    report = check_parity(pair, random_strips(2, 0, 96), ["", ""], WIDTHS_PX, _best_classes, _quiet)
    assert not report.holds and report.pairs[0].max_lsb == 1
    assert table(report).endswith("FAILS")


def test_the_same_difference_is_allowed_to_torch() -> None:
    pair = [_fake(QAT, _nothing), _fake(LITERT, _raise_one_score)]
    report = check_parity(pair, random_strips(2, 0, 96), ["", ""], WIDTHS_PX, _best_classes, _quiet)
    assert report.holds and report.pairs[0].argmax_flips == 0
    assert "FAILS" not in table(report)


def test_one_flipped_string_fails_any_pair() -> None:
    strips = [np.zeros((32, 96), np.uint8)] * 2
    right = "L" * 48
    pair = [_fake(QAT, _nothing), _fake("other", _flip_one_column)]
    report = check_parity(pair, strips, [right, right], WIDTHS_PX, _best_classes, _quiet)
    found = report.pairs[0]
    assert (found.argmax_flips, found.string_flips, found.max_lsb) == (1, 1, 2)
    assert not report.holds
    assert [c.exact_share for c in report.contestants] == [1.0, 0.5]


def test_a_difference_in_the_padding_is_none() -> None:
    def spoil_the_end(scores: Scores) -> None:
        scores[:, 20:] = 99

    strips = [np.zeros((32, 40), np.uint8)]
    pair = [_fake("one", _nothing), _fake("other", spoil_the_end)]
    assert check_parity(pair, strips, [""], WIDTHS_PX, _best_classes, _quiet).pairs[0].max_lsb == 0


def test_an_absent_interpreter_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tflite_runtime" else real(name))
    with pytest.raises(PosteyeError, match="pip install tflite-runtime"):
        _real_runners()
