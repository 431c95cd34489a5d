"""The decoder's trellises against a second reading of the same rules: every class path, cut at its rubbish."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from device_runtime.grammar import Grammar
from device_runtime.graph import FloatArray, Trellis, emit, forward_scores, viterbi_forward
from device_runtime.spotting import (
    FOREIGN_NUMBER_PENALTY,
    code_trellis,
    emission_columns,
    free_trellis,
    spotting_graph,
)

ALPHABET = "01"
BLANK, RUBBISH = 2, 3
FOREIGN = float(np.exp(-FOREIGN_NUMBER_PENALTY))


def random_penalties(seed: int, columns: int = 6) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0.0, 1.5, (columns, 4))
    return (np.logaddexp.reduce(logits, axis=1)[:, None] - logits).astype(np.float32)


def numbers(path: tuple[int, ...]) -> list[str]:
    """The numbers in a class path: rubbish parts them, and within each repeats and then blanks are dropped."""
    found = []
    for is_rubbish, run in itertools.groupby(path, key=lambda c: c == RUBBISH):
        if not is_rubbish:
            number = "".join(ALPHABET[c] for c, _ in itertools.groupby(run) if c != BLANK)
            found += [number] if number else []
    return found


def occurrences(code: str, found: list[str]) -> list[tuple[int, int]]:
    """Where a code stands among numbers: (numbers beside it, marks seen in the place of its separators)."""
    pieces = code.split("-")
    ways = []
    for seen in itertools.product([False, True], repeat=len(pieces) - 1):
        whole = pieces[0]
        for piece, mark in zip(pieces[1:], seen, strict=True):
            whole += ("-" if mark else "") + piece
        wanted = whole.split("-")
        for first in range(len(found) - len(wanted) + 1):
            if found[first : first + len(wanted)] == wanted:
                ways.append((len(found) - len(wanted), sum(seen)))
    return ways


def score(trellis: Trellis, columns: FloatArray) -> float:
    return float(np.exp(-forward_scores(trellis, emit(trellis, columns), np.array([0]))[0]))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("code", ["0", "01", "11", "101", "0-1", "1-1", "0-1-0"])
def test_constrained_score_counts_every_place_of_the_code_in_every_class_path(seed: int, code: str) -> None:
    values = random_penalties(seed)
    expected = charged = 0.0
    for path in itertools.product(range(4), repeat=len(values)):
        p = np.exp(-sum(float(values[t, c]) for t, c in enumerate(path)))
        for beside, marks in occurrences(code, numbers(path)):
            expected += p * FOREIGN**beside
            charged += p * FOREIGN ** (beside + marks)
    columns = emission_columns(values, ALPHABET)
    assert score(code_trellis(code, ALPHABET)[0], columns) == pytest.approx(expected, rel=1e-6)
    trellis, _ = code_trellis(code, ALPHABET, FOREIGN_NUMBER_PENALTY)
    assert score(trellis, columns) == pytest.approx(charged, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_free_score_charges_every_number_but_one(seed: int) -> None:
    values = random_penalties(seed)
    expected = 0.0
    for path in itertools.product(range(4), repeat=len(values)):
        p = np.exp(-sum(float(values[t, c]) for t, c in enumerate(path)))
        expected += p * FOREIGN ** max(0, len(numbers(path)) - 1)
    assert score(free_trellis(ALPHABET), emission_columns(values, ALPHABET)) == pytest.approx(expected, rel=1e-6)


def test_penalties_need_not_be_normalised() -> None:
    values = random_penalties(9)
    shifted = values + np.arange(len(values), dtype=np.float32)[:, None]
    ratio = [
        score(code_trellis("01", ALPHABET)[0], columns) / score(free_trellis(ALPHABET), columns)
        for columns in (emission_columns(values, ALPHABET), emission_columns(shifted, ALPHABET))
    ]
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("pattern", [r"\d{2}", r"\d{1,3}", "0(-?1)?", r"\d(-\d){2}", "(01)+", "1[- ]1"])
def test_the_best_path_of_a_grammar_is_the_best_of_its_codes(seed: int, pattern: str) -> None:
    columns = emission_columns(random_penalties(seed), ALPHABET)
    grammar = Grammar.from_pattern(pattern, ALPHABET)
    texts = ("".join(chars) for length in range(1, 7) for chars in itertools.product("01- ", repeat=length))
    codes = [text for text in texts if grammar.accepts(text)]
    assert codes

    def best(trellis: Trellis) -> float:
        return float((viterbi_forward(trellis, emit(trellis, columns))[-1] + trellis.final).min())

    composed = spotting_graph(grammar.automaton, ALPHABET).trellis
    assert best(composed) == min(best(code_trellis(code, ALPHABET)[0]) for code in codes)


def test_any_character_is_as_likely_as_all_together() -> None:
    values = random_penalties(1)
    columns = emission_columns(values, ALPHABET)
    assert columns.shape == (6, 5)
    assert np.exp(-columns[:, 4]) == pytest.approx(np.exp(-values[:, :2].astype(float)).sum(axis=1))


def test_codes_of_one_shape_do_not_share_their_characters() -> None:
    first, states = code_trellis("0110", ALPHABET)
    second, same = code_trellis("1001", ALPHABET)
    assert states.tolist() == same.tolist()
    assert first.emission[states].tolist() == [0, 1, 1, 0]
    assert second.emission[states].tolist() == [1, 0, 0, 1]
