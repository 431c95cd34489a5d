"""The sizes of the controller library that the page shows are those that the compiler gives here."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from benchmarks.controller.__main__ import FIGURE, TARGETS
from benchmarks.figures.files import RESULTS, load
from build_controller import ROOT, measure


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if "ziglang" in target.package])
def test_the_results_file_is_right(name: str) -> None:
    kept = load(RESULTS / f"{FIGURE}.json")
    if kept.versions["ziglang"] != version("ziglang"):
        pytest.skip(f"THE SIZES ARE NOT COMPARED: they are of ziglang {kept.versions['ziglang']}")
    size = measure(TARGETS[name].command)
    assert kept.values[name] == {"code_bytes": size.code_bytes, "state_bytes": size.state_bytes}


def test_a_missing_compiler_is_named() -> None:
    command = [sys.executable, "-m", "benchmarks.controller"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "install gcc-arm-none-eabi" in done.stderr and len(done.stderr.splitlines()) == 1
