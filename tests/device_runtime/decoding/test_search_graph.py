"""The quick search against the generic engine, which composes the whole graph: the same codes and the same scores.

Rubbish is made impossible, so that nothing but blanks can stand around the code: that is the character model alone.
"""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.decoding.decoding_graph import make_decoding_graph
from device_runtime.decoding.masses import masses
from device_runtime.decoding.search import best_codes
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.scan_lattice import ScanLattice, scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from tests.small_lattices import logs
from train.gtn.graph import acceptor, character_model, compose, linear
from train.gtn.paths import forward_score, n_best, viterbi

ALPHABET = "0123456789"
BLANK, RUBBISH = 10, 11


def random_lattice(seed: int, columns: int) -> ScanLattice:
    values = np.random.default_rng(seed).exponential(3.0, (columns, 12))
    values[:, RUBBISH] = 600.0
    return scan_lattice(penalties_of_values(values.astype(np.float32), np.arange(columns, dtype=np.float32), ALPHABET))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pattern", [r"\d{3}", r"1\d|22\d?|909", r"[0-3]{1,4}"])
def test_equals_the_composed_graph(seed: int, pattern: str) -> None:
    lattice = random_lattice(seed, 9)
    automaton = Grammar.from_pattern(pattern).automaton
    characters = compose(linear(lattice.penalties.values[:, :11]), character_model(range(10), BLANK))
    graph = compose(characters, acceptor(automaton, ALPHABET))
    decoding = make_decoding_graph(automaton, ALPHABET)

    strings = n_best(graph, 5)
    found = best_codes(decoding, lattice, 5)
    assert len(found) == len(strings)
    # What stands around the code counts by its forward score, but with blanks alone there is one way each.
    np.testing.assert_allclose([-f.score for f in found], [s.penalty for s in strings], atol=1e-6)
    assert found[0].code == "".join(ALPHABET[label] for label in strings[0].labels)
    assert viterbi(graph).penalty == pytest.approx(-found[0].score, abs=1e-6)

    every = best_codes(decoding, lattice, 2000)
    total = masses(decoding, lattice, [code.arcs for code in every]).sum()
    assert forward_score(graph) == pytest.approx(-logs(total, lattice), abs=1e-6)
