"""The costs that the core decodes with: as far as its masses hold them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.core.decoding import CoreDecoder, Net, Options
from device_runtime.core.library import library, trouble
from device_runtime.decoding.core_decoder import plain_graph
from device_runtime.decoding.decoding_graph import make_decoding_graph
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scanner import exponentials
from device_runtime.types import Strip

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")

CHARACTERS, SCALE = 20, 0.25
NET = Net(DIGITS, -1, 2, SCALE, exponentials(SCALE))


def line_of_single_digits() -> NDArray[np.int8]:
    """Each digit is a column that shows nothing else, with rubbish between it and the next: many foreign numbers."""
    scores = np.full((2 * CHARACTERS + 1, len(DIGITS) + 2), -128, np.int8)
    scores[2:-1:2, -1] = 127
    scores[[0, -1], -2] = 127
    for place in range(CHARACTERS):
        scores[2 * place + 1, place % 10] = 127
    return scores


def decoder(foreign_number: float) -> CoreDecoder:
    """Of codes with a separator between any two digits."""
    grammar = Grammar.from_pattern(r"\d" + r"-?\d" * (CHARACTERS - 1))
    graph = plain_graph(make_decoding_graph(grammar.automaton, DIGITS), grouped=False)
    return CoreDecoder(NET, graph, Options(3, 2, (foreign_number, 5.0, 5.0, 4.0), ("", "", "", "")))


def test_posteriors_are_shares_however_much_a_foreign_number_costs() -> None:
    scores = line_of_single_digits()
    strip = Strip(np.zeros((32, 2 * len(scores)), np.uint8), np.eye(2, 3), has_ink=True)
    for foreign_number in (0.0, 2.0, 20.0):
        found = decoder(foreign_number).decode(strip, scores)
        assert found.free is not None and np.isfinite(found.free)
        assert all(0 <= candidate.confidence <= 1 for candidate in found.candidates)
    for foreign_number in (20.1, 60.0, 700.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="out of its range"):
            decoder(foreign_number).decode(strip, scores)
