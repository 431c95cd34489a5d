"""The health of a station: what lasts, who is told, from many threads."""

from __future__ import annotations

import threading

from device_runtime.station.health.health import Change, Health, Trouble
from device_runtime.station.health.states import FAULTS, MEANINGS


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_fault_lasts_until_it_is_cleared() -> None:
    clock, told = Clock(), list[Change]()
    health = Health(clock)
    health.listen(told.append)
    assert not health.now
    health.set("wire_lost", "no cable")
    health.set("camera_lost", "unplugged")
    clock.now_s = 103.0
    health.set("camera_lost", "still unplugged")
    lost = Trouble("camera_lost", "still unplugged", 100.0)
    assert health.now == (lost, Trouble("wire_lost", "no cable", 100.0)), "in one order, whichever came first"
    clock.now_s = 107.5
    health.clear("camera_lost")
    health.clear("camera_lost")
    health.clear("overheated")
    assert [trouble.state for trouble in health.now] == ["wire_lost"]
    assert [(change.trouble.state, change.raised, change.after_s) for change in told] == [
        ("wire_lost", True, 0.0),
        ("camera_lost", True, 0.0),
        ("camera_lost", False, 7.5),
    ], "a new detail is no change"


def test_a_fault_lasts_until_everybody_who_found_it_has_cleared_it() -> None:
    health, told = Health(), list[Change]()
    health.listen(told.append)
    health.set("disk_full", "3 MB are free", by="rounds")
    health.set("disk_full", "the journal cannot be written", by="journal")
    assert health.now[0].detail == "3 MB are free; the journal cannot be written"
    for _ in range(3):
        health.clear("disk_full")
        health.clear("disk_full", by="journal")
    assert [trouble.detail for trouble in health.now] == ["3 MB are free"]
    health.clear("disk_full", by="rounds")
    assert health.now == () and [change.raised for change in told] == [True, False]


def test_a_listener_may_change_the_health_and_all_hear_it_in_order() -> None:
    health = Health()
    heard: list[tuple[str, str, bool]] = []

    def first(change: Change) -> None:
        heard.append(("first", change.trouble.state, change.raised))
        if change.raised and change.trouble.state == "camera_lost":
            health.clear("camera_lost")

    health.listen(first)
    health.listen(lambda change: heard.append(("second", change.trouble.state, change.raised)))
    health.set("camera_lost", "x")
    assert heard == [
        ("first", "camera_lost", True),
        ("second", "camera_lost", True),
        ("first", "camera_lost", False),
        ("second", "camera_lost", False),
    ]


def test_many_threads_are_told_of_alternating_changes_one_at_a_time() -> None:
    health = Health()
    heard: dict[str, list[bool]] = {fault: [] for fault in FAULTS}
    busy = threading.Lock()

    def listener(change: Change) -> None:
        assert busy.acquire(blocking=False), "one at a time"
        heard[change.trouble.state].append(change.raised)
        busy.release()

    health.listen(listener)
    begin = threading.Barrier(8)

    def work(number: int) -> None:
        begin.wait()
        for turn in range(300):
            fault = FAULTS[(number + turn) % len(FAULTS)]
            health.set(fault, f"{turn}")
            health.clear(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert health.now == ()
    for changes in heard.values():
        assert changes and changes == [True, False] * (len(changes) // 2), "each beginning has its end"


def test_every_state_says_what_still_works() -> None:
    assert set(MEANINGS) == {"ok", *FAULTS}
    for meaning in MEANINGS.values():
        assert all(words.endswith(".") for words in (meaning.raised, meaning.cleared, meaning.works, meaning.suspended))
    health = Health()
    health.set("disk_full", "3 MB are free")
    assert health.now[0].works == MEANINGS["disk_full"].works
