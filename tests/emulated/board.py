"""A Raspberry Pi's system with this repository's wheel: a release's tree on one processor."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.emulated.roots import Architecture, Cpu, Release, build_root, python_command, require_tools
from tests.emulated.wheels import WHEEL_MACHINE, build_wheel, install_dependencies, install_wheel

_TIMEOUT_S = 600


@dataclass(frozen=True)
class Board:
    """A release with this repository's wheel installed, on one processor.

    installed: the folder with the wheel's packages. path: that and the folders of its dependencies.
    """

    release: Release
    architecture: Architecture
    root: Path
    installed: Path
    path: tuple[Path, ...]

    def run(self, *arguments: str, cpu: Cpu = "cortex-a53", emulator: Sequence[str] = ()) -> str:
        """Runs its Python with the arguments and returns the standard output; raises RuntimeError when that fails.

        cpu and emulator are as in `python_command`.
        """
        python = python_command(self.root, self.release, self.architecture, self.path, cpu, emulator)
        done = subprocess.run([*python, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_S)
        if done.returncode:
            place = f"{self.release.name} {self.architecture}"
            raise RuntimeError(f"{place}: python {arguments[0]} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        return done.stdout

    def posteye(self, *arguments: str) -> str:
        """Runs the `posteye` command as `run` does (pip's script would start the host's Python)."""
        return self.run("-c", "import sys; from device_runtime.cli import main; sys.exit(main())", *arguments)


def boards(folder: Path) -> Callable[[Release, Architecture], Board]:
    """Returns what makes a board of a release; it builds this repository's wheels in a folder, one for each processor.

    Raises MissingTool; what is returned raises it too, and RuntimeError.
    """
    require_tools()

    @cache
    def built(architecture: Architecture) -> tuple[Path, Path]:
        wheel = build_wheel(folder / f"wheel-{architecture}", WHEEL_MACHINE[architecture])
        return wheel, install_wheel(wheel, folder / f"own-{architecture}")

    def make(release: Release, architecture: Architecture) -> Board:
        root = build_root(release, architecture)
        wheel, own = built(architecture)
        return Board(release, architecture, root, own, (own, install_dependencies(wheel, release, architecture)))

    return make
