"""The harness of the attack: what a case does to its process is counted, and the rest goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attack.counts import Counts
from benchmarks.attack.run import Result, attack

HOSTILE = """
import ctypes, time
from benchmarks.attack.counts import Outcome, Target

def case(seed, number):
    if number == 2:
        ctypes.string_at(0)  # a segmentation fault
    if number == 3:
        time.sleep(60)
    if number == 4:
        bytearray(b'x') * 400_000_000
    if number == 5:
        raise ValueError("as bad as it gets")
    if number == 6:
        raise SystemExit(0)
    if number == 7:
        return Outcome("odd", wrong=1, detail="took 1 for 7")
    if number == 8:
        return Outcome("odd", answered=7, refused=3)
    return Outcome("even" if number % 2 == 0 else "odd", answered=1)

TARGET = Target("hostile", "all that can go wrong", 10, case)
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder: Path = tmp_path_factory.mktemp("targets")
    (folder / "hostile_target_of_test.py").write_text(HOSTILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return attack("hostile_target_of_test", 10, seed=1, case_limit_s=3)


def test_every_way_to_fail_is_counted_and_the_rest_goes_on(found: Result) -> None:
    assert found.total == Counts(
        tried=19, answered=11, refused=3, wrong=1, tracebacks=2, crashes=1, hangs=1, over_memory=1
    )


def test_each_fault_is_named_with_its_number(found: Result) -> None:
    assert {finding.number: finding.what.partition(":")[0] for finding in found.findings} == {
        2: "crash",
        3: "hang",
        4: "memory",
        5: "traceback",
        6: "traceback",
        7: "wrong",
    }
    whats = {finding.number: finding.what for finding in found.findings}
    assert whats[2] == "crash: exit code -11"
    assert whats[5].startswith("traceback: ValueError: as bad as it gets (hostile_target_of_test.py:")


def test_counts_are_kept_by_kind(found: Result) -> None:
    assert found.kinds["odd"] == Counts(tried=13, answered=9, refused=3, wrong=1)
