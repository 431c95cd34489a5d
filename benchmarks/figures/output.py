"""Keeps what a command prints as a figure.

python -m benchmarks.figures.output FIGURE [--results FILE] MODULE [WORD]...
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.figures.files import keep
from benchmarks.figures.provenance import ROOT, machine, shown
from device_runtime.errors import PosteyeError

_COMMAND = "posteye"  # which is installed as posteye


def printed(module: str, words: Sequence[str]) -> list[str]:
    """The call as people write it, and the lines that it prints on stdout; raises PosteyeError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise PosteyeError(f"{module} ended with exit code {done.returncode}; what went wrong stands above")
    program = "posteye" if module == _COMMAND else f"python -m {module}"
    return [f"$ {program} {shown(words)}", *done.stdout.rstrip().splitlines()]


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("figure")
@click.argument("module")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.option("--results", type=click.Path(path_type=Path), help="Results file to keep the lines in.")
def output(figure: str, module: str, words: tuple[str, ...], results: Path | None) -> None:
    """Run `python -m MODULE WORDS` and keep the lines that it prints as the value `output` of FIGURE.

    \b
    Example:
      python -m benchmarks.figures.output demo posteye demo --results benchmarks/results/demo.json
    """
    before = machine()
    lines = printed(module, words)
    click.echo("\n".join(lines))
    if results:
        keep(figure, results, {"output": lines}, machine=before)


if __name__ == "__main__":
    try:
        output()
    except PosteyeError as error:
        raise SystemExit(f"error: {error}") from None
