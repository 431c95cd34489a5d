"""No stage of a reading takes more instructions on a Raspberry Pi's processor than the results file says."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from benchmarks.figures.files import load
from benchmarks.instructions.counted import Measurement, of_results
from benchmarks.instructions.gate import COMMITTED, changes, falls, not_committed, other_versions, rises
from benchmarks.instructions.measure import RELEASE, NoPlugins, measure
from tests.emulated.board import Board
from tests.emulated.roots import Architecture, MissingTool, Release

pytestmark = [pytest.mark.emulated, pytest.mark.xdist_group("boards")]
_LOG = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def committed() -> Measurement:
    return of_results(load(COMMITTED))


@pytest.fixture(scope="module")
def counted(make_board: Callable[[Release, Architecture], Board], committed: Measurement) -> Measurement:
    board = make_board(RELEASE, "arm64")
    _LOG.info("counting instructions in %s", RELEASE.name)
    try:
        found = measure(board)
        # Neither is pinned. Should counts move for no other reason, this tells why.
        for side, of in (("committed", committed), ("here", found)):
            _LOG.info("%s: QEMU %s, Python %s", side, of.emulator, of.versions["python"])
        return found
    except NoPlugins as error:
        pytest.skip(f"NO INSTRUCTIONS WERE COUNTED: {error}")
    except MissingTool as error:
        pytest.fail(str(error), pytrace=False)


def test_the_committed_counts_are_of_these_versions_and_samples(committed: Measurement, counted: Measurement) -> None:
    for trouble in (other_versions(committed, counted), not_committed(committed, counted)):
        if trouble:
            pytest.fail(trouble, pytrace=False)


def test_no_stage_takes_more_instructions(committed: Measurement, counted: Measurement) -> None:
    found = changes(committed, counted)
    fewer, more = falls(found), rises(found)
    if fewer:
        _LOG.warning("%s", fewer)
    if more:
        pytest.fail(more, pytrace=False)
