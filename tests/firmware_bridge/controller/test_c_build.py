"""The controller library on small processors: its size there, what it asks for, and what another eye says of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import build_controller
from build_controller import CORTEX_M0_PLUS, ROOT, SOURCES, sources
from tests.firmware_bridge.controller.tools import need

# Of the compilers: a word of how a stack is unwound, which is never asked for.
ALLOWED = {"__aeabi_unwind_cpp_pr0"}


@pytest.mark.parametrize("compiler", CORTEX_M0_PLUS)
def test_it_is_small_and_asks_for_nothing(compiler: str) -> None:
    command = CORTEX_M0_PLUS[compiler]
    need(command, "gcc-arm-none-eabi")
    pytest.importorskip("elftools", reason="THE SIZE OF THE CONTROLLER LIBRARY IS NOT MEASURED: pip install pyelftools")
    size = build_controller.measure(command)
    assert size.fits, size
    assert size.code_bytes > 2_000 and size.state_bytes > 300  # it was looked at the right sections
    assert size.foreign <= ALLOWED


def test_the_build_prints_both_sizes() -> None:
    need(CORTEX_M0_PLUS["zig"], "")
    pytest.importorskip("elftools", reason="THE SIZE OF THE CONTROLLER LIBRARY IS NOT MEASURED: pip install pyelftools")
    done = subprocess.run([sys.executable, "build_controller.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    size = build_controller.measure(CORTEX_M0_PLUS["zig"])
    lines = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [(line[0], int(line[1])) for line in lines] == [("code", size.code_bytes), ("state", size.state_bytes)]


def test_cppcheck_finds_nothing() -> None:
    need(["cppcheck"], "cppcheck")
    flags = [
        "--std=c99",
        "--enable=warning,style,performance,portability",
        "--inconclusive",
        "--error-exitcode=1",
        "--quiet",
    ]
    done = subprocess.run(["cppcheck", *flags, *map(str, sources())], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_files_are_short_and_none_calls_the_c_library() -> None:
    text = "".join(path.read_text() for path in sources())
    assert not any(f"{name}(" in text for name in ("malloc", "free", "memcpy", "memset", "strlen", "printf"))
    assert all(len(path.read_text().splitlines()) <= 300 for path in SOURCES.rglob("*.[ch]"))
