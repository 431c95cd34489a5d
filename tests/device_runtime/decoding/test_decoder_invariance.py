"""What must not change a decoding, and where a rival that is longer or shorter disagrees."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.decoding.decoder import Decoder, _differs
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Decoding


def random_values(seed: int, columns: int, sharpness: float) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0.0, sharpness, (columns, 12))
    return np.asarray(np.logaddexp.reduce(logits, axis=1)[:, None] - logits, np.float32)


def decoding_of(values: np.ndarray, grammar: str) -> Decoding:
    compiled = Grammar.from_country(grammar) if grammar.isalpha() else Grammar.from_pattern(grammar)
    return Decoder(compiled, DIGITS).decode(
        scan_lattice(penalties_of_values(values, np.arange(len(values), dtype=np.float32), DIGITS))
    )


@pytest.mark.parametrize("grammar", ["US", r"\d{3}", r"\d{1,8}", r"\d\d[- ]\d", r"\d-?\d{2}", r"123|45-6|7\d+"])
@pytest.mark.parametrize("seed", range(4))
def test_penalties_need_not_be_normalised(seed: int, grammar: str) -> None:
    """The same amount added to every class of a column makes every path of the line so much dearer, and none better."""
    values = random_values(seed, 14, 2.0)
    expected = decoding_of(values, grammar)
    for shift in (np.float32(0.5), np.float32(-2.0), np.linspace(-1, 1, 14, dtype=np.float32)[:, None]):
        found = decoding_of(values + shift, grammar)
        assert [c.code for c in found.candidates] == [c.code for c in expected.candidates]
        confidences = [c.confidence for c in found.candidates]
        assert confidences == pytest.approx([c.confidence for c in expected.candidates], rel=1e-4, abs=1e-9)
        assert (found.outside is None) == (expected.outside is None)
        if found.outside and expected.outside:
            assert found.outside.confidence == pytest.approx(expected.outside.confidence, rel=1e-4)


def common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@given(st.text("012", min_size=1, max_size=6), st.text("012", min_size=1, max_size=6))
def test_a_rival_of_another_length_differs_between_the_common_beginning_and_end(code: str, rival: str) -> None:
    found = _differs(list(code), list(rival))
    if len(code) == len(rival):
        assert found == [a != b for a, b in zip(code, rival, strict=True)]
        return
    head, tail = common(code, rival), common(code[::-1], rival[::-1])
    assert found == [head <= index < len(code) - tail for index in range(len(code))]
