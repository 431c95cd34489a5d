"""Compiles the fuzzers' targets: with libFuzzer by clang, or for a replay of their corpora by any C compiler."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import build_controller
from build_core import SOURCES, WARNINGS

TARGETS = (
    *("normalize", "polarity", "resize", "boxes", "spoiled", "ink_runs"),
    *("shrink", "darker", "trace", "rules", "turn"),
    *("graph", "decode", "calibrate"),
    "controller",
)
# float-cast-overflow: such a cast gives one number on x86 and another on ARM.
SANITIZERS = ("-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all")

_SHARED = Path(__file__).parent / "c"
_OWN = _SHARED / "targets"
_REPLAY = _SHARED / "replay.c"
# -O2: a fuzzer's worth is in how often it tries.
_FLAGS = ("-std=c99", "-g", "-O2", "-ffp-contract=off", "-fno-omit-frame-pointer", *WARNINGS)
_INCLUDES = (f"-I{SOURCES}", f"-I{build_controller.SOURCES}", f"-I{_SHARED}")
# To count how comparisons of pixels end would take nine tenths of the time.
_COUNTED = ("-fsanitize=fuzzer-no-link", "-fno-sanitize-coverage=trace-cmp,trace-div")
_ARENA = SOURCES / "common" / "arena.c"
_GUARDED = "-Dpe_take=pe_take_unguarded"  # guard.c has a pe_take that calls it


def build_fuzzers(command: Sequence[str], folder: Path) -> dict[str, Path]:
    """Compile the targets as programs of libFuzzer, by target.

    Args:
        command: of clang.
        folder: where they go.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its words are on stderr.
    """
    compiling = [*command, *_FLAGS, *_INCLUDES, *SANITIZERS, *_COUNTED]
    return _link(compiling, ["-fsanitize=fuzzer"], _compile(compiling, _shared(), folder), folder)


def build_replays(command: Sequence[str], flags: Sequence[str], folder: Path) -> dict[str, Path]:
    """Compile the targets as programs that take files, by target.

    Args:
        command: of a C compiler.
        flags: SANITIZERS, or those of another instrument.
        folder: where they go.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its words are on stderr.
    """
    compiling = [*command, *_FLAGS, *_INCLUDES, *flags]
    return _link(compiling, [], _compile(compiling, [*_shared(), _REPLAY], folder), folder)


def build_with_guard(command: Sequence[str], flags: Sequence[str], source: Path) -> Path:
    """Compile a program with the guarded arena alone, beside its source; the rest is as in build_replays."""
    compiling = [*command, *_FLAGS, *_INCLUDES, *flags]
    program = source.with_suffix("")
    objects = _compile(compiling, [_ARENA, _SHARED / "guard.c", source], source.parent)
    subprocess.run([*compiling, *map(str, objects), "-lm", "-o", str(program)], check=True)
    return program


def _shared() -> list[Path]:
    """The sources of the core and of the controller library, and those that every target takes."""
    compiled = [*sorted(SOURCES.rglob("*.c")), *build_controller.sources()]
    return [*compiled, *(path for path in sorted(_SHARED.glob("*.c")) if path != _REPLAY)]


def _compile(compiling: list[str], sources: list[Path], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)

    def compile_one(number: int) -> Path:
        source = sources[number]
        compiled = folder / f"{number}-{source.stem}.o"  # two of them have the same name
        guarded = [_GUARDED] if source == _ARENA else []
        subprocess.run([*compiling, *guarded, "-c", str(source), "-o", str(compiled)], check=True)
        return compiled

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(compile_one, range(len(sources))))


def _link(compiling: list[str], flags: list[str], objects: list[Path], folder: Path) -> dict[str, Path]:
    def link_one(target: str) -> Path:
        program = folder / target
        parts = [str(_OWN / f"{target}.c"), *map(str, objects)]
        subprocess.run([*compiling, *flags, *parts, "-lm", "-o", str(program)], check=True)
        return program

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(TARGETS, pool.map(link_one, TARGETS), strict=True))
