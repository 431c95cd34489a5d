"""`posteye plan`: what check finds, which bin a code goes to, and the exit status of both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from device_runtime.commands.plan import plan
from device_runtime.errors import PlanError


def run(*arguments: object) -> Result:
    return CliRunner().invoke(plan, [str(argument) for argument in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.csv"
    path.write_text("codes,bin\noverflow,other\nreject,hand\n80331,a\n0*..7*,b\n9*,b\n")
    return path


def test_gaps_are_told_and_the_check_fails(file: Path) -> None:
    found = run("check", file, "--country", "DE")
    assert found.exit_code == 1
    assert "gap: 80000..80330 (331 of DE)\ngap: 80332..89999 (9,668 of DE)\n9,999 codes of DE have" in found.output
    row = json.loads(run("check", file, "--country", "DE", "--json").output)
    assert row["gap_codes"] == 9999 and not row["fine"] and row["bins"] == {"a": 1, "b": 2}


def test_a_good_plan_passes(file: Path) -> None:
    file.write_text(file.read_text() + "*,rest\n")
    found = run("check", file, "--country", "DE")
    assert found.exit_code == 0 and found.output.endswith("every code of DE has its row\n")
    assert json.loads(run("check", file, "--json").output)["codes"] is None


def test_more_faults_than_fit_are_counted(file: Path) -> None:
    found = run("check", file, "--pattern", r"8\d\d[05]")
    assert "gap: 190 more\n" in found.output and "foreign: 80331 -> a (line 4) covers no code" in found.output


def test_a_code_has_its_bin(file: Path) -> None:
    assert run("which", "80331", "--plan", file).output == "80331  a  (by 80331 -> a (line 4))\n"
    assert run("which", "80332", "--plan", file).output == "80332  other  (no row covers it: overflow)\n"
    found = json.loads(run("which", "90 000", "--plan", file, "--json").output)
    assert found == {"code": "90 000", "bin": "b", "row": {"codes": "9*", "bin": "b", "line": 6}}


def test_wrong_usage_is_told(file: Path) -> None:
    found = run("which", "8o331", "--plan", file)
    assert found.exit_code == 2 and "'8o331' is no code" in found.output
    missing = run("check", file.with_name("none.csv"))
    assert isinstance(missing.exception, PlanError) and "none.csv cannot be read" in str(missing.exception)
