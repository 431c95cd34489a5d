"""Monitors find what is wrong and that it is over, by clocks and readings that the tests give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.station.health.health import Health
from device_runtime.station.health.monitors import (
    COOL_C,
    FULL_BYTES,
    HOT_C,
    ROOM_BYTES,
    STEADY_S,
    Asking,
    ClockMonitor,
    DiskMonitor,
    HeatMonitor,
    Monitor,
)
from device_runtime.station.health.rounds import Rounds


class Clocks:
    wall_s, monotonic_s = 1_800_000_000.0, 50.0

    def run(self, seconds: float, wall: float | None = None) -> None:
        self.monotonic_s += seconds
        self.wall_s += seconds if wall is None else wall


def test_a_clock_that_is_set_is_found_both_ways_and_forgotten() -> None:
    clocks = Clocks()
    monitor = ClockMonitor(lambda: clocks.wall_s, lambda: clocks.monotonic_s)
    assert monitor.look() is None
    clocks.run(1, wall=3601)
    assert monitor.look() == "the clock was set ahead by 3,600 s"
    clocks.run(STEADY_S - 1)
    assert monitor.look() == "the clock was set ahead by 3,600 s"
    clocks.run(1)
    assert monitor.look() is None
    clocks.run(1, wall=-3599)
    assert monitor.look() == "the clock was set back by 3,600 s"
    clocks.run(STEADY_S / 2)
    clocks.run(1, wall=11)
    assert monitor.look() == "the clock was set ahead by 10 s", "the last step counts"
    clocks.run(STEADY_S - 1)
    assert monitor.look() is not None


def test_a_clock_that_is_slewed_or_set_by_little_is_none_that_was_set() -> None:
    clocks = Clocks()
    monitor = ClockMonitor(lambda: clocks.wall_s, lambda: clocks.monotonic_s)
    for _ in range(1000):  # chrony's fastest slew makes up an hour in ten
        clocks.run(1, wall=1.1)
        assert monitor.look() is None
    clocks.run(1, wall=2.9)
    assert monitor.look() is None


def test_heat_is_found_and_has_to_go_down_by_some_degrees() -> None:
    degrees = HOT_C - 0.1
    monitor = HeatMonitor(lambda: degrees, lambda: None)
    assert monitor.look() is None
    degrees = HOT_C
    assert monitor.look() == "the processor has 80 °C"
    degrees = COOL_C
    assert monitor.look() == "the processor has 75 °C"
    degrees = COOL_C - 0.1
    assert monitor.look() is None
    degrees = COOL_C
    assert monitor.look() is None


def test_the_firmware_says_that_it_slows_down_for_heat_and_weak_power_is_not_heat() -> None:
    bits = 0x50000  # what was, since the start: of no interest
    monitor = HeatMonitor(lambda: 70.0, lambda: bits)
    assert monitor.look() is None
    bits = 0x8
    assert monitor.look() == "the processor has 70 °C; it runs slower for its heat"
    bits = 0x5
    assert monitor.look() is None
    assert HeatMonitor(lambda: None, lambda: 0x4).look() == "it runs slower for its heat"
    assert HeatMonitor(lambda: None, lambda: None).look() is None


def test_a_full_disk_is_found_and_needs_room() -> None:
    left = FULL_BYTES
    monitor = DiskMonitor(Path("/journal"), lambda folder: left if folder == Path("/journal") else 0)
    assert monitor.look() is None
    left = FULL_BYTES - 1
    assert monitor.look() == "100 MB are free for the journal"
    left = ROOM_BYTES - 1
    assert monitor.look() is not None
    left = ROOM_BYTES
    assert monitor.look() is None


def test_rounds_raise_and_clear_what_the_monitors_find() -> None:
    health = Health()
    camera: str | None = None
    wire: str | None = "no cable"
    disk: str | None = None
    monitors: list[Monitor] = [
        Asking("camera_lost", lambda: camera),
        Asking("wire_lost", lambda: wire),
        Asking("disk_full", lambda: disk),
        DiskMonitor(Path("/"), lambda _: 0),
    ]
    rounds = Rounds(health, monitors)
    rounds.look()
    assert [(one.state, one.detail) for one in health.now] == [
        ("wire_lost", "no cable"),
        ("disk_full", "0 MB are free for the journal"),
    ]
    camera, wire, disk = "unplugged", None, "the journal cannot be written"
    rounds.look()
    assert [(one.state, one.detail) for one in health.now] == [
        ("camera_lost", "unplugged"),
        ("disk_full", "the journal cannot be written; 0 MB are free for the journal"),
    ]
    camera = None
    rounds.look()
    assert [one.state for one in health.now] == ["disk_full"]


def test_what_cannot_be_known_stays_as_it_was() -> None:
    health = Health()
    left: int | None = 0

    def free(_: Path) -> int:
        if left is None:
            raise OSError("the disk does not answer")
        return left

    rounds = Rounds(health, [DiskMonitor(Path("/"), free), Asking("wire_lost", lambda: "no cable")])
    rounds.look()
    left = None
    rounds.look()
    assert [one.state for one in health.now] == ["wire_lost", "disk_full"]
    left = ROOM_BYTES
    rounds.look()
    assert [one.state for one in health.now] == ["wire_lost"]


def test_rounds_run_on_their_own_thread_and_end() -> None:
    import threading

    health, looked = Health(), threading.Event()

    def trouble() -> str:
        looked.set()
        return "unplugged"

    with Rounds(health, [Asking("camera_lost", trouble)], every_s=3600):
        assert looked.wait(10)
    assert [one.state for one in health.now] == ["camera_lost"]


@pytest.mark.parametrize("monitor", [ClockMonitor(), HeatMonitor(), DiskMonitor(Path("/"))])
def test_a_monitor_looks_at_this_machine(monitor: Monitor) -> None:
    assert monitor.look() is None or monitor.fault in ("overheated", "disk_full")
