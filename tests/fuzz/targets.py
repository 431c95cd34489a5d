"""Compiles the fuzzers' targets: with libFuzzer by clang, or for a replay of their corpora by any C compiler."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from build_core import SOURCES, WARNINGS

TARGETS = ("normalize", "polarity", "resize", "graph", "decode")
# float-cast-overflow: such a cast gives one number on x86 and another on ARM.
SANITIZERS = ("-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all")
# Of how comparisons end, that of pixels would take nine tenths of the time.
LIBFUZZER = (*SANITIZERS, "-fsanitize=fuzzer-no-link", "-fno-sanitize-coverage=trace-cmp,trace-div")

_FOLDER = Path(__file__).parent / "c"
_REPLAY = _FOLDER / "replay.c"
_ARENA = SOURCES / "common" / "arena.c"
# -O2: a fuzzer's worth is in how often it tries.
_FLAGS = ("-std=c99", "-g", "-O2", "-ffp-contract=off", "-fno-omit-frame-pointer", *WARNINGS)
_INCLUDES = (f"-I{SOURCES}", f"-I{_FOLDER}")
_GUARDED = "-Dpe_take=pe_take_unguarded"  # guard.c calls it


def build_fuzzers(command: Sequence[str], folder: Path) -> dict[str, Path]:
    """Compile the targets as programs of libFuzzer, by target.

    Args:
        command: of clang.
        folder: where they go.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its words are on stderr.
    """
    return _build(command, LIBFUZZER, ("-fsanitize=fuzzer",), folder, TARGETS, [])


def build_replays(
    command: Sequence[str], flags: Sequence[str], folder: Path, targets: Sequence[str] = TARGETS
) -> dict[str, Path]:
    """Compile targets as programs that take files, by target.

    Args:
        command: of a C compiler.
        flags: SANITIZERS, or those of another instrument.
        folder: where they go.
        targets: which.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its words are on stderr.
    """
    return _build(command, flags, (), folder, targets, [_REPLAY])


def _build(
    command: Sequence[str],
    flags: Sequence[str],
    link_flags: Sequence[str],
    folder: Path,
    targets: Sequence[str],
    more: Sequence[Path],
) -> dict[str, Path]:
    """Compile the core and what the targets share once, then each target."""
    folder.mkdir(parents=True, exist_ok=True)
    compiling = (*command, *_FLAGS, *flags, *_INCLUDES)
    own = [_FOLDER / f"{target}.c" for target in TARGETS]
    shared = [path for path in sorted(_FOLDER.glob("*.c")) if path not in (*own, _REPLAY)]
    sources = [*sorted(SOURCES.rglob("*.c")), *shared, *more]

    def compile_object(number: int) -> Path:
        source, compiled = sources[number], folder / f"{number}-{sources[number].stem}.o"
        guarded = [_GUARDED] if source == _ARENA else []
        subprocess.run([*compiling, *guarded, "-c", str(source), "-o", str(compiled)], check=True)
        return compiled

    def compile_target(target: str) -> Path:
        program = folder / target
        parts = [str(_FOLDER / f"{target}.c"), *map(str, objects)]
        subprocess.run([*compiling, *link_flags, *parts, "-lm", "-o", str(program)], check=True)
        return program

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_object, range(len(sources))))
        return dict(zip(targets, pool.map(compile_target, targets), strict=True))
