"""Patterns compiled to automata against Python's own matching, and every way in which a pattern can be refused."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import LONGEST_CODE
from device_runtime.grammar.regex import STATE_LIMIT, compile_pattern

ALPHABET = "0123"

atoms = st.sampled_from(["0", "1", "2", "3", "-", " ", "[01]", "[1-3]", "[^0-]", "[- 2]", "[^12]", "(?:3)"])
repeats = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,2}", "{,2}", "{2,}", "*?"])
patterns = st.recursive(
    st.tuples(atoms, repeats).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map("({})".format),
        st.tuples(inner, repeats).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(pattern=patterns, texts=st.lists(st.text(ALPHABET + "- ", max_size=6), min_size=1, max_size=20))
def test_automaton_accepts_what_the_pattern_matches(pattern: str, texts: list[str]) -> None:
    automaton = compile_pattern(pattern, ALPHABET, "- ")
    # A negated class chooses from the alphabet only.
    reference = re.compile(pattern.replace("[^0-]", "[123]").replace("[^12]", "[03]"))
    for text in texts:
        assert automaton.accepts(text) == (reference.fullmatch(text) is not None), text


@pytest.mark.parametrize(
    ("pattern", "states"),
    [(r"\d", 2), (r"\d{5}", 6), (r"\d{5}(-\d{4})?", 11), ("(01|11)2|(02|12)2|212|222", 4)],
)
def test_a_pattern_has_as_few_states_as_its_codes_need(pattern: str, states: int) -> None:
    assert compile_pattern(pattern, ALPHABET, "- ").states == states


@settings(max_examples=50, deadline=None)
@given(pattern=patterns)
def test_patterns_of_the_same_codes_give_the_same_automaton(pattern: str) -> None:
    one = compile_pattern(pattern, ALPHABET, "- ")
    other = compile_pattern(f"({pattern}|{pattern})(1{{0}}|(2-3){{0}})", ALPHABET, "- ")
    for array in ("source", "symbol", "destination", "penalty", "end_penalty"):
        assert np.array_equal(getattr(one, array), getattr(other, array))


def test_a_repetition_without_bound_ends_with_the_longest_code() -> None:
    automaton = compile_pattern("(01)*2?", ALPHABET, "- ")
    assert automaton.accepts("01" * (LONGEST_CODE // 2))
    assert not automaton.accepts("01" * (LONGEST_CODE // 2) + "2")
    assert automaton.count_codes() == 2 * (LONGEST_CODE // 2) + 1


def test_a_pattern_of_too_long_codes_only_is_refused() -> None:
    with pytest.raises(GrammarError, match=f"only codes of more than {LONGEST_CODE} characters"):
        compile_pattern(rf"\d{{{LONGEST_CODE + 1},}}", ALPHABET, "- ")


def test_digits_are_those_of_the_alphabet() -> None:
    automaton = compile_pattern(r"\d", "01A", "-")
    assert [text for text in ("0", "1", "A", "2", "-", "") if automaton.accepts(text)] == ["0", "1"]


@pytest.mark.parametrize(
    ("pattern", "position"),
    [("(", 0), ("12(", 2), ("[1", 0), ("1)", 1), ("*1", 0), ("1**", 2), ("1{3,2}", 2), ("\\", 0), ("[3-0]", 1)],
)
def test_a_broken_pattern_is_reported_with_its_position(pattern: str, position: int) -> None:
    with pytest.raises(GrammarError, match=f"broken: .*at position {position}"):
        compile_pattern(pattern, ALPHABET, "- ")


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("1a", "'a' at position 1"),
        (r"\w", r"'\w' at position 0"),
        (r"1\D", r"'\D' at position 1"),
        (r"(1)\1", r"'\1' at position 3"),
        ("1.", "'.' at position 1"),
        ("1$", "'$' at position 1"),
        ("^1", "'^' outside a class"),
        ("1,2", "',' at position 1"),
        ("1{2", "'{' at position 1"),
        ("4", "'4' at position 0"),
        ("[0-4]", "'4' at position 3"),
        ("[ -1]", "'!' in a range"),
        ("(?=1)", "'=' at position 2"),
        ("[[1]", "'[' at position 0"),
        ("1*+", "a possessive repetition ('?+', '*+', '++')"),
        ("(1)?(?(1)2|3)", "a conditional group"),
        ("\N{ARABIC-INDIC DIGIT ONE}", "'\N{ARABIC-INDIC DIGIT ONE}' at position 0"),
        ("\n", r"'\n' at position 0"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_can(pattern: str, named: str) -> None:
    with pytest.raises(GrammarError) as caught:
        compile_pattern(pattern, ALPHABET, "- ")
    message = str(caught.value)
    assert f"{named} cannot be used; allowed are {ALPHABET}, '-', ' '," in message
    assert "\n" not in message


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(GrammarError, match="matches nothing"):
        compile_pattern("[^0-3]", ALPHABET, "- ")


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d*1\d{20}",
        r"\d*1\d{10}",  # few enough with cycles, too many cut to the longest code
        r"\d{6000}",
        r"\d{99999999999}",
        "1" * 20_000,
        "(1?2?){0,2000}3",
        "(1?){5000}",
    ],
)
def test_a_pattern_that_needs_too_many_states_is_refused_soon(pattern: str) -> None:
    started = time.process_time()
    with pytest.raises(GrammarError, match=f"more than {STATE_LIMIT} states") as caught:
        compile_pattern(pattern, ALPHABET, "- ")
    assert time.process_time() - started < 10
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("depth", [200, 250, 300, 400, 1_000, 2_000])
@pytest.mark.parametrize(("opened", "closed"), [("(", ")"), ("(", ")?"), ("(", "|2)"), ("(1", "){1,2}")])
def test_a_deeply_nested_pattern_is_compiled_or_refused(depth: int, opened: str, closed: str) -> None:
    try:
        assert compile_pattern(opened * depth + "1" + closed * depth, ALPHABET, "- ").accepts("1")
    except GrammarError as error:
        assert re.search("is nested too deeply; use fewer brackets|more than .* states", str(error))


def test_thirty_brackets_are_not_too_deep() -> None:
    assert compile_pattern("(" * 30 + "1" + "|2)?" * 30, ALPHABET, "- ").accepts("2")


@pytest.mark.parametrize("piece", ["|", "1", "()", "1?", "[01]", "(1"])
def test_a_long_pattern_is_refused_at_once(piece: str) -> None:
    started = time.process_time()
    with pytest.raises(GrammarError, match="more than 20000 characters; put a list of codes into a lexicon"):
        compile_pattern(piece * 200_000, ALPHABET, "- ")
    assert time.process_time() - started < 0.1
