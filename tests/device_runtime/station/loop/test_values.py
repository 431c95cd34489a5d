"""Counts, percentiles, what is remembered, and what is told aside: all in memory that does not grow."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from device_runtime.capture.source import Frame
from device_runtime.station.journal.moment import Moment
from device_runtime.station.loop import aside as aside_module
from device_runtime.station.loop.aside import Aside
from device_runtime.station.loop.counts import OTHER, Tally
from device_runtime.station.loop.latency import Latency
from device_runtime.station.loop.recent import FRAMES, MOST, Numbers, Recent
from device_runtime.station.loop.values import Decision, Trigger
from tests.device_runtime.capture.fake_source import eventually
from tests.device_runtime.station.loop.stations import result

FRAME = Frame(np.zeros((4, 4), np.uint8), 1.0, 0, "fake:0")


def decision(id: int) -> Decision:
    """About a piece that was not read."""
    trigger = Trigger(Moment(0, 0, "boot"), 1.0, id)
    return Decision(id, trigger, "no picture in time", "reject", 0, 5, {"total": 1.0}, FRAME)


def test_percentiles_are_those_of_the_last_pieces() -> None:
    latency = Latency(last=100)
    for ms in range(1, 301):
        latency.add({"total": float(ms)} | ({"scan": 7.0} if ms % 2 else {}))
    found = latency.percentiles()
    assert (found["total"].p50_ms, found["total"].p95_ms, found["total"].p99_ms, found["total"].n) == (
        250,
        295,
        299,
        100,
    )
    assert (found["scan"].p99_ms, found["scan"].n) == (7.0, 100)
    for number in range(1000):
        latency.add({f"stage {number}": 1.0})
    assert len(latency.percentiles()) == 32


def test_reasons_are_counted_by_kind_and_their_kinds_are_bounded() -> None:
    tally = Tally()
    tally.add(result("10001"))
    tally.add(result("10002", "rejected"))
    tally.add(result(None, "no_code"))
    for code in range(3):
        tally.add(f"rival {code} at the top")
    counts = tally.counts
    assert (counts.pieces, counts.accepted, counts.rejected, counts.no_code, counts.no_read) == (6, 1, 1, 1, 3)
    assert counts.reasons == {"rival": 3, "low confidence": 2}
    for number in range(200):
        tally.add("reason " + "x" * number)
    assert len(tally.counts.reasons) == 65 and tally.counts.reasons[OTHER] > 100


def test_the_last_decisions_are_remembered_and_the_very_last_with_their_frames() -> None:
    recent = Recent()
    for id_ in range(MOST + 20):
        recent.add(decision(id_))
    found = recent.last(1000)
    assert [one.id for one in found] == list(range(MOST + 19, 19, -1))
    assert [one.frame is not None for one in found] == [True] * FRAMES + [False] * (MOST - FRAMES)
    assert [one.id for one in recent.last(2)] == [MOST + 19, MOST + 18]


def test_a_number_names_its_piece_for_two_seconds() -> None:
    numbers = Numbers()
    assert numbers.known(7, 10.0) is None
    numbers.add(7, 41, 10.0)
    assert numbers.known(7, 11.9) == 41 and numbers.known(7, 12.0) is None and numbers.known(8, 10.0) is None
    for number in range(100, 400):
        numbers.add(number, number, 10.0)
    assert numbers.known(7, 10.5) is None and numbers.known(399, 10.5) == 399


def test_who_is_told_aside_keeps_nobody_waiting_and_the_oldest_goes(monkeypatch: object) -> None:
    go, told = threading.Event(), list[Decision]()

    def tell(one: Decision) -> None:
        go.wait(20)
        told.append(one)

    aside = Aside(tell, "slow")
    aside.tell(decision(0))
    assert eventually(lambda: not aside._waiting)
    for id_ in range(1, aside_module.MOST_WAITING + 6):
        aside.tell(decision(id_))
    go.set()
    assert aside.close(20) == 0
    assert aside.dropped == 5
    assert [one.id for one in told] == [0, *range(6, aside_module.MOST_WAITING + 6)]
    assert told[0] == replace(decision(0), frame=None)
