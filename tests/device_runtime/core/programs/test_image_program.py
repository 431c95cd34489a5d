"""The core serves a C program that has its header alone; sanitizers find nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from build_core import SOURCES, WARNINGS, NoCompilerError, compiler

PROGRAMS = ("image_program.c", "frame_program.c")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_c_program_runs_and_sanitizers_find_nothing(name: str, tmp_path: Path) -> None:
    try:
        command = compiler()
    except NoCompilerError as error:
        pytest.skip(f"the core's C program is not tested: {error}")
    program = tmp_path / "program"
    sources = [str(Path(__file__).parent / name), *(str(path) for path in sorted(SOURCES.rglob("*.c")))]
    flags = ("-std=c99", "-O1", "-g", "-ffp-contract=off", *WARNINGS, *SANITIZERS, f"-I{SOURCES}")
    subprocess.run([*command, *flags, *sources, "-lm", "-o", str(program)], check=True)
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all is well\n", "")
