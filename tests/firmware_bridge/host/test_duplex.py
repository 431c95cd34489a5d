"""The link that listens, over pseudo-terminals: threads, ports that go and come back, and an end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import (
    Belt,
    Cable,
    DuplexLink,
    Feeder,
    Flags,
    News,
    Outcome,
    ReadingMessage,
    TimeTold,
    TriggerMessage,
    WireBack,
    WireLost,
    serve,
)
from firmware_bridge.host import duplex
from tests.firmware_bridge.host.conversing import MANNER, reading

PATIENCE_S = 10


class Heard:
    """Collects news, and lets a test wait for them."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self._changed = threading.Condition()

    def __call__(self, one: News) -> None:
        with self._changed:
            self.news.append(one)
            self._changed.notify_all()

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.news if isinstance(one, kind)]

    def wait(self, kind: type, count: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.of(kind)) >= count, PATIENCE_S), self.news


def assert_back(link: DuplexLink) -> None:
    assert not link.is_lost


def test_reports_from_any_thread_are_delivered_once_each(cable: Callable[..., Cable], controller: Any) -> None:
    line, heard = cable(), Heard()
    sorter = controller(line.sorter_end)
    with DuplexLink(line.reader_end, MANNER, heard) as link:

        def send(first: int) -> None:
            for piece in range(first, first + 10):
                link.send(reading(piece), piece)

        threads = [threading.Thread(target=send, args=(first,)) for first in (10, 20, 30, 40)]
        for thread in threads:
            thread.start()
        heard.wait(Outcome, 40)
        assert link.close(PATIENCE_S)
    assert sorted(one.tag for one in heard.of(Outcome)) == list(range(10, 50))
    assert {one.how for one in heard.of(Outcome)} == {"delivered"}
    assert sorted(event.reading.piece for event in sorter.of_kind("reading")) == list(range(10, 50))
    heard.wait(TimeTold)


def test_a_belt_of_pieces_is_answered_over_a_bad_line_and_each_once(cable: Callable[..., Cable]) -> None:
    """Each direction loses and damages every seventh frame; deadlines are not looked at: machines are busy."""
    seen = {"there": 0, "back": 0}

    def every_seventh(direction: str) -> Callable[..., bytes]:
        def change(frame: object, data: bytes) -> bytes:
            seen[direction] += 1
            return b"" if seen[direction] % 7 == 0 else data

        return change

    line = cable(to_sorter=every_seventh("there"), to_reader=every_seventh("back"))
    feeder = Feeder(Belt(every_ms=10, deadline_ms=60_000, pieces=60, seed=3))
    stop = threading.Event()
    board = threading.Thread(
        target=serve, args=(line.sorter_end, lambda event: None, stop), kwargs={"feeder": feeder}, daemon=True
    )
    board.start()

    def answer(one: News) -> None:
        if isinstance(one, TriggerMessage):
            link.send(ReadingMessage(one.piece, "accepted", "10115", 0.9, 5, "A3", Flags.TRIGGERED), one.piece)

    link = DuplexLink(line.reader_end, MANNER, answer)
    board.join(3 * PATIENCE_S)
    stop.set()
    link.close()
    tally = feeder.tally
    assert (tally.triggered, tally.in_time, tally.doubled, tally.unasked) == (60, tally.taken, 0, 0)
    assert tally.in_time >= 59  # a TRIGGER is sent four times: one of 60 may be lost four times in a row
    assert tally.bins == {"A3": tally.in_time}


def test_a_port_need_not_be_there_and_may_come_and_go(
    tmp_path: Path, cable: Callable[..., Cable], controller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplex, "REOPEN_S", (0.01, 0.02))
    by_id, heard = tmp_path / "usb-sorter", Heard()
    with DuplexLink(str(by_id), MANNER, heard) as link:
        link.send(reading(1), 1)
        heard.wait(WireLost)
        assert "no serial port" in heard.of(WireLost)[0].detail and link.is_lost
        first = cable()
        sorter = controller(first.sorter_end)
        by_id.symlink_to(first.reader_end)
        heard.wait(Outcome)
        heard.wait(WireBack)
        assert_back(link)
        first.unplug()
        heard.wait(WireLost, 2)
        link.send(reading(2), 2)
        by_id.unlink()
        second = cable()
        again = controller(second.sorter_end)
        by_id.symlink_to(second.reader_end)
        heard.wait(Outcome, 2)
        heard.wait(WireBack, 2)
    assert [(one.how, one.tag) for one in heard.of(Outcome)] == [("delivered", 1), ("delivered", 2)]
    assert [len(one.of_kind("reading")) for one in (sorter, again)] == [1, 1]


def test_what_waited_for_a_link_that_stood_still_is_past_its_deadline(
    cable: Callable[..., Cable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplex, "POLL_S", -3.0)  # as if each read had come back three seconds after it should have
    line, heard, stop = cable(), Heard(), threading.Event()
    feeder = Feeder(Belt(every_ms=10, deadline_ms=500, pieces=1))
    board = threading.Thread(
        target=serve, args=(line.sorter_end, lambda event: None, stop), kwargs={"feeder": feeder}, daemon=True
    )
    board.start()
    with DuplexLink(line.reader_end, MANNER, heard):
        heard.wait(TriggerMessage)
    stop.set()
    board.join(PATIENCE_S)
    (came,) = heard.of(TriggerMessage)
    assert (came.deadline_ms, came.age_ms) == (500, 500)


def test_closing_does_not_wait_for_a_controller_that_is_silent(cable: Callable[..., Cable]) -> None:
    heard = Heard()
    link = DuplexLink(cable().reader_end, MANNER, heard)
    link.send(reading(1), 1)
    assert not link.close(0.05)
    assert [(one.how, one.tag) for one in heard.of(Outcome)] == [("dropped", 1)]
    assert link.close()  # a second time
    assert not [one for one in threading.enumerate() if one.name in ("wire", "wire-reader")]


def test_news_come_one_at_a_time_and_in_order(cable: Callable[..., Cable], controller: Any) -> None:
    line = cable()
    controller(line.sorter_end)
    inside: list[int] = []
    order: list[int] = []
    done = threading.Event()

    def slow(one: News) -> None:
        assert not inside
        inside.append(1)
        if isinstance(one, Outcome):
            order.append(one.tag)
            if len(order) == 20:
                done.set()
        inside.pop()

    with DuplexLink(line.reader_end, MANNER, slow) as link:
        for piece in range(20):
            link.send(reading(piece), piece)
        assert done.wait(PATIENCE_S)
    assert order == list(range(20))
