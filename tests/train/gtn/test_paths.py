"""Best paths, forward scores, posteriors and n-best strings against all paths, one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.random_graphs import graphs, walks, word
from train.gtn.graph import Graph, build, chain, character_model, compose, linear
from train.gtn.paths import arc_posteriors, forward_score, n_best, viterbi


@given(graphs(nodes=6, arcs=14))
@settings(max_examples=300)
def test_viterbi_finds_the_least_of_all_paths(graph: Graph) -> None:
    best = viterbi(graph)
    assert best.penalty == min((penalty for _, penalty in walks(graph)), default=np.inf)
    if best.penalty < np.inf:
        assert (best.arcs.tolist(), best.penalty) in walks(graph)


@given(graphs(nodes=6, arcs=14))
@settings(max_examples=300)
def test_forward_score_sums_over_all_paths(graph: Graph) -> None:
    total = sum(np.exp(-penalty) for _, penalty in walks(graph))
    assert forward_score(graph) == pytest.approx(-np.log(total) if total else np.inf, rel=1e-12)


@given(graphs(nodes=6, arcs=14))
@settings(max_examples=300)
def test_posteriors_are_the_shares_of_all_paths(graph: Graph) -> None:
    paths = walks(graph)
    if not paths:
        with pytest.raises(ValueError, match="no path"):
            arc_posteriors(graph)
        return
    share = np.zeros(len(graph.source))
    for arcs, penalty in paths:
        share[arcs] += np.exp(-penalty)
    np.testing.assert_allclose(arc_posteriors(graph), share / sum(np.exp(-p) for _, p in paths), atol=1e-12)


@given(graphs(nodes=6, arcs=14, labels=2))
@settings(max_examples=300)
def test_n_best_are_the_best_distinct_strings(graph: Graph) -> None:
    least: dict[tuple[int, ...], float] = {}
    for arcs, penalty in walks(graph):
        written = word(graph.output, arcs)
        least[written] = min(penalty, least.get(written, np.inf))
    found = n_best(graph, 4)
    penalties = [string.penalty for string in found]
    assert len({string.labels for string in found}) == len(found) == min(4, len(least))
    assert penalties == sorted(penalties) == sorted(least.values())[:4]
    assert all(least[string.labels] == string.penalty for string in found)


@given(graphs(nodes=6, arcs=14))
def test_viterbi_is_the_limit_of_the_forward_score(graph: Graph) -> None:
    best = viterbi(graph).penalty
    if best == np.inf:
        return
    paths = len(walks(graph))
    for scale in (1.0, 1e2, 1e4):
        scaled = replace(graph, penalty=scale * graph.penalty, start=scale * graph.start, final=scale * graph.final)
        gap = best - forward_score(scaled) / scale
        assert -1e-9 <= gap <= np.log(paths) / scale + 1e-9


def strip(columns: int) -> Graph:
    values = np.random.default_rng(columns).normal(size=(columns, 12)) * 4
    return compose(linear(values), character_model(range(10), 10, 11))


@pytest.mark.parametrize("columns", [1, 7, 33])
def test_posteriors_of_a_cut_sum_to_one(columns: int) -> None:
    # Every path takes one arc per column, so the arcs of a column cut the graph.
    graph = strip(columns)
    level = np.zeros(graph.nodes, dtype=int)
    for _ in range(columns):
        level[graph.destination] = level[graph.source] + 1
    sums = np.bincount(level[graph.source], weights=arc_posteriors(graph), minlength=columns)
    np.testing.assert_allclose(sums, 1.0, rtol=1e-9)


def test_n_best_of_a_strip_agree_with_each_strings_own_graph() -> None:
    graph = strip(12)
    found = n_best(graph, 20)
    assert len({string.labels for string in found}) == 20
    for string in found:
        own = viterbi(compose(graph, chain(string.labels)))
        assert own.penalty == string.penalty
        assert word(graph.output, viterbi(graph).arcs.tolist()) == found[0].labels


def test_large_penalties_do_not_overflow() -> None:
    graph = build([(0, 1, 0, 0, 5000.0), (0, 1, 1, 1, 5000.0), (1, 2, 0, 0, -9000.0)], {0: 0.0}, {2: 0.0})
    assert forward_score(graph) == pytest.approx(-4000.0 - np.log(2))
    np.testing.assert_allclose(arc_posteriors(graph), [0.5, 0.5, 1.0])


@pytest.mark.parametrize("question", [viterbi, forward_score, arc_posteriors, lambda graph: n_best(graph, 1)])
def test_a_cycle_is_refused(question: Callable[[Graph], Any]) -> None:
    with pytest.raises(ValueError, match="has a cycle"):
        question(character_model(range(2), 2))


def test_no_strings_wanted_none_given() -> None:
    assert n_best(chain([1]), 0) == []
