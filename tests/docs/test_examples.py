"""The commands that the pages show print what the pages say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from device_runtime.cli import COMMANDS
from docs.build import examples

PAGES = examples.pages()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(examples.ROOT).as_posix())
def test_a_page_holds_what_its_commands_print(page: Path) -> None:
    text = page.read_text("utf-8")
    assert examples.filled(text) == text, "run: make pages"


def test_every_command_shows_its_help() -> None:
    for name in COMMANDS:
        assert f"<!-- run: posteye {name} --help -->" in (examples.ROOT / f"docs/commands/{name}.md").read_text("utf-8")


def test_the_help_of_all_commands_at_once_is_what_each_prints() -> None:
    for name in ("", "read"):
        command = [sys.executable, "-m", "device_runtime.cli", *([name] if name else []), "--help"]
        environment = {**os.environ, "COLUMNS": "80"}
        said = subprocess.run(command, cwd=examples.ROOT, env=environment, capture_output=True, text=True, check=True)
        assert examples.helps()[name].strip() == said.stdout.strip()


def test_times_and_the_machine_may_differ_and_a_reading_may_not() -> None:
    old = "    engine   litert: ok\n    80331   accepted   0.9929     8.6 ms  01.png\n"
    assert examples.fixed(old) == examples.fixed("    80331   accepted   0.9929    118.6 ms  01.png\n")
    assert examples.fixed(old) != examples.fixed("    80331   accepted   0.9928     8.6 ms  01.png\n")
    assert examples.fixed(old) != examples.fixed("    80331   rejected   0.9929     8.6 ms  01.png\n")


def test_where_a_folded_line_ends_may_differ_with_the_times_in_it() -> None:
    old = '    "engine": "litert 2.3.0", "timing_ms": {"locate": 0.0, "scan":\n    16.055}, "age_ms": 0.1}\n'
    new = '    "engine":\n    "litert 2.10.0", "timing_ms":\n    {"locate": 0.0, "scan": 9.1}, "age_ms":\n    99}\n'
    assert examples.fixed(old) == examples.fixed(new)
    assert examples.fixed(old) != examples.fixed(new.replace("engine", "motor"))


def test_the_camera_that_is_shown_prints_the_same_however_many_frames_came() -> None:
    page = (examples.ROOT / "docs/commands/camera.md").read_text("utf-8")
    found = re.search(r"<!-- run: (.*posteye camera show 'dir:.*') -->\n(.*?)<!-- end run -->", page, re.S)
    assert found is not None
    shown = examples.filled(f"<!-- run: {found[1]} --seconds 0.1 -->\n<!-- end run -->")
    assert examples.fixed(shown.replace(" --seconds 0.1", "")) == examples.fixed(found[0])


def test_a_block_that_is_wrong_is_filled_anew() -> None:
    page = "before\n<!-- run: echo said; exit 3 -->\n\n    $ nothing\n\n<!-- end run -->\nafter\n"
    assert "\n    $ echo said; exit 3\n    said\n" in examples.filled(page)
    assert examples.filled(examples.filled(page)) == examples.filled(page)
