"""The search against every code of small grammars, each laid on the columns in every way."""

from __future__ import annotations

import itertools
import tracemalloc
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.decoding.decoding_graph import DecodingGraph, make_decoding_graph
from device_runtime.decoding.masses import mass_of_all, masses
from device_runtime.decoding.search import best_codes
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scan_lattice import ScanLattice, scan_lattice
from device_runtime.types import Penalties

ALPHABET = "012"


def random_lattice(seed: int, columns: int) -> ScanLattice:
    logits = np.random.default_rng(seed).normal(0.0, 2.0, (columns, 5))
    values = (np.logaddexp.reduce(logits, axis=1)[:, None] - logits).astype(np.float32)
    return scan_lattice(Penalties(values, np.arange(columns, dtype=np.float32), ALPHABET))


def graph_of(pattern: str) -> DecodingGraph:
    return make_decoding_graph(Grammar.from_pattern(pattern, ALPHABET).automaton, ALPHABET)


def score(code: str, lattice: ScanLattice, add: np.ufunc, demanded: bool) -> float:
    """Sum, or maximum, over all ways to lay a code on the columns, written as a recursion over single steps.

    demanded: whether a separator may be nothing or a gap on the strip, or must be a mark.
    """
    scores = -lattice.penalties.values.astype(np.float64)
    blank, rubbish = 3, 4

    @cache
    def after(index: int, column: int, state: str) -> float:
        # What follows when code[:index] is written and column - 1 was in a state: in the character, or in a gap.
        ways = [lattice.after[column]] if index == len(code) and state == "in" else []
        if column < len(scores):
            here = scores[column]
            if state == "in":
                ways.append(here[ALPHABET.index(code[index - 1])] + after(index, column + 1, "in"))
            if index < len(code):
                separated = code[index] in "- "
                following = code[index + separated]
                repeats = state == "in" and following == code[index - 1]
                if not repeats and (not separated or demanded or state == "marked"):
                    at = index + separated + 1
                    ways.append(here[ALPHABET.index(following)] + after(at, column + 1, "in"))
                ways.append(here[blank] + after(index, column + 1, "marked" if state == "marked" else "gap"))
                if separated:
                    ways.append(here[rubbish] + after(index, column + 1, "marked"))
        return float(add.reduce(ways)) if ways else -np.inf

    begins = [
        lattice.before[column] + scores[column, ALPHABET.index(code[0])] + after(1, column + 1, "in")
        for column in range(len(scores))
    ]
    return float(add.reduce(begins))


def all_codes(pattern: str, longest: int) -> list[str]:
    grammar = Grammar.from_pattern(pattern, ALPHABET)
    texts = ("".join(c) for n in range(1, longest + 1) for c in itertools.product(ALPHABET + "- ", repeat=n))
    return [text for text in texts if grammar.accepts(text)]


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
            total = masses(graph_of(pattern), lattice, [arcs])[0]
            assert total == pytest.approx(score(f.code, lattice, np.logaddexp, demanded or "-" not in f.code), abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_masses_sum_over_all_ways_to_stand_in_the_line(seed: int) -> None:
    lattice = random_lattice(seed, 7)
    graph = graph_of(r"\d{1,4}")
    codes = ["0", "11", "012", "2202", "1111"]
    found = masses(graph, lattice, [graph.arcs_of(code) or () for code in codes])
    np.testing.assert_allclose(found, [score(code, lattice, np.logaddexp, True) for code in codes], atol=1e-6)


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
    lattice = scan_lattice(Penalties(values, np.arange(9, dtype=np.float32), ALPHABET))
    (best,) = best_codes(graph_of(r"\d{3}"), lattice, 1)
    assert best.code == "012"
    assert best.ends == (3, 5, 8)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("pattern", "longest"), [(r"\d{3}", 3), (r"[01]\d?2?", 3), (r"\d-\d", 3), (r"\d-?\d", 3)])
def test_the_mass_of_all_codes_is_their_sum(seed: int, pattern: str, longest: int) -> None:
    lattice, graph = random_lattice(seed, 6), graph_of(pattern)
    assert graph.exact
    codes = [graph.arcs_of(code) for code in all_codes(pattern, longest)]
    every = masses(graph, lattice, [arcs for arcs in codes if arcs])
    assert mass_of_all(graph, lattice) == pytest.approx(np.logaddexp.reduce(every), abs=1e-9)


def test_the_widest_search_in_a_long_line_takes_little_memory() -> None:
    values = np.random.default_rng(2).exponential(3.0, (200, len(DIGITS) + 2)).astype(np.float32)
    lattice = scan_lattice(Penalties(values, np.arange(200, dtype=np.float32), DIGITS))
    grammar = Grammar.from_pattern(
        r"\d{5,12}79\d3[0-4]"
    )  # what may follow is known at the end alone: no bound is proof
    tracemalloc.start()
    try:
        assert len(best_codes(make_decoding_graph(grammar.automaton, DIGITS), lattice, 3)) == 3
        assert tracemalloc.get_traced_memory()[1] < 80e6
    finally:
        tracemalloc.stop()
