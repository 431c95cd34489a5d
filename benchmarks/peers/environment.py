"""The peers' environment: what they need must not mix with what posteye needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from device_runtime.errors import PosteyeError

FOLDER = Path(__file__).parents[2] / ".venv-peers"
PINS = Path(__file__).with_name("constraints.txt")


def peers_python(folder: Path = FOLDER, pins: Path = PINS) -> Path:
    """The Python of the peers' environment, made first when it is missing or its pins have changed.

    Args:
        folder: Of the environment.
        pins: The file of exact versions.

    Raises:
        PosteyeError: This Python is too new for the peers, or pip failed; its last line says why.
    """
    python, ready = folder / "bin" / "python", folder / ".ready"
    if python.exists() and ready.is_file() and ready.read_text() == pins.read_text():
        return python
    if sys.version_info >= (3, 13):
        raise PosteyeError("RapidOCR's package is for Python 3.12 and older; run `python3.12 -m benchmarks.peers`")
    click.echo(f"installing the peers into {folder} (about 430 MB, once)", err=True)
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    _run([str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-deps", "-r", str(pins)])
    ready.write_text(pins.read_text())
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        last = done.stdout.strip().rpartition("\n")[2]
        raise PosteyeError(f"the peers' environment could not be made: {last} (from `{' '.join(command)}`)")
