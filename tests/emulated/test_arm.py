"""The installed wheel on emulated ARM gives what it gives on x86-64: the same readings, the same scores."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.emulated.conftest import Sight

pytestmark = [pytest.mark.emulated, pytest.mark.xdist_group("boards")]


def test_both_sides_are_what_they_claim(sight: Sight) -> None:
    assert (sight.arm["machine"], sight.x86["machine"]) == ("aarch64", "x86_64")
    assert sight.arm["python"].startswith(sight.release.python + ".")
    assert sight.arm["versions"] == sight.x86["versions"]
    assert (sight.arm["core"], sight.x86["core"]) == ("C", "C")


def test_codes_and_statuses_equal_those_of_x86(sight: Sight) -> None:
    for file, sample in sight.arm["samples"].items():
        assert set(sample["readings"]) == set(sight.release.engines)
        assert sample["readings"] == sight.x86["samples"][file]["readings"], file


def test_every_engine_reads_the_samples_rightly(sight: Sight) -> None:
    for file, sample in sight.arm["samples"].items():
        for engine, reading in sample["readings"].items():
            accepted = reading["code"] if reading["status"] == "accepted" else None
            assert accepted == sample["expected"], f"{file} with {engine}: {reading}"


def test_numpy_engine_scores_noise_bit_for_bit(sight: Sight) -> None:
    for ours, theirs in zip(sight.arm["noise_scores"], sight.x86["noise_scores"], strict=True):
        np.testing.assert_array_equal(_unpacked(ours), _unpacked(theirs), strict=True)


def test_the_locator_finds_the_same_with_every_engine(sight: Sight) -> None:
    assert len({*sight.arm["located"].values(), *sight.x86["located"].values()}) == 1


@pytest.mark.parametrize("stage", ["strip", "scores"])
def test_samples_pass_each_stage_bit_for_bit(sight: Sight, stage: str) -> None:
    for file, sample in sight.arm["samples"].items():
        ours, theirs = _unpacked(sample[stage]), _unpacked(sight.x86["samples"][file][stage])
        np.testing.assert_array_equal(ours, theirs, err_msg=file, strict=True)


def test_strips_scores_and_readings_are_the_golden_ones_of_the_index(sight: Sight) -> None:
    assert {file: sample["not_golden"] for file, sample in sight.arm["samples"].items() if sample["not_golden"]} == {}


def test_the_demo_runs_on_arm(sight: Sight, tmp_path: Path) -> None:
    printed = sight.board.posteye("demo", "--quick", "--picture", str(tmp_path / "picture.png"))
    assert f"All {len(sight.arm['samples'])} samples came out right" in printed
    assert "wrong codes among the accepted: 0" in printed and "acknowledged by the controller: 5 of 5" in printed


def test_the_command_reads_on_arm(sight: Sight) -> None:
    file, sample = next((file, sample) for file, sample in sight.arm["samples"].items() if sample["expected"])
    pattern = rf"\d{{{len(sample['expected'])}}}"
    image = sight.board.installed / "device_runtime" / "samples" / file
    reading = json.loads(sight.board.posteye("read", str(image), "--field", "--pattern", pattern, "--json"))
    assert reading["code"] == sample["expected"]


def _unpacked(packed: dict[str, Any]) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])
