"""Graphs: what they refuse, the topologies, and composition against all pairs of paths."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from device_runtime.grammar.automaton import Automaton
from tests.random_graphs import graphs, walks, word
from train.gtn.graph import NULL, Graph, acceptor, build, chain, character_model, compose, linear, trim
from train.gtn.paths import forward_score, n_best, viterbi

BLANK, RUBBISH = 2, 3


def readings(graph: Graph) -> Counter[tuple[tuple[int, ...], tuple[int, ...], float]]:
    """What is read, what is written and what is paid, with how many paths do so."""
    return Counter((word(graph.input, arcs), word(graph.output, arcs), penalty) for arcs, penalty in walks(graph))


@given(graphs(), graphs())
@settings(max_examples=300)
def test_composition_has_one_path_for_each_pair_of_paths_that_agree(first: Graph, second: Graph) -> None:
    agreeing: Counter[tuple[tuple[int, ...], tuple[int, ...], float]] = Counter()
    for (one, paid), (two, paid_too) in itertools.product(walks(first), walks(second)):
        if word(first.output, one) == word(second.input, two):
            agreeing[word(first.input, one), word(second.output, two), paid + paid_too] += 1
    assert readings(compose(first, second)) == agreeing


@given(graphs(), graphs())
def test_composition_has_no_dead_ends(first: Graph, second: Graph) -> None:
    composed = compose(first, second)
    used = {arc for arcs, _ in walks(composed) for arc in arcs}
    assert used == set(range(len(composed.source)))
    on_a_path = {*composed.source.tolist(), *composed.destination.tolist()}
    on_a_path |= set(np.flatnonzero(np.isfinite(composed.start + composed.final)).tolist())
    assert on_a_path == set(range(composed.nodes))


@given(graphs(), graphs(), graphs())
@settings(max_examples=50)
def test_composition_is_associative_in_the_forward_score(one: Graph, two: Graph, three: Graph) -> None:
    left = forward_score(compose(compose(one, two), three))
    right = forward_score(compose(one, compose(two, three)))
    assert left == pytest.approx(right, rel=1e-12)


@given(graphs())
def test_trimming_changes_no_path(graph: Graph) -> None:
    assert readings(trim(graph)) == readings(graph)


def test_null_moves_of_both_graphs_between_two_labels_make_one_path() -> None:
    first = build([(0, 1, 0, 0, 1.0), (1, 2, 1, NULL, 1.0), (2, 3, 2, 1, 1.0)], {0: 0.0}, {3: 0.0})
    second = build([(0, 1, 0, 0, 1.0), (1, 2, NULL, 7, 1.0), (2, 3, 1, 1, 1.0)], {0: 0.0}, {3: 0.0})
    composed = compose(first, second)
    assert readings(composed) == {((0, 1, 2), (0, 7, 1), 6.0): 1}
    assert len(composed.source) == 4


def spelled(path: tuple[int, ...]) -> tuple[int, ...]:
    """What a sequence of classes reads, in plain words: merge runs, drop blanks, then merge marks again."""
    merged = [c for c, before in zip(path, (BLANK, *path), strict=False) if c != before and c != BLANK]
    return tuple(c for i, c in enumerate(merged) if not (c == RUBBISH and i and merged[i - 1] == RUBBISH))


def test_character_model_reads_every_sequence_of_classes_as_one_string() -> None:
    model = character_model(range(2), BLANK, RUBBISH)
    for path in itertools.product(range(4), repeat=5):
        strings = [word(g.output, arcs) for g in [compose(chain(path), model)] for arcs, _ in walks(g)]
        assert strings == [spelled(path)]


def test_character_model_without_rubbish_reads_no_rubbish() -> None:
    model = character_model(range(2), BLANK)
    assert viterbi(compose(chain([0, 0, BLANK, 0, 1]), model)).penalty == 0.0
    assert viterbi(compose(chain([0, RUBBISH, 0]), model)).penalty == np.inf


def test_strip_model_and_label_compose_in_either_order() -> None:
    strip = linear(np.random.default_rng(5).normal(size=(9, 4)))
    model, label = character_model(range(2), BLANK, RUBBISH), chain([1, 1, 0])
    strip_first, label_first = compose(compose(strip, model), label), compose(strip, compose(model, label))
    assert (strip_first.nodes, len(strip_first.source)) == (label_first.nodes, len(label_first.source))
    assert forward_score(strip_first) == pytest.approx(forward_score(label_first), rel=1e-12)


def test_the_free_score_of_normalised_columns_is_zero() -> None:
    values = np.random.default_rng(6).normal(size=(7, 4))
    values += np.log(np.exp(-values).sum(axis=1, keepdims=True))
    free = compose(linear(values), character_model(range(2), BLANK, RUBBISH))
    assert forward_score(free) == pytest.approx(0.0, abs=1e-12)


def grammar() -> Automaton:
    """The codes 12-1 (probable) and 12, over the alphabet 12."""
    return Automaton(
        symbols="12-",
        source=np.array([0, 1, 2, 3], dtype=np.int32),
        symbol=np.array([0, 1, 2, 0], dtype=np.int32),
        destination=np.array([1, 2, 3, 4], dtype=np.int32),
        penalty=np.array([0.0, 0.5, 0.25, 0.0], dtype=np.float32),
        end_penalty=np.array([np.inf, np.inf, 2.0, np.inf, 0.0], dtype=np.float32),
    )


def test_a_grammar_accepts_its_codes_with_their_penalties() -> None:
    graph = acceptor(grammar(), "12")
    assert readings(graph) == {
        ((0, 1), (0, 1), 2.5): 1,
        ((0, 1, 0), (0, 1, 2, 0), 0.75): 1,
        ((0, 1, RUBBISH, 0), (0, 1, 2, 0), 0.75): 1,
    }


def test_a_strip_is_read_by_a_grammar() -> None:
    classes = [0, 0, BLANK, 1, RUBBISH, 0, BLANK]  # 1 1 _ 2 # 1 _
    values = np.full((len(classes), 4), 5.0)
    values[np.arange(len(classes)), classes] = 0.1
    strip = compose(linear(values), character_model(range(2), BLANK, RUBBISH))
    best = n_best(compose(strip, acceptor(grammar(), "12")), 2)
    assert [string.labels for string in best] == [(0, 1, 2, 0), (0, 1)]
    assert best[0].penalty == pytest.approx(0.75 + 7 * 0.1)


def test_an_empty_strip_spells_the_empty_string_only() -> None:
    empty = compose(linear(np.empty((0, 4))), character_model(range(2), BLANK, RUBBISH))
    assert n_best(empty, 3)[0].labels == ()
    nothing = compose(empty, chain([0]))
    assert nothing.nodes == 0
    assert n_best(nothing, 1) == [] and viterbi(nothing).penalty == forward_score(nothing) == np.inf


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"destination": np.array([2])}, "outside the graph's 2 nodes"),
        ({"input": np.array([-2])}, "a label is negative"),
        ({"penalty": np.array([np.nan])}, "NaN or -inf"),
        ({"start": np.array([-np.inf, 0.0])}, "NaN or -inf"),
        ({"penalty": np.array([0.0, 1.0])}, "differ in length"),
    ],
)
def test_a_broken_graph_is_refused(change: dict[str, np.ndarray], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(chain([0]), **change)
