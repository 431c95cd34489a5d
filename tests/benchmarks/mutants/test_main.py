"""The mutation test's bookkeeping: which mutants survived, under which name, and a page that says the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.mutants import scores as mutants
from benchmarks.mutants.page import EXPLAINED, PAGE, Group, load_scores, render
from device_runtime.errors import PosteyeError

ROOT = Path(__file__).parents[3]

# As mutmut leaves a module: every function beside its mutants.
MUTATED = '''
class Box:
    def xǁBoxǁweigh__mutmut_orig(self):
        """Says how heavy."""
        heavy = 1
        return heavy + 1

    def xǁBoxǁweigh__mutmut_1(self):
        """Says how heavy."""
        heavy = 2
        return heavy + 1

    def xǁBoxǁweigh__mutmut_2(self):
        """Says how heavy."""
        heavy = 1
        return heavy - 1

def x_add__mutmut_orig(a):
    a.sort()
    return a

def x_add__mutmut_1(a):
    return a

def x_add__mutmut_2(a):
    a.sort()
    return None
'''


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """mutmut's folder with one module: two mutants killed, one timed out, two alive."""
    (tmp_path / "box.py").write_text(MUTATED, encoding="utf-8")
    codes = {"box.xǁBoxǁweigh__mutmut_1": 0, "box.xǁBoxǁweigh__mutmut_2": 1, "box.x_add__mutmut_1": 33}
    write_codes(tmp_path, codes | {"box.x_add__mutmut_2": -24})
    return tmp_path


def write_codes(copy: Path, codes: Mapping[str, int | None]) -> None:
    (copy / "box.py.meta").write_text(json.dumps({"exit_code_by_key": codes}), encoding="utf-8")


def test_survivors_have_the_name_of_their_function_and_the_line_that_changed(copy: Path) -> None:
    assert mutants.survivors("box.py", copy) == ["Box.weigh: heavy = 2", "add: without a.sort()"]


def test_a_score_counts_each_kind_and_names_what_is_not_explained(copy: Path) -> None:
    groups = [Group("box.py", "boxes weigh nothing", ["Box.weigh: heavy = 2"]), Group("bag.py", "", ["add: a"])]
    found, new = mutants.score("box.py", "after", groups, copy)
    assert (found.tried, found.killed, found.timeout, found.survived, found.explained) == (4, 1, 1, 2, 1)
    assert new == ["add: without a.sort()"]


@pytest.mark.parametrize("code", [-11, 99])
def test_a_mutant_without_a_verdict_makes_no_score(copy: Path, code: int) -> None:
    write_codes(copy, {"box.x_add__mutmut_1": code, "box.x_add__mutmut_2": 1})
    with pytest.raises(PosteyeError, match=r"1 of 2 mutants of box\.py have no verdict"):
        mutants.score("box.py", "after", [], copy)


def test_mutants_that_were_not_tried_are_not_counted(copy: Path) -> None:
    write_codes(copy, {"box.x_add__mutmut_1": None, "box.x_add__mutmut_2": 1})
    found, new = mutants.score("box.py", "after", [], copy)
    assert (found.mutants, found.tried, found.killed, found.survived, new) == (2, 1, 1, 0, [])


def test_a_module_that_was_not_mutated_is_named(copy: Path) -> None:
    with pytest.raises(PosteyeError, match=r"nothing about bag.py .*device_runtime/decoding/rejection.py"):
        mutants.survivors("bag.py", copy)


def test_the_page_is_what_the_results_and_the_explanations_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(load_scores(), mutants.explanations(EXPLAINED))


def test_what_is_explained_stands_in_a_function_that_is_there() -> None:
    for group in mutants.explanations(EXPLAINED):
        assert group.module in mutants.modules() and group.why and group.mutants
        text = (ROOT / group.module).read_text(encoding="utf-8")
        for mutant in group.mutants:
            name = mutant.partition(":")[0].rpartition(".")[2]
            assert f"def {name}(" in text, f"{group.module} has no {name} any more: {mutant}"
