"""Runs the commands that the pages show: `python -m docs.build.examples [--check]`.

A page names a command and holds what it prints:

    <!-- run: posteye grammar --country GB -->
    ...
    <!-- end run -->

The commands of one page run in order in one scratch folder, in which `device_runtime` is that of the checkout. Some of
what they print may differ from what the page holds: times in ms, the frames that a camera gave, and lines that name the
machine or its packages. All else is the same on a slow machine, on a busy one and on every day.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import click

from device_runtime.files.atomic import write_text

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"<!-- run: (.+?) -->\n(.*?)<!-- end run -->", re.S)
_VARYING_LINES = re.compile(r"^    (?:python|package|opencv|engine|serial|frames) .*\n", re.M)
# Sought when line breaks are spaces: where a folded line ends depends on the figures in it.
_VARYING = re.compile(r'[\d.]+ ms\b|"timing_ms": \{[^}]*\}|"engine": "[^"]*"|"age_ms": [\d.]+')
_HELP = re.compile(r"posteye(?: (\w+))? --help")
_SPACES = re.compile(r"\s+")


def pages() -> list[Path]:
    """The pages that show commands."""
    found = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    return [page for page in found if _BLOCK.search(page.read_text("utf-8"))]


def filled(text: str) -> str:
    """A page with what its commands print now; a block that differs in times or in the machine alone stays."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "device_runtime").symlink_to(ROOT / "device_runtime")
        program = scratch / "bin" / "posteye"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m posteye "$@"\n')
        program.chmod(0o755)
        return _BLOCK.sub(lambda block: _run(block, scratch), text)


@cache
def helps() -> dict[str, str]:
    """What each command prints for --help, by its name; that of the whole program under the empty name."""
    command = [sys.executable, "-m", "docs.build.help"]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    found: dict[str, str] = json.loads(said)
    return found


def _run(block: re.Match[str], scratch: Path) -> str:
    command, old = block[1], block[2]
    asked = _HELP.fullmatch(command)
    said = helps()[asked[1] or ""] if asked else _said(command, scratch)
    lines = [f"$ {command}", *said.rstrip("\n").split("\n")]
    new = "\n" + "".join(f"    {line}".rstrip() + "\n" for line in lines) + "\n"
    return f"<!-- run: {command} -->\n{old if fixed(old) == fixed(new) else new}<!-- end run -->"


def _said(command: str, scratch: Path) -> str:
    environment = {
        **os.environ,
        "PATH": f"{scratch / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        ["bash", "-c", command],
        cwd=scratch,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    ).stdout


def fixed(text: str) -> str:
    """What of an output must be the same on every machine and every day."""
    return _VARYING.sub("", _SPACES.sub(" ", _VARYING_LINES.sub("", text)))


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when a command prints something else.")
def main(check: bool) -> None:
    """Run the commands that the pages show and write what they print into the pages."""
    differing = []
    found = {page: page.read_text("utf-8") for page in pages()}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (page, old), new in zip(found.items(), pool.map(filled, found.values()), strict=True):
            if new != old:
                differing.append(page.relative_to(ROOT))
                if not check:
                    write_text(page, new)
    for place in differing:
        click.echo(f"{place}: {'its commands print something else' if check else 'filled'}")
    if check and differing:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
