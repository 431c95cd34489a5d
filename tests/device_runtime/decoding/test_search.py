"""The search against every code of small grammars, each laid on the columns in every way."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.decoding.decoding_graph import DecodingGraph, make_decoding_graph
from device_runtime.decoding.masses import masses
from device_runtime.decoding.search import best_codes
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scan_lattice import ScanLattice, scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from tests.small_lattices import ALPHABET, all_codes, graph_of, logs, random_lattice, score


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("pattern", "longest"),
    [(r"\d", 1), (r"\d{3}", 3), (r"\d{1,4}", 4), (r"[01]\d?2", 3), (r"01|10|122|2201|0212|0010", 4), (r"(01|1)+", 5)],
)
def test_the_best_codes_are_exact(seed: int, pattern: str, longest: int) -> None:
    lattice = random_lattice(seed, 5)  # five columns: no code of (01|1)+ that is longer fits
    scores = {code: score(code, lattice, np.maximum, True) for code in all_codes(pattern, longest)}
    possible = sorted((code for code in scores if scores[code] > -np.inf), key=lambda code: -scores[code])
    for wanted in (1, 3, 10):
        found = best_codes(graph_of(pattern), lattice, wanted)
        assert len(found) == min(wanted, len(possible))
        np.testing.assert_allclose([f.score for f in found], [scores[code] for code in possible[:wanted]], atol=1e-7)
        np.testing.assert_allclose([scores[f.code] for f in found], [f.score for f in found], atol=1e-7)


@pytest.mark.parametrize("seed", range(12))
def test_separators_are_marks_or_gaps_or_nothing(seed: int) -> None:
    lattice = random_lattice(seed, 6)
    for pattern, demanded in ((r"\d-\d", True), (r"\d-?\d", False)):
        codes = all_codes(pattern, 3)
        scores = {c: score(c, lattice, np.maximum, demanded or "-" not in c) for c in codes}
        found = best_codes(graph_of(pattern), lattice, 3)
        bare = {code.replace("-", "") for code in codes}
        best = sorted((max(scores[c] for c in codes if c.replace("-", "") == text) for text in bare), reverse=True)
        np.testing.assert_allclose([f.score for f in found], best[:3], atol=1e-7)
        for f in found:
            arcs = graph_of(pattern).arcs_of(f.code)
            assert arcs is not None
            total = float(logs(masses(graph_of(pattern), lattice, [arcs])[0], lattice))
            assert total == pytest.approx(score(f.code, lattice, np.logaddexp, demanded or "-" not in f.code), abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(1, 14),
    codes=st.lists(st.text(ALPHABET, min_size=1, max_size=6), min_size=1, max_size=60, unique=True),
    wanted=st.integers(1, 8),
    width=st.integers(1, 8),
)
def test_in_any_list_of_codes_the_best_are_found(
    seed: int, columns: int, codes: list[str], wanted: int, width: int
) -> None:
    lattice = random_lattice(seed, columns)
    graph = graph_of("|".join(codes))
    every = masses_of_best(graph, lattice, codes)
    with pytest.MonkeyPatch.context() as patch:  # so narrow that it must be widened
        patch.setattr("device_runtime.decoding.search._WIDTHS", (width, 4 * width, 500))
        found = best_codes(graph, lattice, wanted)
    scores = [f.score for f in found]
    assert scores == sorted(scores, reverse=True)
    assert len({f.code for f in found}) == len(found)
    assert {f.code for f in found} <= set(codes)
    for f in found:
        assert list(f.ends) == sorted(set(f.ends)) and f.ends[0] > 0 and f.ends[-1] < lattice.nodes
    np.testing.assert_allclose(scores, every[:wanted], atol=1e-7)


def masses_of_best(graph: DecodingGraph, lattice: ScanLattice, codes: list[str]) -> list[float]:
    scores = sorted((score(code, lattice, np.maximum, True) for code in codes), reverse=True)
    return [s for s in scores if s > -np.inf]


def test_ends_are_where_the_characters_end() -> None:
    values = np.full((9, 5), 9.0, np.float32)
    for column, kind in enumerate([4, 0, 0, 3, 1, 3, 2, 2, 4]):
        values[column, kind] = 0.01
    lattice = scan_lattice(penalties_of_values(values, np.arange(9, dtype=np.float32), ALPHABET))
    (best,) = best_codes(graph_of(r"\d{3}"), lattice, 1)
    assert best.code == "012"
    assert best.ends == (3, 5, 8)


def test_the_widest_search_in_a_long_line_takes_little_memory() -> None:
    values = np.random.default_rng(2).exponential(3.0, (200, len(DIGITS) + 2)).astype(np.float32)
    lattice = scan_lattice(penalties_of_values(values, np.arange(200, dtype=np.float32), DIGITS))
    grammar = Grammar.from_pattern(
        r"\d{5,12}79\d3[0-4]"
    )  # what may follow is known at the end alone: no bound is proof
    tracemalloc.start()
    try:
        assert len(best_codes(make_decoding_graph(grammar.automaton, DIGITS), lattice, 3)) == 3
        assert tracemalloc.get_traced_memory()[1] < 80e6
    finally:
        tracemalloc.stop()
