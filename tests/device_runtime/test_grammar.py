"""Grammars: countries, separators, and the errors that a user sees."""

from __future__ import annotations

import pytest

from device_runtime.countries import PATTERNS
from device_runtime.errors import GrammarError
from device_runtime.grammar import Grammar


@pytest.mark.parametrize(
    ("country", "codes", "others"),
    [
        ("DE", ["10115", "00000"], ["1011", "101155", "10115-1234", "1011a", ""]),
        ("MY", ["47500"], ["4750", "475000"]),
        ("US", ["96103", "96103-1234"], ["961031234", "96103-123", "96103-", "9610", "96103 1234"]),
    ],
)
def test_codes_of_a_country(country: str, codes: list[str], others: list[str]) -> None:
    grammar = Grammar.from_country(country)
    assert grammar.name == country
    assert all(grammar.accepts(code) for code in codes)
    assert not any(grammar.accepts(code) for code in others)


def test_countries_may_be_written_in_lower_case() -> None:
    assert Grammar.from_country(" de ").pattern == PATTERNS["DE"]


def test_an_unknown_country_is_refused_naming_those_known() -> None:
    with pytest.raises(GrammarError, match=r"unknown country 'XX'; known are DE, MY, US"):
        Grammar.from_country("XX")


def test_a_pattern_may_repeat_without_bound() -> None:
    grammar = Grammar.from_pattern(r"\d+")
    assert grammar.accepts("7" * 300)
    assert len(grammar.automaton.final) == 2


def test_the_empty_text_is_never_a_code() -> None:
    grammar = Grammar.from_pattern(r"\d*")
    assert grammar.accepts("1")
    assert not grammar.accepts("")


@pytest.mark.parametrize("pattern", ["", "()", "1{0}", "(|)"])
def test_a_pattern_of_the_empty_text_alone_is_refused(pattern: str) -> None:
    with pytest.raises(GrammarError, match="only the empty text"):
        Grammar.from_pattern(pattern)


@pytest.mark.parametrize("pattern", ["1-", "-1", "1--2", "1- 2", "(1|-)2", "(1-)+", "-", r"\d(-\d)* ?"])
def test_a_separator_must_stand_between_two_digits(pattern: str) -> None:
    with pytest.raises(GrammarError, match="must stand between two digits"):
        Grammar.from_pattern(pattern)


def test_separators_between_digits_are_part_of_the_code() -> None:
    grammar = Grammar.from_pattern(r"(\d{3}[- ])*\d{2}")
    assert grammar.accepts("123-456 78")
    assert not grammar.accepts("12345678")


def test_another_alphabet() -> None:
    grammar = Grammar.from_pattern("[^0]", "01X")
    assert [code for code in "01X-" if grammar.accepts(code)] == ["1", "X"]
