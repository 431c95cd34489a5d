"""The wheel where PyPI has no NumPy and OpenCV: installed by pip beside Debian's, it gives what it gives on x86-64."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.emulated import probe
from tests.emulated.installation import install
from tests.emulated.roots import MissingTool, require_tools
from tests.emulated.systems import SYSTEMS, Computer, System, build_system
from tests.emulated.wheels import build_wheel

pytestmark = [pytest.mark.emulated, pytest.mark.xdist_group("systems")]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """A system, and what the probe saw there with the core in C and with NumPy in its place."""

    system: System
    computer: Computer
    core: dict[str, Any]
    numpy: dict[str, Any]


@pytest.fixture(scope="session")
def wheel_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    try:
        require_tools()
    except MissingTool as error:
        pytest.fail(str(error), pytrace=False)
    return cache(lambda machine: build_wheel(tmp_path_factory.mktemp("wheel"), machine))


@pytest.fixture(scope="session", params=SYSTEMS, ids=lambda system: system.name)
def seen(
    request: pytest.FixtureRequest, wheel_for: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Seen:
    system: System = request.param
    root = build_system(system)
    computer = install(wheel_for(system.machine), system, root, tmp_path_factory.mktemp("installed"))
    _LOG.info("reading the samples in %s, with the core and without", system.name)
    core = json.loads(computer.run(probe.__file__, *system.engines))
    numpy = json.loads(computer.run(probe.__file__, "numpy", POSTEYE_CORE="numpy"))
    return Seen(system, computer, core, numpy)


@pytest.fixture(scope="session")
def here() -> dict[str, Any]:
    """What the probe sees on this machine, with the versions of this environment."""
    found: dict[str, Any] = json.loads(json.dumps(probe.observe(["numpy"])))
    return found


def test_it_runs_the_core_in_c_with_debians_libraries(seen: Seen) -> None:
    assert seen.core["machine"] == seen.system.machine
    assert seen.core["python"].startswith(seen.system.release.python + ".")
    assert (seen.core["versions"]["numpy"], seen.core["versions"]["opencv"]) == seen.system.versions
    assert (seen.core["core"], seen.numpy["core"]) == ("C", "NumPy")


def test_every_engine_reads_the_samples_rightly(seen: Seen) -> None:
    for file, sample in (seen.core["samples"] | seen.numpy["samples"]).items():
        for engine, reading in sample["readings"].items():
            accepted = reading["code"] if reading["status"] == "accepted" else None
            assert accepted == sample["expected"], f"{file} with {engine}: {reading}"


def test_readings_equal_those_of_x86(seen: Seen, here: dict[str, Any]) -> None:
    for file, sample in here["samples"].items():
        assert set(seen.core["samples"][file]["readings"]) == set(seen.system.engines)
        for engine, reading in seen.core["samples"][file]["readings"].items():
            assert reading == sample["readings"]["numpy"], f"{file} with {engine}"
        assert seen.numpy["samples"][file]["readings"] == sample["readings"], file


@pytest.mark.parametrize("by", ["core", "numpy"])
def test_strips_scores_and_readings_equal_those_of_x86_bit_for_bit(seen: Seen, here: dict[str, Any], by: str) -> None:
    found = getattr(seen, by)
    assert found["noise_scores"] == here["noise_scores"]
    for file, sample in here["samples"].items():
        assert found["samples"][file]["strip"] == sample["strip"], file
        assert found["samples"][file]["scores"] == sample["scores"], file
        assert found["samples"][file]["not_golden"] == [], file


def test_the_demo_runs(seen: Seen, tmp_path: Path) -> None:
    printed = seen.computer.posteye("demo", "--quick", "--picture", str(tmp_path / "picture.png"))
    assert f"All {len(seen.core['samples'])} samples came out right" in printed
    assert "wrong codes among the accepted: 0" in printed and "acknowledged by the controller: 5 of 5" in printed


def test_the_doctor_finds_it_well(seen: Seen) -> None:
    report = json.loads(seen.computer.posteye("doctor", "--json"))
    assert report["healthy"] and report["core"] == "C"
