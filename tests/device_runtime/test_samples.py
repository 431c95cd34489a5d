"""The samples that come with the program: their scores, and what counts as read right."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import msgspec
import pytest

from device_runtime.samples import Golden, Sample, load_index, load_pieces, load_samples
from device_runtime.types import Reading, Status

_MEASURE = """
import json, msgspec
from device_runtime.core import library
from device_runtime.samples import golden, load_index
hashes = [msgspec.to_builtins(golden(sample)) for sample in load_index()]
print(json.dumps([library.name(), *hashes]))
"""


@pytest.mark.parametrize("core", ["C", "NumPy"])
def test_every_stage_of_the_samples_is_the_golden_one_with_the_core_and_without(core: str) -> None:
    environment = {**os.environ, "POSTEYE_CORE": "numpy"} if core == "NumPy" else None
    run = subprocess.run([sys.executable, "-c", _MEASURE], env=environment, check=True, capture_output=True, text=True)
    name, *found = json.loads(run.stdout)
    assert name == core, "make core compiles it"
    assert found == [msgspec.to_builtins(sample.golden) for sample in load_index()]


def test_another_field_has_other_hashes() -> None:
    first, second = (msgspec.structs.astuple(sample.golden) for sample in load_samples()[:2])
    assert not set(first) & set(second)


@pytest.mark.parametrize(
    ("expected", "status", "code", "reason", "right"),
    [
        ("80331", "accepted", "80331", None, True),
        ("80331", "rejected", "80331", "unsure", False),
        ("80331", "accepted", "80337", None, False),
        (None, "no_code", None, "no writing", True),
        (None, "rejected", "80331", "unsure", True),
        (None, "accepted", "80331", None, False),
        (None, "no_code", None, None, False),
    ],
)
def test_a_sample_is_read_as_expected(
    expected: str | None, status: Status, code: str | None, reason: str | None, right: bool
) -> None:
    sample = Sample("a.png", expected, "drawn", Golden("", "", ""), country="DE")
    assert sample.is_read_as_expected(Reading(status, code, reason, 0.9, (), ())) is right


@pytest.mark.parametrize(
    ("status", "reason", "right"),
    [
        ("rejected", "rival 70173 at the top left", True),
        ("rejected", "low confidence", False),
        ("accepted", None, False),
    ],
)
def test_a_piece_with_a_rival_is_rejected_for_it(status: Status, reason: str | None, right: bool) -> None:
    piece = Sample("a.jpg", None, "drawn", Golden("", "", ""), country="DE", field=False, rival="70173")
    assert piece.is_read_as_expected(Reading(status, "80331", reason, 0.5, (), ())) is right


def test_fields_and_pieces_are_all_samples_and_small() -> None:
    assert [*load_samples(), *load_pieces()] == load_index()
    assert load_pieces() and all(sample.path.stat().st_size <= 60_000 for sample in load_index())
