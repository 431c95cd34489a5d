"""The harness of the attack: what a case does to its process is counted, and the rest goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.attack.__main__ import attack as command
from benchmarks.attack.counts import Counts, Target
from benchmarks.attack.results import HEADS, Attacked, values
from benchmarks.attack.run import Result, attack
from benchmarks.attack.targets import NAMES, load, module_of
from benchmarks.figures import provenance
from benchmarks.figures.files import load as load_results

HOSTILE = """
import ctypes, time
from benchmarks.attack.counts import Outcome, Target

def case(seed, number):
    if number == 2:
        ctypes.string_at(0)  # a segmentation fault
    if number == 3:
        time.sleep(60)
    if number == 4:
        bytearray(b'x') * 320_000_000
    if number == 5:
        raise ValueError("as bad as it gets")
    if number == 6:
        raise SystemExit(0)
    if number == 7:
        return Outcome("odd", wrong=1, detail="took 1 for 7")
    if number == 8:
        return Outcome("odd", answered=7, refused=3)
    return Outcome("even" if number % 2 == 0 else "odd", answered=1)

TARGET = Target("hostile", "all that can go wrong", 10, case)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder: Path = tmp_path_factory.mktemp("targets")
    (folder / "hostile_target_of_test.py").write_text(HOSTILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return attack("hostile_target_of_test", 10, seed=1, case_limit_s=8)


def test_every_way_to_fail_is_counted_and_the_rest_goes_on(found: Result) -> None:
    assert found.total == Counts(
        tried=19, answered=11, refused=3, wrong=1, tracebacks=2, crashes=1, hangs=1, over_memory=1
    )


def test_each_fault_is_named_with_its_number(found: Result) -> None:
    assert {finding.number: finding.what.partition(":")[0] for finding in found.findings} == {
        2: "crash",
        3: "hang",
        4: "memory",
        5: "traceback",
        6: "traceback",
        7: "wrong",
    }
    whats = {finding.number: finding.what for finding in found.findings}
    assert whats[2] == "crash: exit code -11"
    assert whats[5].startswith("traceback: ValueError: as bad as it gets (hostile_target_of_test.py:")


def test_counts_are_kept_by_kind(found: Result) -> None:
    assert found.kinds["odd"] == Counts(tried=13, answered=9, refused=3, wrong=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_the_same_each_time_and_without_fault(name: str) -> None:
    target = load(module_of(name))
    assert target.name == name and target.cases > 100
    for number in (0, 1, 2, 3, target.cases - 1):
        outcome = target.case(1, number)
        assert outcome == target.case(1, number)
        assert outcome.answered + outcome.refused > 0 and not outcome.wrong, outcome.detail


def test_the_table_has_a_row_a_target_and_a_kind(found: Result) -> None:
    target = Target("hostile", "all that can go wrong", 10, lambda seed, number: pytest.fail("not played"))
    figures = values([Attacked(target, found)])
    lines = figures["table"].lines
    assert [line[0] for line in lines] == ["all that can go wrong", "- neither", "- even", "- odd"]
    assert dict(zip(HEADS, lines[0], strict=True))["tried"] == "19" and figures["faults"] == found.total.faults == 6
    assert figures["findings"][0] == {"case": "hostile:2", "what": "crash: exit code -11"}
    assert sum(counts["answered"] for counts in figures["counts"]) == 11 and "fields" not in figures


def test_fields_are_counted_by_what_stands_in_them_worst_first(found: Result) -> None:
    kinds = {"a word": Counts(tried=30, answered=30), "a date": Counts(tried=50, answered=49, wrong=1)}
    target = Target("fields", "fields", 80, lambda seed, number: pytest.fail("not played"))
    figures = values([Attacked(target, Result(kinds)), Attacked(load(module_of("wire")), found)])
    assert [line[0] for line in figures["table"].lines][:2] == ["fields", load(module_of("wire")).title]
    assert figures["fields"]["share"] == 1 / 80
    assert figures["fields"]["kinds"].lines == [
        ["a date", "50", "1", "2.0 %"],
        ["a word", "30", "0", "0.0 %"],
        ["all", "80", "1", "1.2 %"],
    ]


def test_the_command_attacks_a_share_of_what_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "commit", lambda _: ("0123456789" * 4, False))
    path = tmp_path / "attack.json"
    done = CliRunner().invoke(command, ["--only", "wire", "--share", "0.002", "--results", str(path)])
    assert done.exit_code == 0, done.output
    assert "wire: 9 tried, 9 answered, 0 refused, 0 wrong, 0 tracebacks" in done.output
    kept = load_results(path)
    assert kept.values["table"]["lines"][0][1] == "9" and kept.seed == 1 and kept.data == {}


def test_a_case_is_played_again_by_its_number() -> None:
    done = CliRunner().invoke(command, ["--replay", "patterns:3"])
    assert done.exit_code == 0 and "Outcome(kind='made by hand', answered=1" in done.output
    assert "no TARGET:NUMBER" in CliRunner().invoke(command, ["--replay", "nothing:3"]).output
