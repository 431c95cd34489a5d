"""Grammars: patterns, countries, lexicons, what they have in common, and the errors that a user sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from device_runtime.errors import GrammarError, WriteError
from device_runtime.grammar import file as grammar_file
from device_runtime.grammar import grammar as module
from device_runtime.grammar.automaton import LONGEST_CODE
from device_runtime.grammar.grammar import SEPARATORS, Grammar
from device_runtime.grammar.regex import compile_pattern


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "towns.txt"
    path.write_text("10115\n10117\n80331\n114 55\n")
    return path


@pytest.mark.parametrize(
    ("country", "codes", "others"),
    [
        ("DE", ["10115", "00000"], ["1011", "101155", "10115-1234", "1011a", ""]),
        ("MY", ["47500"], ["4750", "475000"]),
        ("US", ["96103", "96103-1234"], ["961031234", "96103-123", "96103-", "9610", "96103 1234"]),
        ("BR", ["40301-110", "40301110"], ["40301", "40301 110"]),
        ("JP", ["154-0023", "1540023"], ["1540-023"]),
        ("SE", ["114 55", "11455"], ["1145 5", "114-55"]),
        ("CZ", ["251 66", "25166"], ["2516", "CZ25166"]),
        ("SK", ["010 01", "01001"], []),
        ("GR", ["151 24", "15124"], []),
        ("FR", ["33380", "33 380"], ["333 80"]),
        ("PL", ["00-950"], ["00950"]),
        ("LV", ["1073"], ["LV-1073"]),
    ],
)
def test_codes_of_a_country(country: str, codes: list[str], others: list[str]) -> None:
    grammar = Grammar.from_country(country)
    assert grammar.name == country
    assert all(grammar.accepts(code) for code in codes)
    assert not any(grammar.accepts(code) for code in others)


def test_countries_may_be_written_in_lower_case() -> None:
    assert Grammar.from_country(" de ").accepts("10115")


def test_a_pattern_may_repeat_without_bound_up_to_the_longest_code() -> None:
    grammar = Grammar.from_pattern(r"\d+")
    assert grammar.accepts("7" * LONGEST_CODE) and not grammar.accepts("7" * (LONGEST_CODE + 1))


def test_the_empty_text_is_never_a_code() -> None:
    grammar = Grammar.from_pattern(r"\d*")
    assert grammar.accepts("1")
    assert not grammar.accepts("")
    assert grammar.automaton.states == Grammar.from_pattern(r"\d+").automaton.states


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


def test_a_lexicon_is_read_as_text_and_compiled(listed: Path, tmp_path: Path) -> None:
    grammar = Grammar.from_file(listed)
    size = grammar.save(tmp_path / "towns.grammar")
    again = Grammar.from_file(tmp_path / "towns.grammar")
    assert grammar.name == again.name == "lexicon towns"
    assert size == (tmp_path / "towns.grammar").stat().st_size < 200
    for one in (grammar, again):
        assert one.accepts("114 55") and one.accepts("10117") and not one.accepts("10116")


def test_codes_in_both(listed: Path) -> None:
    both = Grammar.from_file(listed).intersect(Grammar.from_pattern(r"1\d+"))
    assert both.automaton.count_codes() == 2
    assert both.accepts("10115") and not both.accepts("80331") and not both.accepts("10116")
    assert both.name == r"lexicon towns and pattern 1\d+"


def test_no_code_in_both_is_refused(listed: Path) -> None:
    with pytest.raises(GrammarError, match=r"no code is in both lexicon towns and pattern \\d\{4\}"):
        Grammar.from_file(listed).intersect(Grammar.from_pattern(r"\d{4}"))


def test_different_alphabets_do_not_intersect() -> None:
    with pytest.raises(GrammarError, match="different alphabets"):
        Grammar.from_pattern("1", "01").intersect(Grammar.from_pattern("1", "12"))


def test_names_stay_short() -> None:
    grammar = Grammar.from_pattern("1" * 30 + "(1|" * 50 + "2" + ")" * 50)
    assert len(grammar.name) < 75
    for _ in range(5):
        grammar = grammar.intersect(grammar)
    assert len(grammar.name) <= 150


def test_what_a_user_chose(listed: Path) -> None:
    assert Grammar.chosen(None, None, None) is None
    for country, pattern, lexicon, codes in (
        ("DE", None, None, 100_000),
        (None, r"\d{3}", None, 1000),
        (None, None, listed, 4),
        ("DE", None, listed, 3),
        (None, r"1\d{4}", listed, 2),
        ("DE", r"80\d{3}", None, 1000),
        ("US", r"\d{5}", None, 100_000),
        ("SE", r"11\d \d\d", None, 1000),
        ("DE", r"\d+15", listed, 1),
    ):
        chosen = Grammar.chosen(country, pattern, lexicon)
        assert chosen is not None and chosen.automaton.count_codes() == codes
    with pytest.raises(GrammarError, match=r"no code is in both DE and pattern \\d; leave one out"):
        Grammar.chosen("DE", r"\d", None)
    with pytest.raises(GrammarError, match="empty text"):
        Grammar.chosen(None, "", None)


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [(r"\d{3,9}", (3, 4, 5, 6, 7, 8, 9)), (r"\d{5}(-\d{4})?", (5, 9)), (r"1 ?2 ?3|45", (2, 3)), ("1", (1,))],
)
def test_lengths_count_characters_and_no_separators(pattern: str, lengths: tuple[int, ...]) -> None:
    assert Grammar.from_pattern(pattern).lengths() == lengths


def test_files_that_cannot_be_used_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.grammar"
    with pytest.raises(GrammarError, match=r"cannot read the lexicon .*missing"):
        Grammar.from_file(tmp_path / "missing")
    with pytest.raises(GrammarError, match="cannot read the lexicon"):
        Grammar.from_file(tmp_path)
    with pytest.raises(GrammarError, match="cannot read the lexicon"):
        Grammar.from_file("a\0b")
    with pytest.raises(WriteError, match="where cannot be written: No such file or directory"):
        Grammar.from_country("DE").save(tmp_path / "no" / "where")
    Grammar.from_pattern("1", "01").save(path)
    with pytest.raises(GrammarError, match="is for the characters '01- '"):
        Grammar.from_file(path)
    path.write_bytes(grammar_file.pack("odd", compile_pattern("12-", "0123456789", SEPARATORS)))
    with pytest.raises(GrammarError, match="separator"):
        Grammar.from_file(path)
    path.write_text("1\n" * 100)
    monkeypatch.setattr(module, "_FILE_LIMIT_BYTES", 100)
    with pytest.raises(GrammarError, match="it has 200 bytes, and at most 100 are read"):
        Grammar.from_file(path)


@pytest.mark.parametrize("option", ["country", "pattern", "lexicon"])
@pytest.mark.parametrize("given", [5, b"DE", ["DE"]])
def test_what_is_no_text_is_told_in_one_line(option: str, given: object) -> None:
    chosen: dict[str, Any] = {"country": None, "pattern": None, "lexicon": None, option: given}
    with pytest.raises(GrammarError, match=rf"^{option} is .*, which is no text; put it between quotation marks$"):
        Grammar.chosen(**chosen)
