"""Runs tests with C code in which sanitizers are compiled: `python -m tests.sanitized [PYTEST'S ARGUMENTS]`.

The tests run in a copy of the checkout, where the core's library is another one; the controller library they compile so
themselves. ASan ends the tests where the code reads or writes beyond what it was given, UBSan where C says nothing of
what a program does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import build_core
from tests.firmware_bridge.controller import c_library
from tests.fuzz.targets import SANITIZERS

COPY = build_core.ROOT / "build" / "sanitized"
_COPIED = ("posteye", "device_runtime", "firmware_bridge", "train", "convert", "tests")
_FILES = ("pyproject.toml", "build_core.py", "build_controller.py", "hatch_build.py")
# What gives the core images and scores, and the controller library frames. Left out is what compiles the core again.
_TESTS = (
    "tests/firmware_bridge/controller/test_c_agreement.py",
    "tests/firmware_bridge/controller/test_c_library.py",
    "tests/device_runtime/core",
    "tests/device_runtime/reader/test_reader.py",
    "tests/device_runtime/test_samples.py",
    "tests/device_runtime/reader/test_threads.py",
    "--ignore-glob=*_program.py",
    "--ignore=tests/device_runtime/core/test_library.py",
)
_DRIVES_IT = (
    "import sys; from device_runtime.core import library; "
    "sys.exit(library.trouble() or library.LIBRARY_FILE.parents[2].samefile('.') - 1)"
)


def main(arguments: list[str]) -> int:
    """Run pytest; its exit code."""
    try:
        command = build_core.compiler()
    except build_core.NoCompilerError as error:
        sys.exit(f"tests.sanitized: {error}. {build_core.REMEDY}")
    preloaded = [_library(command, "libasan.so"), _library(command, "libstdc++.so")]
    _copy()
    library = COPY / build_core.LIBRARY.relative_to(build_core.ROOT)
    build_core.build(command, library, (*build_core.WARNINGS, *SANITIZERS, "-g", "-fno-omit-frame-pointer"))
    environment = os.environ | {
        "LD_PRELOAD": " ".join(preloaded),
        "ASAN_OPTIONS": "detect_leaks=0",  # Python's own
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",  # so that ASan knows where each object ends
        "PYTHONPATH": str(COPY),
        c_library.FLAGS: " ".join(SANITIZERS),
    }
    subprocess.run([sys.executable, "-c", _DRIVES_IT], cwd=COPY, env=environment, check=True)
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(arguments or _TESTS)]
    return subprocess.run(tests, cwd=COPY, env=environment, check=False).returncode


def _library(command: list[str], name: str) -> str:
    """The path of one of the compiler's libraries."""
    done = subprocess.run([*command, f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    path = Path(done.stdout.strip())
    if not path.is_absolute():
        sys.exit(f"tests.sanitized: {command[0]} has no {name} that can be loaded before Python; set CC=gcc")
    return str(path.resolve())


def _copy() -> None:
    """Write the copy anew, without what the tools keep and without a library."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in _COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "*.so", "corpus")
        shutil.copytree(build_core.ROOT / name, COPY / name, ignore=ignored)
    for name in _FILES:
        shutil.copy(build_core.ROOT / name, COPY / name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
