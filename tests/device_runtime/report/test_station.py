"""The wire of a station: decisions out, triggers in, what became of each recorded, and states told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.report.station import StationReporter
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.loop.values import Decision
from firmware_bridge import Belt, Cable, Event, Feeder, Flags, NoReadMessage, Outbox, serve
from tests.device_runtime.report import deciding

PATIENCE_S = 10


def decision(id: int = 3, **said: Any) -> Decision:
    """A decision about a piece that comes now."""
    return deciding.decision(id, came_ns=time.monotonic_ns(), **said)


class Desk:
    """What a station would keep: deliveries, states, lines and triggers."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.states: dict[str, str] = {}
        self.history: list[str] = []
        self.said: list[str] = []
        self.came: list[tuple[int, float | None, float]] = []
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def note(self, keep: Callable[[], None]) -> None:
        with self._changed:
            keep()
            self._changed.notify_all()

    def wait(self, until: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(until, PATIENCE_S), vars(self)

    def record(self, delivery: Delivery) -> None:
        self.note(lambda: self.deliveries.append(delivery))

    def say(self, line: str) -> None:
        self.note(lambda: self.said.append(line))

    def set(self, state: str, detail: str) -> None:
        self.states[state] = detail
        self.note(lambda: self.history.append(state))

    def clear(self, state: str) -> None:
        self.states.pop(state, None)
        self.note(lambda: self.history.append(f"not {state}"))

    def trigger(self, number: int, deadline_ms: float | None, *, age_ms: float) -> int:
        self.note(lambda: self.came.append((number, deadline_ms, age_ms)))
        return len(self.came)

    def event(self, event: Event) -> None:
        self.note(lambda: self.events.append(event))

    def readings(self) -> list[Event]:
        return [event for event in self.events if event.kind == "reading"]


def board(url: str, desk: Desk, feeder: Feeder | None = None) -> Callable[[], None]:
    """Start a controller; returns what ends it."""
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(url, desk.event, stop), kwargs={"feeder": feeder}, daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(PATIENCE_S)

    return end


def test_decisions_arrive_once_and_are_recorded_with_their_ids() -> None:
    desk = Desk()
    with Cable() as cable:
        end = board(cable.sorter_end, desk)
        wire = StationReporter(cable.reader_end, desk.record, desk, desk.say, bundle="9f86d081884c7d65" + 48 * "0")
        wire.tell(decision(11, number=1))
        wire.tell(decision(12, number=2, why_not="no picture in time"))
        desk.wait(lambda: len(desk.deliveries) == 2)
        assert wire.close(PATIENCE_S)
        end()
    assert [(one.piece, one.outcome, one.tries, one.to) for one in desk.deliveries] == [
        (11, "acknowledged", 1, cable.reader_end),
        (12, "acknowledged", 1, cable.reader_end),
    ]
    first, second = (event.reading for event in desk.readings())
    assert first and first.bin == "A3" and isinstance(second, NoReadMessage)
    (identity,) = (event.detail for event in desk.events if event.kind == "identity")
    assert identity and identity.startswith("posteye ") and identity.endswith("bundle 9f86d081884c7d65")
    assert desk.said == [] and desk.history == ["not wire_lost"]


def test_triggers_come_with_their_deadlines_and_ages() -> None:
    desk = Desk()
    feeder = Feeder(Belt(every_ms=20, deadline_ms=500, pieces=3, first=100))
    with Cable() as cable:
        wire = StationReporter(cable.reader_end, desk.record, desk, desk.say, trigger=desk.trigger)
        end = board(cable.sorter_end, desk, feeder)
        desk.wait(lambda: len(desk.came) == 3)
        for number, _, _ in desk.came:
            wire.tell(decision(number=number))
        desk.wait(lambda: len(desk.readings()) == 3)
        wire.close(PATIENCE_S)
        end()
    assert [number for number, _, _ in desk.came] == [100, 101, 102]
    assert all(deadline is not None and 0 <= age < deadline <= 500 for _, deadline, age in desk.came)
    assert feeder.tally.unanswered == 0 and feeder.tally.bins == {"A3": 3}


def test_a_station_hears_that_the_controller_counts_anew() -> None:
    desk = Desk()
    feeder = Feeder(Belt(every_ms=20, deadline_ms=500, pieces=1))
    with Cable() as cable:
        wire = StationReporter(
            cable.reader_end, desk.record, desk, desk.say, trigger=desk.trigger, forget=lambda: desk.say("forgotten")
        )
        end = board(cable.sorter_end, desk, feeder)
        desk.wait(lambda: desk.came)
        end()
        assert desk.said == []
        end = board(cable.sorter_end, desk, Feeder(Belt(every_ms=20, deadline_ms=500, pieces=1)))
        desk.wait(lambda: len(desk.came) == 2)
        wire.close(PATIENCE_S)
        end()
    assert desk.said == ["forgotten"] and [number for number, _, _ in desk.came] == [1, 1]


def test_answers_of_an_earlier_life_of_the_controller_are_dropped_and_recorded() -> None:
    desk = Desk()
    with Cable() as cable:
        wire = StationReporter(cable.reader_end, desk.record, desk, desk.say, trigger=desk.trigger, forget=lambda: None)
        for _ in range(2):  # each begins with piece 1
            end = board(cable.sorter_end, desk, Feeder(Belt(every_ms=20, deadline_ms=60_000, pieces=1)))
            if not desk.came:
                desk.wait(lambda: desk.came)
                end()
        desk.wait(lambda: len(desk.came) == 2)
        wire.tell(decision(1, number=1, bin="A1"))
        wire.tell(decision(2, number=1, bin="B2"))
        desk.wait(lambda: len(desk.deliveries) == 2)
        wire.close(PATIENCE_S)
        end()
    first, second = sorted(desk.deliveries, key=lambda one: one.piece)
    assert first.outcome.startswith("dropped: the controller was restarted") and second.outcome == "acknowledged"
    assert [event.reading.bin for event in desk.readings() if event.reading] == ["B2"]


def test_a_decision_that_is_two_seconds_late_is_not_sent() -> None:
    desk = Desk()
    with Cable() as cable:
        end = board(cable.sorter_end, desk)
        wire = StationReporter(cable.reader_end, desk.record, desk, desk.say)
        wire.tell(deciding.decision(11, number=1, came_ns=time.monotonic_ns() - 2_200_000_000))
        wire.tell(deciding.decision(12, number=None, came_ns=time.monotonic_ns() - 2_200_000_000))
        desk.wait(lambda: len(desk.deliveries) == 2)
        wire.close(PATIENCE_S)
        end()
    assert [(one.piece, one.outcome) for one in desk.deliveries] == [(11, "dropped: too late"), (12, "acknowledged")]


def test_a_deadline_of_zero_leaves_it_to_the_station_and_a_closed_station_answers_no_read() -> None:
    desk = Desk()

    def closed(number: int, deadline_ms: float | None, *, age_ms: float) -> int:
        desk.trigger(number, deadline_ms, age_ms=age_ms)
        raise PosteyeError("the station is closed, and takes no more pieces")

    with Cable() as cable:
        wire = StationReporter(cable.reader_end, desk.record, desk, desk.say, trigger=closed)
        end = board(cable.sorter_end, desk, Feeder(Belt(every_ms=10, deadline_ms=0, pieces=1)))
        desk.wait(desk.readings)
        wire.close(PATIENCE_S)
        end()
    assert [came[:2] for came in desk.came] == [(1, None)] and desk.deliveries == []
    answer = desk.readings()[0].reading
    assert isinstance(answer, NoReadMessage) and "closed" in answer.detail


def test_a_wire_that_is_down_keeps_nobody_waiting_and_is_told() -> None:
    desk = Desk()
    wire = StationReporter("/dev/ttyUSB99", desk.record, desk, desk.say)
    began_s = time.monotonic()
    for number in range(300):
        wire.tell(decision(number + 1, number=number))
    assert time.monotonic() - began_s < 5
    desk.wait(lambda: "wire_lost" in desk.states)
    assert "no serial port /dev/ttyUSB99" in desk.states["wire_lost"] and wire.is_lost
    assert not wire.close(0)
    assert len(desk.deliveries) == 300 and {one.outcome.split(":")[0] for one in desk.deliveries} == {"dropped"}
    assert desk.said == [f"{desk.states['wire_lost']}; trying again until it answers"]


def test_with_an_outbox_what_was_not_sent_goes_out_after_the_next_start(tmp_path: Path) -> None:
    first, second = Desk(), Desk()
    wire = StationReporter("/dev/ttyUSB99", first.record, first, first.say, outbox=Outbox(tmp_path / "outbox"))
    wire.tell(decision(11, number=1))
    wire.tell(decision(12, number=2))
    first.wait(lambda: "wire_lost" in first.states)
    assert not wire.close(0)
    assert first.deliveries == []  # they are not given up
    with Cable() as cable:
        end = board(cable.sorter_end, second)
        outbox = Outbox(tmp_path / "outbox")
        wire = StationReporter(cable.reader_end, second.record, second, second.say, outbox=outbox)
        wire.tell(decision(13, number=3))
        second.wait(lambda: len(second.deliveries) == 3)
        assert wire.close(PATIENCE_S)
        end()
    assert [(one.piece, one.outcome) for one in second.deliveries] == [(id, "acknowledged") for id in (11, 12, 13)]
    readings = [event.reading for event in second.readings()]
    assert [one and bool(one.flags & Flags.AGAIN) for one in readings] == [True, True, False]


def test_the_controllers_time_is_compared_with_ours() -> None:
    desk = Desk()
    with Cable() as cable:
        end = board(cable.sorter_end, desk)
        wire = StationReporter(cable.reader_end, desk.record, desk, desk.say)
        deadline_s = time.monotonic() + PATIENCE_S
        while wire.clock_offset_s is None and time.monotonic() < deadline_s:
            time.sleep(0.005)
        wire.close()
        end()
    assert wire.clock_offset_s is not None and abs(wire.clock_offset_s) < 5


@pytest.mark.parametrize(
    ("states", "said"),
    [((), "no trouble"), (("overheated", "camera_lost", "unknown"), "camera lost, overheated")],
)
def test_the_heartbeat_says_what_is_wrong(states: tuple[str, ...], said: str) -> None:
    desk = Desk()
    with Cable() as cable:
        end = board(cable.sorter_end, desk)
        wire = StationReporter(cable.reader_end, desk.record, desk, desk.say, troubles=lambda: states)
        desk.wait(lambda: [event for event in desk.events if event.kind == "heartbeat"])
        wire.close()
        end()
    (detail,) = (event.detail for event in desk.events[-1:] if event.kind == "heartbeat")
    assert detail and detail.endswith(f"0 pieces, {said}")
