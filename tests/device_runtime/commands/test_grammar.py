"""`posteye grammar`: compiling, facts, and the list of countries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from device_runtime.commands.grammar import grammar
from device_runtime.errors import GrammarError


def run(*arguments: object) -> Result:
    return CliRunner().invoke(grammar, [str(argument) for argument in arguments])


def test_a_lexicon_is_compiled_and_read_back(tmp_path: Path) -> None:
    text, compiled = tmp_path / "towns.txt", tmp_path / "towns.grammar"
    text.write_text("10115,5\n80331,1\n80333,1\n")
    first = run(text, "--country", "DE", "--out", compiled)
    assert first.exit_code == 0, first.output
    line = f"lexicon towns and DE: 3 codes, 10 states, 11 arcs, {compiled.stat().st_size} bytes compiled"
    assert first.output.startswith(line) and first.output.endswith(f"wrote {compiled}\n")
    again = json.loads(run(compiled, "--json").output)
    assert again["codes"] == 3 and again["weighted"] and again["bytes"] == compiled.stat().st_size
    narrowed = json.loads(run(compiled, "--pattern", r"8\d{4}", "--json").output)
    assert narrowed["codes"] == 2


def test_countries_are_listed() -> None:
    rows = [json.loads(line) for line in run("--list", "--json").output.splitlines()]
    table = run("--list").output.splitlines()
    assert len(rows) == len(table) - 1 == 157
    sweden = next(row for row in rows if row["code"] == "SE")
    assert sweden["pattern"] == r"\d{3} ?\d{2}" and sweden["prefix"] == "SE-" and "11455" in sweden["examples"]
    line = next(line for line in table if line.startswith("SE"))
    assert line.split() == ["SE", "SWEDEN", r"\d{3}", r"?\d{2}", "11455", "SE-"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to compile"),
        (["--country", "GB"], "have letters"),
        (["--country", "DE", "--pattern", "1"], "no code is in both DE and pattern 1; leave one out"),
        (["missing.txt"], "cannot read the lexicon missing.txt"),
    ],
)
def test_what_cannot_be_compiled_is_said(arguments: list[str], message: str) -> None:
    found = run(*arguments)
    assert isinstance(found.exception, GrammarError) and message in str(found.exception)


def test_the_list_stands_alone() -> None:
    found = run("--list", "--country", "DE")
    assert found.exit_code == 2 and "--list takes no FILE" in found.output


def test_a_full_disk_leaves_the_old_file_and_one_line(tmp_path: Path) -> None:
    out = tmp_path / "old.grammar"
    out.write_bytes(b"old")
    # No file may grow beyond 64 bytes: the same as a disk that is full in the middle of the writing.
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        f"sys.argv[1:] = ['grammar', '--country', 'DE', '--out', {str(out)!r}]\n"
        "from device_runtime.cli import main; main()"
    )
    found = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=Path(__file__).parents[3], capture_output=True, text=True
    )
    assert found.returncode == 2 and found.stdout == ""
    assert found.stderr == f"posteye: {out} cannot be written: File too large\n"
    assert out.read_bytes() == b"old" and os.listdir(tmp_path) == ["old.grammar"]
