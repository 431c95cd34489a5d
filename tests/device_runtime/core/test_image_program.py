"""The core serves a C program that has its header alone; sanitizers find nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from build_core import SOURCES, WARNINGS, NoCompilerError, compiler

PROGRAM = Path(__file__).parent / "image_program.c"
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")


def test_a_c_program_makes_strips_and_sanitizers_find_nothing(tmp_path: Path) -> None:
    try:
        command = compiler()
    except NoCompilerError as error:
        pytest.skip(f"the core's C program is not tested: {error}")
    program = tmp_path / "image_program"
    sources = [str(path) for path in sorted(SOURCES.rglob("*.c"))]
    flags = ("-std=c99", "-O1", "-g", "-ffp-contract=off", *WARNINGS, *SANITIZERS, f"-I{SOURCES}")
    subprocess.run([*command, *flags, str(PROGRAM), *sources, "-lm", "-o", str(program)], check=True)
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all is well\n", "")
