"""Several nets are read together, and what each looks at is counted."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scanner import together
from benchmarks.scanner.together import HEADS, Net, Read, read, row
from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.image.normalize import normalize
from device_runtime.types import Strip
from tests.device_runtime.lettering import write
from train.data.labelled import Labeled


def strip_of(text: str) -> Strip:
    """A lettered number's strip."""
    field = np.full((60, 260), 230, np.uint8)
    write(field, text, 20, 44, 2.0, 20)
    return normalize(field)


def test_looks_and_work_are_those_of_the_nets_that_were_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder(Grammar.from_pattern(r"\d{5}"), DIGITS)
    small, large = (Net(load_bundle(name), decoder) for name in ("digits-small", "digits"))
    blank = Strip(np.zeros((32, 50), np.uint8), np.eye(2, 3), False)
    data = Labeled([strip_of("80331"), blank], ["80331", "12345"], ["a", "b"])
    monkeypatch.setattr("device_runtime.decoding.ensemble.CONFIDENCE_THRESHOLD", 0.0)
    sure = read(data, [small, large], "sure")
    assert (small.looks, large.looks, sure.doubted) == (1, 0, 0.0)
    assert sure.exact == 0.5 and sure.macs == small.macs / 2
    monkeypatch.setattr("device_runtime.decoding.ensemble.CONFIDENCE_THRESHOLD", 1.1)
    doubted = read(data, [small, large], "doubted")
    assert (small.looks, large.looks, doubted.doubted) == (2, 3, 0.5)
    assert doubted.macs > 4 * sure.macs


def test_a_row_has_a_cell_for_each_head() -> None:
    cells = row(["digits-small", "digits"], Read(0.9, (0.5, 0.6), 0.7, 45e6), Read(1.0, (0.8, 0.9), 0.3, 90e6))
    assert len(cells) == len(HEADS)
    assert cells[0] == "digits-small, digits" and cells[-2:] == ["70% and 30%", "45.0 and 90.0"]


def test_a_row_is_the_shipped_cascade() -> None:
    assert ("digits-small", "digits") in together.ROWS
    bundle = load_bundle()
    assert [one.manifest.name for one in (*bundle.companions, bundle)] == ["digits-small", "digits"]
