"""Rates and intervals of readings."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.readings import Readings, read_fields, resampled
from device_runtime.reader import Reader
from tests.stub import stub_bundle
from train.evaluation.metrics import wilson


def readings(confidences: list[float], right: list[bool]) -> Readings:
    return Readings(np.array(confidences), np.array(right), np.array(confidences) > 0.85)


def test_accepting_stops_before_the_error_that_is_too_much() -> None:
    seen = readings([0.9, 0.8, 0.7, 0.6], [True, True, False, True])

    assert seen.accept_rate(0.0) == 0.5
    assert seen.accept_rate(0.25) == 1.0
    assert readings([0.9], [False]).accept_rate(0.01) == 0.0


def test_equal_confidences_are_accepted_together_or_not_at_all() -> None:
    assert readings([0.9, 0.8, 0.8], [True, True, False]).accept_rate(0.0) == pytest.approx(1 / 3)


def test_weights_count_like_copies() -> None:
    once = readings([0.9, 0.8, 0.7], [True, False, True])
    copies = readings([0.9, 0.9, 0.9, 0.8, 0.7], [True, True, True, False, True])

    assert once.accept_rate(0.25, np.array([3, 1, 1])) == copies.accept_rate(0.25)


def test_wrong_accepted_counts_among_all() -> None:
    seen = readings([0.9, 0.95, 0.1, 0.2], [True, False, False, True])

    assert seen.exact == 0.5
    assert seen.wrong_accepted == 0.25


def test_intervals_are_wider_when_writers_differ() -> None:
    right = [True] * 50 + [False] * 50
    seen = readings([0.5] * 100, right)
    alone, _ = resampled(seen, [str(i) for i in range(100)], 0.01)
    by_writer, _ = resampled(seen, [str(i // 25) for i in range(100)], 0.01)

    assert alone[0] < 0.5 < alone[1]
    assert by_writer[1] - by_writer[0] > 2 * (alone[1] - alone[0])
    assert alone == pytest.approx(wilson(50 / 100, 100), abs=0.02)


def test_wilson_stays_between_0_and_1() -> None:
    assert wilson(0 / 10, 10)[0] >= 0.0 and wilson(10 / 10, 10)[1] <= 1.0
    assert wilson(81 / 100, 100) == pytest.approx((0.7222, 0.8749), abs=1e-4)


def test_fields_are_read_as_the_reader_reads_them() -> None:
    random = np.random.default_rng(1)
    images = [np.where(random.random((32, 60)) < 0.2, 20, 230).astype(np.uint8) for _ in range(3)]
    reader = Reader(pattern=r"\d", bundle=stub_bundle())
    truth = reader.read(images[0], field=True).reading

    seen = read_fields(reader, images, [truth.code or "", "x", "x"], "test")

    assert seen.right.tolist() == [truth.code is not None, False, False]
    assert seen.confidences[0] == truth.confidence
    assert seen.accepted[0] == (truth.status == "accepted")
