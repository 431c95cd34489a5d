"""Counts on an emulated board: builds the plugin, and runs the probe under it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.instructions.counted import A53, A76, Measurement, counted
from benchmarks.instructions.probe import AT, PICTURES, PIECE
from device_runtime.bundle import SMALL_BUNDLE
from device_runtime.samples import load_samples
from tests.emulated.board import Board
from tests.emulated.roots import RELEASES, Cpu, MissingTool, cache_folder, run_quietly

COUNTER, _PROBE = (Path(__file__).with_name(name) for name in ("counter.c", "probe.py"))
FLAGS = ("-std=c99", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror")
# The counts are of one release and of its versions: the newest, which LiteRT serves.
RELEASE = next(release for release in RELEASES if release.name == "trixie")
# Whose counts are published: handwritten fields of five digits.
FIVE_DIGITS = ("01-hand", "02-hand", "03-hand", "04-hand", "05-hand")
# What a program finds in its environment moves its memory, and so its counts, a little; threads would mix them.
FIXED = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class NoPlugins(MissingTool):
    """The emulator that is installed takes no plugins."""


def measure(board: Board) -> Measurement:
    """Counts all samples, pictures and a piece on a Cortex-A53, and fields of five digits on a Cortex-A76.

    Fields of five digits and the piece are counted with the small bundle as well, on a Cortex-A53.

    Raises:
        MissingTool: A tool is not installed.
        PosteyeError: The reader does not pass where its stages are counted.
    """
    counter = build_counter()
    every = [*(sample.path.stem for sample in load_samples()), *PICTURES, PIECE]
    every += [f"{name}{AT}{SMALL_BUNDLE}" for name in (*FIVE_DIGITS, PIECE)]
    found = {cpu: _probe(board, cpu, counter, every if cpu == A53 else FIVE_DIGITS) for cpu in (A53, A76)}
    return Measurement(
        board.release.name,
        found[A53]["versions"],
        emulator_version(),
        {cpu: {name: counted(of) for name, of in answer["counted"].items()} for cpu, answer in found.items()},
    )


def build_counter() -> Path:
    """The plugin, built into the cache.

    Raises:
        MissingTool: There is no compiler, or the emulator takes no plugins.
    """
    if "-plugin" not in run_quietly(["qemu-aarch64", "-help"]):
        raise NoPlugins(
            f"QEMU {emulator_version()} takes no plugins: Debian 13's and that of the backports are linked statically; "
            "count instructions on Debian 12"
        )
    if shutil.which("cc") is None:
        raise MissingTool("install what is missing: sudo apt-get install --no-install-recommends gcc libc6-dev")
    key = hashlib.sha256(COUNTER.read_bytes() + " ".join(FLAGS).encode()).hexdigest()[:12]
    counter = cache_folder() / f"counter-{key}.so"
    if not counter.exists():
        counter.parent.mkdir(parents=True, exist_ok=True)
        unfinished = counter.with_suffix(".unfinished")
        run_quietly(["cc", *FLAGS, str(COUNTER), "-o", str(unfinished)])
        unfinished.rename(counter)
    return counter


def emulator_version() -> str:
    """As Debian numbers it, without its own revision."""
    return run_quietly(["qemu-aarch64", "--version"]).split()[2]


def _probe(board: Board, cpu: Cpu, counter: Path, subjects: Sequence[str]) -> dict[str, Any]:
    """The probe's answer."""
    with tempfile.TemporaryDirectory() as folder:
        counts = f"{folder}/counts"
        environment = [word for name, value in FIXED.items() for word in ("-E", f"{name}={value}")]
        emulator = ["-seed", "1", "-plugin", f"{counter},counts={counts}", *environment]
        answer: dict[str, Any] = json.loads(board.run(str(_PROBE), counts, *subjects, cpu=cpu, emulator=emulator))
        return answer
