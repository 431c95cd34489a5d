"""The command in a process of its own, as people call it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[2])


def posteye(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    environment = os.environ | {"PYTHONPATH": ROOT}
    command = [sys.executable, "-m", "posteye", *(str(a) for a in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=cwd, check=False)


def run_in_shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in which `posteye` is the command."""
    script = f'posteye() {{ PYTHONPATH="{ROOT}" "{sys.executable}" -m posteye "$@"; }}; {line}'
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=120, cwd=cwd, check=False)
