"""Every benchmark ends alike: a mistake of the user is one line and exit code 2."""

from __future__ import annotations

import ast
import sys

import click
import pytest

from benchmarks.figures.command import run_command
from benchmarks.figures.provenance import ROOT
from device_runtime.errors import PosteyeError


def test_what_a_user_can_mend_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def command() -> None:
        raise PosteyeError("there is no such folder; name another")

    monkeypatch.setattr(sys, "argv", ["command"])
    with pytest.raises(SystemExit) as done:
        run_command(command)
    assert done.value.code == 2
    assert capsys.readouterr().err == "posteye: there is no such folder; name another\n"


def test_other_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def command() -> None:
        raise ValueError("a mistake of the program")

    monkeypatch.setattr(sys, "argv", ["command"])
    with pytest.raises(ValueError, match="of the program"):
        run_command(command)


def test_every_command_among_the_benchmarks_ends_so() -> None:
    called = {}
    for path in (ROOT / "benchmarks").rglob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'" and "@click." in text:
                called[path.name] = ast.unparse(node.body[0]).partition("(")[0]
    assert len(called) > 10 and set(called.values()) == {"run_command"}, called
