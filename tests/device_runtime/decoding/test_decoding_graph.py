"""Plans: what may stand before each character, which codes they write, and the relaxed grammar beside them."""

from __future__ import annotations

import time

import numpy as np
import pytest

from device_runtime.decoding.decoding_graph import Plan, make_plan
from device_runtime.grammar.automaton import LONGEST_CODE
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.grammar.lexicon import compile_lexicon
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN


def plan_of(pattern: str) -> Plan:
    return make_plan(Grammar.from_pattern(pattern).automaton, DIGITS)


@pytest.mark.parametrize("code", ["10115", "10115-1234"])
def test_a_code_is_a_path_of_arcs(code: str) -> None:
    plan = plan_of(r"\d{5}(-\d{4})?")
    arcs = plan.arcs_of(code)
    assert arcs is not None
    assert plan.write(arcs) == code


@pytest.mark.parametrize("code", ["", "1011", "101155", "10115-", "10115 1234", "101151234"])
def test_what_the_grammar_lacks_has_no_path(code: str) -> None:
    assert plan_of(r"\d{5}(-\d{4})?").arcs_of(code) is None


def test_codes_without_their_separators_are_known() -> None:
    plan = plan_of(r"\d{5}(-\d{4})?")
    assert plan.allows("10115")
    assert plan.allows("101151234")
    assert not plan.allows("1011")
    assert not plan.allows("")


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
    assert set(plan_of(pattern).junctions) == junctions


def test_the_relaxed_grammar_of_a_positional_one_is_the_grammar() -> None:
    plan = plan_of(r"[12]\d{1,2}")
    assert plan.exact
    assert [layer.chars[PLAIN].tolist() for layer in plan.layers] == [[1, 2], [*range(10)], [*range(10)], []]
    assert [layer.end for layer in plan.layers] == [-np.inf, -np.inf, 0, 0]


def test_the_relaxed_grammar_allows_what_any_code_has_at_a_place() -> None:
    plan = plan_of("12|34")
    assert not plan.exact
    assert [layer.chars[PLAIN].tolist() for layer in plan.layers[:2]] == [[1, 3], [2, 4]]


def test_endless_grammars_are_cut() -> None:
    assert len(plan_of(r"\d+").layers) == LONGEST_CODE + 1


def test_a_long_list_of_codes_with_separators_is_planned_at_once() -> None:
    drawn = np.random.default_rng(1).integers(0, 10**7, 40_000).tolist()
    codes = [f"{code:07}"[: 1 + code % 5] + "-" + f"{code:07}"[1 + code % 5 :] for code in drawn]
    automaton = compile_lexicon("\n".join(codes).encode(), "list", DIGITS, "- ")
    started = time.process_time()
    plan = make_plan(automaton, DIGITS)
    assert time.process_time() - started < 1
    assert plan.arcs_of(codes[0]) is not None
