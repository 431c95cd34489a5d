"""Gaps, overlaps and rows without a code are named; what they are is checked code by code."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from device_runtime.errors import PlanError
from device_runtime.grammar.grammar import Grammar
from device_runtime.station.plan.check import Findings, check_plan
from device_runtime.station.plan.plan import SortPlan
from device_runtime.station.plan.table import read_table


def checked(folder: Path, rows: str, grammar: Grammar | None) -> tuple[SortPlan, Findings]:
    path = folder / "plan.csv"
    path.write_text(f"codes,bin\noverflow,other\nreject,hand\n{rows}")
    plan = SortPlan.of_table(read_table(path))
    return plan, check_plan(plan, grammar)


def test_all_three_kinds_are_named(tmp_path: Path) -> None:
    rows = "80*,a\n80500..81000,b\n0*..7*,c\n9*,c\n82*..89*,c\n1234,d\n"
    _, found = checked(tmp_path, rows, Grammar.from_country("DE"))
    assert [tuple(map(str, pair)) for pair in found.overlaps] == [("80* -> a (line 4)", "80500..81000 -> b (line 5)")]
    assert [(gap.codes, gap.count) for gap in found.gaps] == [("81000..81999", 1000)] and found.gap_codes == 1000
    assert [row.codes for row in found.foreign] == ["1234"] and not found.fine


def test_a_plan_without_faults_is_fine(tmp_path: Path) -> None:
    assert checked(tmp_path, "*,a\n80331,b\n", Grammar.from_country("US"))[1].fine
    assert checked(tmp_path, "80331,b\n", None)[1].fine
    assert checked(tmp_path, "80*,a\n80500..81000,b\n", None)[1].overlap_count == 1


def test_a_gap_in_a_lexicon_is_its_codes_alone(tmp_path: Path) -> None:
    lexicon = tmp_path / "codes.txt"
    lexicon.write_text("10115\n10117\n10118\n80331\n99999\n")
    _, found = checked(tmp_path, "8*,a\n10116,b\n9*,c\n", Grammar.from_file(lexicon))
    assert [(gap.codes, gap.count) for gap in found.gaps] == [("10115", 1), ("10117..10118", 2)]
    assert [row.codes for row in found.foreign] == ["10116"]


@pytest.mark.parametrize("pattern", [r"[13]\d[- ]?\d", r"\d{2}(-\d{2})?", "1[0-35]?", r"(\d[- ]?){2}7"])
def test_gaps_are_those_of_a_search_through_all_codes(tmp_path: Path, pattern: str) -> None:
    grammar = Grammar.from_pattern(pattern)
    plan, found = checked(tmp_path, "1*,a\n15,b\n30..33,c\n350..370,d\n9*,e\n1200,f\n", grammar)
    texts = ("".join(c) for n in range(1, 6) for c in product("0123456789-", repeat=n))
    codes = {text.replace("-", "") for text in texts if re.fullmatch(pattern, text)}
    uncovered = {code for code in codes if plan.which(code).row is None}
    named = set()
    for gap in found.gaps:
        first, _, last = gap.codes.partition("..")
        named |= {f"{code:0{len(first)}d}" for code in range(int(first), int(last or first) + 1)}
    assert named == uncovered and found.gap_codes == len(uncovered)


def test_a_grammar_that_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="codes of 19 digits"):
        checked(tmp_path, "1*,a\n", Grammar.from_pattern(r"\d{19}"))
    with pytest.raises(PlanError, match="lie too far apart"):
        checked(tmp_path, "1*,a\n", Grammar.from_pattern("[02468]{18}"))
