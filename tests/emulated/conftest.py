"""The ARM check's set-up: the wheel, the trees, and what the probe saw in each."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emulated.board import Board, boards
from tests.emulated.roots import RELEASES, Architecture, MissingTool, Release

PROBE = Path(__file__).with_name("probe.py")
_LOG = logging.getLogger(__name__)


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
        return boards(tmp_path_factory.mktemp("boards"))
    except MissingTool as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session", params=RELEASES, ids=lambda release: release.name)
def sight(request: pytest.FixtureRequest, make_board: Callable[[Release, Architecture], Board]) -> Sight:
    release: Release = request.param
    arm, x86 = make_board(release, "arm64"), make_board(release, "amd64")
    _LOG.info("reading the samples in %s, on ARM and on x86-64", release.name)
    seen = [json.loads(board.run(str(PROBE), *release.engines)) for board in (arm, x86)]
    return Sight(release, arm, seen[0], seen[1])
