"""A stage that takes more than 1 % more is named, with what to do; one that takes less is told."""

from __future__ import annotations

import re

from benchmarks.instructions.gate import changes, falls, not_committed, other_versions, rises
from tests.benchmarks.instructions.made import VERSIONS, measurement


def test_one_per_cent_more_is_let_pass() -> None:
    assert changes(measurement(9_000_000), measurement(9_090_000)) == []


def test_more_is_named_with_stage_sample_counts_and_remedy() -> None:
    found = changes(measurement(9_000_000), measurement(9_090_001))
    assert {(change.cpu, change.subject, change.stage) for change in found} == {
        (cpu, sample, "decode") for cpu in ("cortex-a53", "cortex-a76") for sample in ("01-hand", "02-hand")
    }
    said = rises(found)
    assert said is not None and falls(found) is None
    assert re.search(r"cortex-a53  01-hand     decode +9,000,000 -> +9,090,001  \+1\.0 %", said)
    assert "python -m benchmarks.instructions --results benchmarks/results/instructions.json" in said


def test_less_is_told_and_is_no_rise() -> None:
    found = changes(measurement(9_000_000), measurement(700_000))
    said = falls(found)
    assert rises(found) is None and said is not None
    assert re.search(r"01-hand +decode +9,000,000 -> +700,000  -92\.2 %", said)
    assert re.search(r"01-hand +whole +17,350,000 -> +9,050,000  -47\.8 %", said)


def test_other_versions_are_not_compared() -> None:
    before = measurement()
    assert other_versions(before, measurement(versions=VERSIONS | {"python": "3.13.9"})) is None
    said = other_versions(before, measurement(versions=VERSIONS | {"numpy": "2.5.0", "python": "3.14.1"}))
    assert said is not None and "numpy 2.4.6, now 2.5.0; Python 3.13.5, now 3.14.1" in said


def test_a_sample_without_committed_counts_is_noticed() -> None:
    now = measurement()
    now.cpus["cortex-a53"]["13-hand"] = now.cpus["cortex-a53"]["01-hand"]
    said = not_committed(measurement(), now)
    assert said is not None and "cortex-a53 13-hand whole" in said
    assert not_committed(now, now) is None
