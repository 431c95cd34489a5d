"""Programs of the workstation end as the benchmarks do: a mistake of the user is one line and exit code 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from device_runtime.commands.program import run_command

ROOT = Path(__file__).parents[3]


def test_a_file_that_cannot_be_made_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    @click.command()
    def command() -> None:
        (tmp_path / "file" / "folder").mkdir()

    monkeypatch.setattr(sys, "argv", ["command"])
    with pytest.raises(SystemExit) as done:
        run_command(command)
    assert done.value.code == 2
    assert capsys.readouterr().err == f"posteye: {tmp_path}/file/folder: Not a directory\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("train.report.gtn_figures", "missing.png", "--out", "out"),
        ("train.segmentation.draw", "missing.png", "--out", "out.png"),
        ("train.segmentation.fit", "--writers", "missing", "--fields", "1"),
    ],
)
def test_what_is_missing_is_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("posteye: missing") and done.stderr.count("\n") == 1
