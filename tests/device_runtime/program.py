"""The command in a process of its own, as people call it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = str(Path(__file__).parents[2])
Start = Callable[..., "subprocess.Popen[str]"]


def posteye(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    environment = os.environ | {"PYTHONPATH": ROOT}
    command = [sys.executable, "-m", "posteye", *(str(a) for a in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=cwd, check=False)


@contextmanager
def programs() -> Iterator[Start]:
    """Start programs that run on; whatever a test does, none of them is left running, nor what they have started."""
    with ExitStack() as ends:

        def start(*command: object, cwd: Path, **streams: Any) -> subprocess.Popen[str]:
            program = subprocess.Popen(
                [sys.executable, "-u", *(str(one) for one in command)],
                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams,
                text=True,
                env=os.environ | {"PYTHONPATH": ROOT, "TMPDIR": str(cwd)},
                cwd=cwd,
                start_new_session=True,
            )
            ends.enter_context(program)
            ends.callback(_kill_all, program)
            return program

        yield start


def _kill_all(program: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):  # all have ended
        os.killpg(program.pid, signal.SIGKILL)


def run_in_shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in which `posteye` is the command."""
    script = f'posteye() {{ PYTHONPATH="{ROOT}" "{sys.executable}" -m posteye "$@"; }}; {line}'
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=120, cwd=cwd, check=False)
