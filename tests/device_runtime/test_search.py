"""The search for several codes against the scores of all codes of small grammars."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from device_runtime.grammar import Grammar
from device_runtime.graph import FloatArray, emit, viterbi_forward
from device_runtime.search import best_codes
from device_runtime.spotting import code_trellis, emission_columns, spotting_graph

ALPHABET = "012"


def random_columns(seed: int, columns: int) -> FloatArray:
    logits = np.random.default_rng(seed).normal(0.0, 2.0, (columns, 5))
    return emission_columns((np.logaddexp.reduce(logits, axis=1)[:, None] - logits).astype(np.float32), ALPHABET)


def viterbi_penalty(code: str, columns: FloatArray) -> float:
    trellis, _ = code_trellis(code, ALPHABET)
    return float((viterbi_forward(trellis, emit(trellis, columns))[-1] + trellis.final).min())


def search(pattern: str, columns: FloatArray, wanted: int) -> list[str]:
    grammar = Grammar.from_pattern(pattern, ALPHABET)
    found = best_codes(spotting_graph(grammar.automaton, ALPHABET), ALPHABET, columns, wanted)
    assert all(grammar.accepts(code) for code in found)
    return found


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("pattern", "longest"), [(r"\d", 1), (r"\d{3}", 3), (r"\d{1,4}", 4), (r"[01]\d?2", 3)])
def test_the_two_best_codes_of_a_positional_grammar_are_exact(seed: int, pattern: str, longest: int) -> None:
    columns = random_columns(seed, 9)
    grammar = Grammar.from_pattern(pattern, ALPHABET)
    texts = ("".join(chars) for n in range(1, longest + 1) for chars in itertools.product(ALPHABET, repeat=n))
    penalties = sorted(viterbi_penalty(text, columns) for text in texts if grammar.accepts(text))
    found = search(pattern, columns, 2)
    assert [viterbi_penalty(code, columns) for code in found] == penalties[:2]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("pattern", [r"\d{3}", r"\d+", r"(\d{2}-)*\d"])
def test_codes_are_distinct_and_the_best_comes_first(seed: int, pattern: str) -> None:
    columns = random_columns(seed, 12)
    found = search(pattern, columns, 6)
    assert len(found) == 6
    assert len({code.replace("-", "") for code in found}) == 6
    penalties = [viterbi_penalty(code, columns) for code in found]
    assert penalties[0] == min(penalties)


def test_a_cyclic_grammar_finds_other_digits_in_each_place() -> None:
    # "0121": the second choices stand at the first and the last digit.
    probabilities = np.full((7, 5), 0.001)
    for column, (best, second) in enumerate([(0, 2), (3, 3), (1, 1), (3, 3), (2, 2), (3, 3), (1, 0)]):
        probabilities[column, second] += 0.3
        probabilities[column, best] += 0.6
    columns = emission_columns(-np.log(probabilities / probabilities.sum(axis=1)[:, None]).astype(np.float32), ALPHABET)
    found = search(r"\d+", columns, 3)
    assert found[0] == "0121"
    assert sorted(found[1:]) == ["0120", "2121"]


def test_nothing_is_found_in_fewer_columns_than_digits() -> None:
    assert [search("010", random_columns(0, columns), 3) for columns in (1, 2, 3)] == [[], [], ["010"]]


def test_equal_digits_need_a_blank_and_so_one_more_column() -> None:
    assert search("00", random_columns(0, 2), 1) == []
    assert search("00", random_columns(0, 3), 1) == ["00"]
    assert search("0-0", random_columns(0, 2), 1) == []


def test_of_codes_that_differ_in_a_separator_the_writing_decides() -> None:
    def columns_of(middle: int) -> FloatArray:
        values = np.full((3, 5), 9.0, dtype=np.float32)
        for column, emitted in enumerate((1, middle, 2)):
            values[column, emitted] = 0.001
        return emission_columns(values, ALPHABET)

    assert search("1-?2", columns_of(3), 5) == ["12"]
    assert search("1-?2", columns_of(4), 5) == ["1-2"]
    assert search("1[ -]2", columns_of(4), 5) == ["1-2"]
    assert search("1 ?2", columns_of(4), 5) == ["1 2"]
