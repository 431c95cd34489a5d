"""The samples that come with the program: their scores, and what counts as read right."""

from __future__ import annotations

import pytest

from device_runtime.samples import Sample, golden_scores, load_samples
from device_runtime.types import Reading, Status


def test_the_golden_scores_are_those_of_the_shipped_samples() -> None:
    first, second = load_samples()[:2]
    assert golden_scores(first.path) == first.scores_sha256 != golden_scores(second.path)


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
    sample = Sample("a.png", expected, "drawn", "0" * 64, country="DE")
    assert sample.is_read_as_expected(Reading(status, code, reason, 0.9, (), ())) is right
