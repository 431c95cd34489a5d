"""The line of docs/commands/completion.md makes bash complete posteye's commands, options and choices."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.build.links import ROOT

PAGE = (ROOT / "docs/commands/completion.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["posteye", "re"], ["read"]),
        (["posteye", "read", "--pa"], ["--pattern"]),
        (["posteye", "read", "--engine", ""], ["litert", "tflite", "numpy"]),
    ],
)
def test_bash_completes(words: list[str], wanted: list[str], tmp_path: Path) -> None:
    (line,) = re.findall(r"^\| bash .*`(eval .*)` \|$", PAGE, re.M)
    program = tmp_path / "posteye"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m posteye "$@"\n')
    program.chmod(0o755)
    press_tab = f"COMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}"
    script = f'{line}\n{press_tab}\n_posteye_completion posteye\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == wanted
