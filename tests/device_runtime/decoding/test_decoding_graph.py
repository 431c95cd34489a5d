"""Plans: what may stand before each character, which codes they write, and the relaxed grammar beside them."""

from __future__ import annotations

import time

import numpy as np
import pytest

from device_runtime.decoding.decoding_graph import DecodingGraph, make_decoding_graph
from device_runtime.grammar.automaton import LONGEST_CODE
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.grammar.lexicon import compile_lexicon
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN


def graph_of(pattern: str) -> DecodingGraph:
    return make_decoding_graph(Grammar.from_pattern(pattern).automaton, DIGITS)


@pytest.mark.parametrize("code", ["10115", "10115-1234"])
def test_a_code_is_a_path_of_arcs(code: str) -> None:
    graph = graph_of(r"\d{5}(-\d{4})?")
    arcs = graph.arcs_of(code)
    assert arcs is not None
    assert graph.write(arcs) == code


@pytest.mark.parametrize("code", ["", "1011", "101155", "10115-", "10115 1234", "101151234"])
def test_what_the_grammar_lacks_has_no_path(code: str) -> None:
    assert graph_of(r"\d{5}(-\d{4})?").arcs_of(code) is None


def test_codes_without_their_separators_are_known() -> None:
    graph = graph_of(r"\d{5}(-\d{4})?")
    assert graph.allows("10115")
    assert graph.allows("101151234")
    assert not graph.allows("1011")
    assert not graph.allows("")


@pytest.mark.parametrize(
    ("pattern", "junctions"),
    [
        (r"\d\d", {PLAIN}),
        (r"\d-\d", {PLAIN, OPEN}),
        (r"\d-?\d", {PLAIN, MARKED}),
        (r"\d(-[0-4]|[3-7])", {PLAIN, OPEN, MARKED}),
    ],
)
def test_a_separator_that_may_be_left_out_needs_a_mark(pattern: str, junctions: set[int]) -> None:
    assert set(graph_of(pattern).junctions) == junctions


def test_the_relaxed_grammar_of_a_positional_one_is_the_grammar() -> None:
    graph = graph_of(r"[12]\d{1,2}")
    assert graph.exact
    assert [layer.chars[PLAIN].tolist() for layer in graph.layers] == [[1, 2], [*range(10)], [*range(10)], []]
    assert [layer.end for layer in graph.layers] == [-np.inf, -np.inf, 0, 0]


def test_the_relaxed_grammar_allows_what_any_code_has_at_a_place() -> None:
    graph = graph_of("12|34")
    assert not graph.exact
    assert [layer.chars[PLAIN].tolist() for layer in graph.layers[:2]] == [[1, 3], [2, 4]]


def test_endless_grammars_are_cut() -> None:
    assert len(graph_of(r"\d+").layers) == LONGEST_CODE + 1


def test_a_long_list_of_codes_with_separators_is_compiled_at_once() -> None:
    drawn = np.random.default_rng(1).integers(0, 10**7, 40_000).tolist()
    codes = [f"{code:07}"[: 1 + code % 5] + "-" + f"{code:07}"[1 + code % 5 :] for code in drawn]
    automaton = compile_lexicon("\n".join(codes).encode(), "list", DIGITS, "- ")
    started = time.process_time()
    graph = make_decoding_graph(automaton, DIGITS)
    assert time.process_time() - started < 1
    assert graph.arcs_of(codes[0]) is not None
