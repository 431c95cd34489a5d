"""Lists of codes: which they hold, what counts make of them, and how a bad line is named."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.errors import GrammarError
from device_runtime.grammar import lexicon
from device_runtime.grammar.automaton import LONGEST_CODE, Automaton
from device_runtime.grammar.lexicon import compile_lexicon

DIGITS = "0123456789"
codes = st.from_regex(r"[0-3]{1,4}([ -][0-3]{1,2})?", fullmatch=True)


def compiled(data: str | bytes) -> Automaton:
    return compile_lexicon(data if isinstance(data, bytes) else data.encode(), "list.txt", DIGITS, "- ")


@given(st.lists(codes, min_size=1, max_size=30), st.lists(codes, max_size=20))
def test_it_holds_the_codes_of_the_list_and_no_others(listed: list[str], others: list[str]) -> None:
    automaton = compiled("\n".join(listed))
    assert all(automaton.penalty_of(code) == 0 for code in listed)
    assert automaton.count_codes() == len(set(listed))
    assert [automaton.accepts(code) for code in others] == [code in listed for code in others]


@given(st.dictionaries(codes, st.integers(0, 10**6), min_size=1, max_size=20))
def test_counts_become_penalties(counts: dict[str, int]) -> None:
    automaton = compiled("".join(f"{code}\t{count}\n" for code, count in counts.items()))
    assert automaton.count_codes() == len(counts)
    total = sum(counts.values()) + len(counts)
    for code, count in counts.items():
        # Each arc, and the end, is off by half a step of 0.25 at most.
        assert automaton.penalty_of(code) == pytest.approx(-math.log((count + 1) / total), abs=0.125 * (len(code) + 1))
    assert np.array_equal(automaton.penalty * 4, np.rint(automaton.penalty * 4)) and np.all(automaton.penalty >= 0)


def test_the_penalty_stands_where_the_codes_part() -> None:
    automaton = compiled("115,0\n116,0\n2,5\n23,1")
    assert automaton.penalty_of("115") == 2.25  # -log of 2 / 10 and of 1 / 2 in quarters: 1.5 + 0.75
    assert automaton.penalty_of("2") == 0.5  # 8 / 10 and 6 / 8: 0.25 + 0.25
    assert automaton.penalty_of("23") == 1.75  # 8 / 10, 2 / 8, 1: 0.25 + 1.5
    first = automaton.penalty[automaton.source == 0]
    assert first.tolist() == [1.5, 0.25]


def test_equal_counts_keep_a_lexicon_small() -> None:
    every = compiled("".join(f"{code:03},7\n" for code in range(1000)))
    assert every.states == 4 and every.weighted


@pytest.mark.parametrize(
    "text",
    [
        "10115\n80331\n",
        "10115\r\n80331",
        "\ufeff10115\n80331",
        "# Berlin\n10115 # Mitte\n\n   \n\t80331  \n10115\n",
    ],
)
def test_ways_to_write_a_list(text: str) -> None:
    automaton = compiled(text)
    assert automaton.count_codes() == 2 and automaton.accepts("10115") and automaton.accepts("80331")


@pytest.mark.parametrize(
    "text", ["114 55,3\n1,1", "114 55\t3\n1\t1", " 114 55 , 3 \n1 \t 1\r\n", "114 55,1\n1,1\n114 55,1"]
)
def test_ways_to_write_a_count(text: str) -> None:
    automaton = compiled(text)
    assert automaton.penalty_of("114 55") == pytest.approx(-math.log(4 / 6), abs=0.25)
    assert automaton.penalty_of("1") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("zip\n10115", "list.txt, line 1: 'zip' is no code"),
        ("10115\n\n1011a", "list.txt, line 3: '1011a' is no code"),
        ("10115-", "line 1: '10115-' is no code"),
        ("1  2", "line 1: '1  2' is no code"),
        ("10115,x", "line 1: '10115,x' is no code"),
        ("10115,-1", "line 1: '10115,-1' is no code"),
        ("10115;3", "line 1"),
        ("\N{ARABIC-INDIC DIGIT ONE}", "line 1: '\\u0661' is no code"),
        ("1" * (LONGEST_CODE + 1), f"line 1: a code has at most {LONGEST_CODE} characters"),
        ("1" * 500 + "x", "line 1: '1111"),
        ("1,5\n2", "line 2: no count, unlike the codes before"),
        ("1\n2,5", "line 2: a count, unlike the codes before"),
        ("1," + "9" * 13, "line 1: a count has at most 12 digits"),
        (b"10115\n\xff\xfe", "list.txt, line 2: no text in UTF-8"),
        (b"\x00" * 40, "line 1"),
        ("", "list.txt has no codes"),
        ("# only\n\n", "list.txt has no codes"),
    ],
)
def test_a_bad_list_is_named_with_its_line(data: str | bytes, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        compiled(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


@pytest.mark.parametrize("mark", ["\t", "\t ", " ", "1 "])
def test_a_line_of_many_marks_is_refused_at_once(mark: str) -> None:
    started = time.process_time()
    with pytest.raises(GrammarError, match=r"line 1: '1.* is no code"):
        compiled("1" + mark * 20_000 + "x")
    assert time.process_time() - started < 0.5


@given(st.binary(max_size=60))
def test_any_bytes_are_a_lexicon_or_a_grammar_error(data: bytes) -> None:
    try:
        assert compiled(data).count_codes() > 0
    except GrammarError as error:
        assert "\n" not in str(error)


def test_lists_that_are_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "CODE_LIMIT", 3)
    with pytest.raises(GrammarError, match="more than 3 codes"):
        compiled("1\n2\n3\n4")
    monkeypatch.setattr(lexicon, "_NODE_LIMIT", 6)
    assert compiled("12345").accepts("12345")
    with pytest.raises(GrammarError, match="more than 6 different beginnings"):
        compiled("12345\n12346")


def test_a_lexicon_of_a_whole_country_is_compiled_soon() -> None:
    rng = np.random.default_rng(3)
    listed = rng.choice(100_000, 42_000, replace=False).tolist()
    started = time.process_time()
    automaton = compiled("\n".join(f"{code:05}" for code in listed))
    assert time.process_time() - started < 3
    assert automaton.count_codes() == 42_000 and automaton.accepts(f"{listed[0]:05}")
