"""Pieces are counted by what was decided, and the counts are those of the pieces."""

from __future__ import annotations

import pytest

from device_runtime.station.journal.entry import Delivery, Entry, iso_utc
from device_runtime.station.journal.stats import kind_of, stats_of
from tests.device_runtime.station.journal.pieces import Clock, piece


def test_counts_and_percentiles() -> None:
    clock, entries = Clock(), []
    for number in range(1, 101):
        began = clock()
        other: dict[str, object] = {"answered_ns": began.monotonic_ns + number * 1_000_000}
        if number > 90:
            other |= {"status": "rejected", "bin": "hand", "reason": f"rival code 8033{number}"}
        told = (Delivery(number, began, "wire", "acknowledged"),) if number > 1 else ()
        entries.append(Entry(piece(number, began, **other), told))
        clock.run(1)
    found = stats_of(entries).as_dict()
    assert found["pieces"] == 100 and found["statuses"] == {"accepted": 90, "rejected": 10}
    assert found["bins"] == {"north": 90, "hand": 10} and found["reasons"] == {"rival code": 10}
    assert found["deliveries"] == {"acknowledged": 99, "none": 1}
    assert found["latency_ms"] == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "most": 100.0}
    assert (found["first"], found["last"]) == ("2026-09-21T14:13:20.000Z", "2026-09-21T14:14:59.000Z")


def test_nothing_is_counted_too() -> None:
    assert stats_of([]).as_dict()["first"] is None and stats_of([]).latency_ms == {}
    entry = Entry(piece(1, Clock()(), answered_ns=None))
    assert stats_of([entry]).latency_ms == {}
    assert stats_of([Entry(piece(1, Clock()()))]).latency_ms == dict.fromkeys(("p50", "p95", "p99", "most"), 5.0)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("rival 70173 at the top left", "rival"),
        ("low confidence in character 2 ('0')", "low confidence in character"),
        ("not in the grammar: read 123", "not in the grammar"),
        ("no writing", "no writing"),
        ("7 lines", "7 lines"),
    ],
)
def test_reasons_are_counted_by_their_kind(reason: str, kind: str) -> None:
    assert kind_of(reason) == kind


def test_a_time_that_no_calendar_has_is_a_number() -> None:
    assert iso_utc(2**63 - 1).startswith("2262-") and iso_utc(10**21) == f"{10**21}"
