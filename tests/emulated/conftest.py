"""The ARM check's set-up: the wheel, the trees, and what the probe saw in each."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.emulated.roots import RELEASES, Architecture, MissingTool, Release, build_root, python_command, require_tools
from tests.emulated.wheels import WHEEL_MACHINE, build_wheel, install_dependencies, install_wheel

PROBE = Path(__file__).with_name("probe.py")
_TIMEOUT_S = 600
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Board:
    """A release with this repository's wheel installed, on one processor.

    installed: the folder with the wheel's packages. python: the command line of its Python, without a script.
    """

    release: Release
    architecture: Architecture
    installed: Path
    python: list[str]

    def run(self, *arguments: str) -> str:
        """Runs its Python with the arguments and returns the standard output; raises RuntimeError when that fails."""
        done = subprocess.run([*self.python, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_S)
        if done.returncode:
            place = f"{self.release.name} {self.architecture}"
            raise RuntimeError(f"{place}: python {arguments[0]} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        return done.stdout

    def posteye(self, *arguments: str) -> str:
        """Runs the `posteye` command as `run` does (pip's script would start the host's Python)."""
        return self.run("-c", "import sys; from device_runtime.cli import main; sys.exit(main())", *arguments)


@dataclass(frozen=True)
class Sight:
    """One release on both processors, and what the probe printed there."""

    release: Release
    board: Board
    arm: dict[str, Any]
    x86: dict[str, Any]


@pytest.fixture(scope="session")
def make_board(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Release, Architecture], Board]:
    try:
        require_tools()
    except MissingTool as error:
        pytest.fail(str(error), pytrace=False)

    @cache
    def built(architecture: Architecture) -> tuple[Path, Path]:
        wheel = build_wheel(tmp_path_factory.mktemp("wheel"), WHEEL_MACHINE[architecture])
        return wheel, install_wheel(wheel, tmp_path_factory.mktemp("own"))

    def make(release: Release, architecture: Architecture) -> Board:
        root = build_root(release, architecture)
        wheel, own = built(architecture)
        path = [own, install_dependencies(wheel, release, architecture)]
        return Board(release, architecture, own, python_command(root, release, architecture, path))

    return make


@pytest.fixture(scope="session", params=RELEASES, ids=lambda release: release.name)
def sight(request: pytest.FixtureRequest, make_board: Callable[[Release, Architecture], Board]) -> Sight:
    release: Release = request.param
    arm, x86 = make_board(release, "arm64"), make_board(release, "amd64")
    _LOG.info("reading the samples in %s, on ARM and on x86-64", release.name)
    seen = [json.loads(board.run(str(PROBE), *release.engines)) for board in (arm, x86)]
    return Sight(release, arm, seen[0], seen[1])
