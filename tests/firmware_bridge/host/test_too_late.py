"""Reports of pieces that were triggered: none is sent when it is of no use, or may name another piece."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from firmware_bridge import ControllerRestarted, GuardedOutbox, Outbox, Sorter, WireBack, WireLost
from firmware_bridge.protocol.notice import Capability
from tests.firmware_bridge.host.conversing import Talk

RESTARTED = "the controller was restarted, and the number may name another piece"


def silent(data: bytes) -> bytes:
    return b""


def unchanged(data: bytes) -> bytes:
    return data


def told(talk: Talk) -> list[tuple[int, str, str]]:
    return [(one.tag, one.how, one.detail) for one in talk.outcomes()]


def test_what_waited_too_long_is_not_sent_and_what_is_under_way_is_not_sent_again() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.there = silent
    talk.answer(1, 2, use_s=2)
    talk.answer(3, use_s=5)
    talk.send(4)
    talk.run(4)
    assert told(talk) == [(1, "unconfirmed", "too late"), (2, "dropped", "too late")]
    assert len(talk.of(WireLost)) == 1
    talk.there = unchanged
    talk.run(2)
    assert told(talk)[2:] == [(3, "delivered", ""), (4, "delivered", "")]
    assert talk.acted() == [3, 4] and len(talk.of(WireBack)) == 2


def test_silence_is_told_though_each_report_is_given_up_before() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.back = silent
    for piece in range(1, 30):
        talk.answer(piece, use_s=0.3)
        talk.run(0.1)
    assert len(talk.of(WireLost)) == 1 and len(talk.outcomes()) > 20


def test_a_report_that_was_given_up_long_ago_does_not_make_the_next_one_unanswered() -> None:
    talk = Talk(Sorter(speaks=Capability(0)))  # without heartbeats nothing is said in between
    talk.run(0.1)
    talk.back = silent
    talk.answer(1, use_s=0.3)
    talk.run(1)
    talk.back = unchanged
    talk.now_s += 3600
    talk.answer(2)
    talk.run(0.1)
    assert [how for _, how, _ in told(talk)] == ["unconfirmed", "delivered"] and talk.of(WireLost) == []


def test_a_port_that_was_away_too_long_takes_nothing_of_before() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.back = silent
    talk.answer(1)
    talk.run(0.05)
    talk.exchange.lost("it went away")
    talk.answer(2)
    talk.now_s += 8
    talk.back = unchanged
    talk.exchange.opened(talk.now_s)
    talk.answer(3)
    talk.run(0.2)
    assert [how for _, how, _ in told(talk)] == ["unconfirmed", "dropped", "delivered"] and talk.acted() == [1, 3]


def test_while_it_greets_in_vain_it_gives_up_as_well() -> None:
    talk = Talk(there=silent)
    talk.answer(1)
    talk.run(3)
    assert told(talk) == [(1, "dropped", "too late")]


def test_a_controller_that_was_restarted_gets_no_answers_of_its_earlier_life() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.there = silent
    talk.answer(1, 2, 3)
    talk.send(9)
    talk.run(0.5)
    talk.sorter.restart()
    talk.there = unchanged
    talk.run(1)
    assert talk.of(ControllerRestarted) == [ControllerRestarted(1)]
    talk.answer(4, life=0)  # it was triggered before the restart, and decided only now
    talk.answer(1, life=1)
    talk.run(0.1)
    assert told(talk) == [
        (1, "unconfirmed", "the controller restarted while it was on its way"),
        (2, "dropped", RESTARTED),
        (3, "dropped", RESTARTED),
        (9, "delivered", ""),
        (4, "dropped", RESTARTED),
        (1, "delivered", ""),
    ]
    assert talk.acted() == [9, 1]


def test_the_only_copy_of_an_answer_is_not_sent_to_the_next_life_either() -> None:
    talk = Talk()
    talk.run(0.1)
    talk.sorter.restart()
    talk.answer(1)
    talk.run(0.1)
    assert told(talk) == [(1, "dropped", RESTARTED)] and talk.acted() == []


@pytest.mark.parametrize("restarted", [False, True], ids=["lives", "restarted"])
@pytest.mark.parametrize("remembers", [False, True], ids=["forgets", "remembers"])
def test_an_outbox_keeps_its_promise_to_who_knows_the_session(tmp_path: Path, restarted: bool, remembers: bool) -> None:
    """However late: once, under its own number, unless the controller has forgotten which pieces it named."""
    speaks = Capability.NO_READ | Capability.HEARTBEAT | (Capability.REMEMBERS if remembers else Capability(0))
    outbox = Outbox(tmp_path / "outbox")
    talk = Talk(Sorter(speaks=speaks), GuardedOutbox(outbox, lambda line: None))
    talk.run(0.1)
    talk.back = silent  # the first one arrives, and is acted upon; nobody hears so
    talk.answer(1, 2)
    talk.run(10)
    if restarted:
        talk.sorter.restart()
    talk.back = unchanged
    talk.run(3)
    if restarted and not remembers:
        assert [how for _, how, _ in told(talk)] == ["unconfirmed", "dropped"] and talk.acted() == [1]
    else:
        assert [how for _, how, _ in told(talk)] == ["delivered", "delivered"] and talk.acted() == [1, 2]
    assert outbox.waiting == 0
    outbox.close()


def test_a_disk_that_fails_between_doubles_no_answer(tmp_path: Path) -> None:
    class FullOutbox(Outbox):
        is_full = False

        def _do(self, statement: str, *values: object) -> sqlite3.Cursor:
            if self.is_full:
                full = sqlite3.OperationalError("database or disk is full")
                full.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise full
            return super()._do(statement, *values)

    outbox = FullOutbox(tmp_path / "outbox")
    queue = GuardedOutbox(outbox, lambda line: None)
    talk = Talk(queue=queue)
    talk.answer(1)
    queue.first()
    outbox.is_full = True
    talk.run(0.2)
    assert told(talk) == [(1, "delivered", "")] and talk.acted() == [1]
    outbox._database.close()
