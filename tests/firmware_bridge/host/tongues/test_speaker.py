"""A speaker keeps what it is told, says it in order and again, and keeps nobody waiting."""

from __future__ import annotations

import threading
from pathlib import Path

from firmware_bridge.errors import NoAnswerError, RefusedError
from firmware_bridge.host.queues.outbox import Outbox
from firmware_bridge.host.queues.queue import MemoryQueue, Waiting
from firmware_bridge.host.tongues.facts import facts_of
from firmware_bridge.host.tongues.speaker import Speaker
from tests.firmware_bridge.host.tongues.peers import AT_ONCE, PATIENCE_S, Ear, reading


class Script:
    """A tongue whose peer is there, silent, or unwilling, as a test says."""

    name, to = "script", "nowhere"

    def __init__(self) -> None:
        self.heard: list[Waiting] = []
        self.opened = self.beats = 0
        self.is_there, self.unwanted = threading.Event(), set[int]()
        self.fault: Exception | None = None
        self.may_go_on = threading.Event()
        self.is_under_way, self.has_tried = threading.Event(), threading.Event()
        self.may_go_on.set()
        self.is_there.set()

    def open(self) -> bool:
        self.opened += 1
        if self.opened > 3:
            self.has_tried.set()
        return self.is_there.is_set()

    def say(self, one: Waiting) -> str:
        self.is_under_way.set()
        assert self.may_go_on.wait(PATIENCE_S)
        if not self.is_there.is_set():
            raise NoAnswerError("nobody is there")
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        if one.tag in self.unwanted:
            raise RefusedError("not this one", 21)
        self.heard.append(one)
        return "acknowledged"

    def beat(self) -> None:
        self.beats += 1

    def close(self) -> None:
        pass


def test_reports_are_said_in_order_and_each_has_one_outcome() -> None:
    tongue, ear = Script(), Ear()
    tongue.unwanted = {2}
    speaker = Speaker(tongue, ear.outcome, ear.wire, patience=AT_ONCE)
    for tag in (1, 2, 3):
        speaker.send(reading(), tag)
    assert speaker.close(PATIENCE_S)
    assert ear.said() == [
        (1, "delivered", "acknowledged"),
        (2, "refused", "not this one"),
        (3, "delivered", "acknowledged"),
    ]
    assert [one.tag for one in tongue.heard] == [1, 3] and ear.wires == [None] and tongue.beats


def test_a_peer_that_was_away_gets_everything_once_it_is_back_and_the_states_tell() -> None:
    tongue, ear = Script(), Ear()
    tongue.is_there.clear()
    speaker = Speaker(tongue, ear.outcome, ear.wire, patience=AT_ONCE)
    speaker.send(reading(), 1)
    speaker.send(reading(), 2)
    assert tongue.has_tried.wait(PATIENCE_S)
    assert ear.wires == ["nobody is there"] and speaker.is_lost
    tongue.is_there.set()
    assert speaker.close(PATIENCE_S)
    assert [one.tag for one in tongue.heard] == [1, 2] and ear.wires == ["nobody is there", None]
    assert ear.outcomes[0].transmissions >= 3 and ear.outcomes[1].transmissions == 1


def test_a_library_that_raises_anything_ends_nothing() -> None:
    tongue, ear = Script(), Ear()
    tongue.fault = ZeroDivisionError("oh")
    speaker = Speaker(tongue, ear.outcome, ear.wire, patience=AT_ONCE)
    speaker.send(reading(), 1)
    assert speaker.close(PATIENCE_S)
    assert ear.wires == [None, "ZeroDivisionError: oh", None] and len(tongue.heard) == 1


def test_the_oldest_that_is_not_being_said_gives_way() -> None:
    tongue, ear = Script(), Ear()
    tongue.may_go_on.clear()
    speaker = Speaker(tongue, ear.outcome, ear.wire, MemoryQueue(2), AT_ONCE)
    speaker.send(reading(), 1)
    assert tongue.is_under_way.wait(PATIENCE_S)
    for tag in (2, 3, 4):
        speaker.send(reading(), tag)
    ear.wait(lambda: len(ear.outcomes) == 2)
    tongue.may_go_on.set()
    assert speaker.close(PATIENCE_S)
    assert [(tag, how) for tag, how, _ in ear.said()] == [
        (2, "dropped"), (3, "dropped"), (1, "delivered"), (4, "delivered"),
    ]  # fmt: skip


def test_without_a_disk_what_waits_at_the_end_is_told_as_such() -> None:
    tongue, ear = Script(), Ear()
    tongue.is_there.clear()
    speaker = Speaker(tongue, ear.outcome, ear.wire, patience=AT_ONCE)
    speaker.send(reading(), 1)
    ear.wait(lambda: ear.wires)
    speaker.send(reading(), 2)
    assert not speaker.close(0)
    assert ear.said() == [(1, "unconfirmed", "the station ended"), (2, "dropped", "the station ended")]
    speaker.close()
    assert len(ear.outcomes) == 2


def test_what_waits_on_the_disk_is_said_after_the_next_start_with_its_tag(tmp_path: Path) -> None:
    tongue, ear = Script(), Ear()
    tongue.is_there.clear()
    outbox = Outbox(tmp_path / "outbox")
    speaker = Speaker(tongue, ear.outcome, ear.wire, outbox, AT_ONCE)
    speaker.send(reading(1), 11)
    speaker.send(reading(2), 12)
    ear.wait(lambda: outbox.waiting == 2)
    assert not speaker.close(0) and ear.outcomes == []
    outbox.close()

    tongue.is_there.set()
    outbox = Outbox(tmp_path / "outbox")
    speaker = Speaker(tongue, ear.outcome, ear.wire, outbox, AT_ONCE)
    speaker.send(reading(3), 13)
    assert speaker.close(PATIENCE_S) and outbox.waiting == 0
    outbox.close()
    assert [(one.tag, facts_of(one).again) for one in tongue.heard] == [(11, True), (12, True), (13, False)]
    with_nothing = Outbox(tmp_path / "outbox")
    assert with_nothing.first() is None
    with_nothing.close()


def test_a_peer_that_hangs_holds_up_neither_who_tells_nor_the_end(tmp_path: Path) -> None:
    tongue, ear = Script(), Ear()
    tongue.may_go_on.clear()
    outbox = Outbox(tmp_path / "outbox")
    speaker = Speaker(tongue, ear.outcome, ear.wire, outbox, AT_ONCE)
    for tag in range(1, 51):
        speaker.send(reading(tag), tag)  # returns although the peer hangs: else this test would
    assert tongue.is_under_way.wait(PATIENCE_S)
    ear.wait(lambda: outbox.waiting == 50)
    assert not speaker.close(0)
    outbox.close()
    tongue.may_go_on.set()
    again = Outbox(tmp_path / "outbox")
    assert again.waiting == 50 and ear.outcomes == []
    again.close()
