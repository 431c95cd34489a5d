"""The outbox: on the disk before it is sent; after a power cut at any statement sent again, and acted upon once."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_bridge import Flags, MemoryQueue, NoReadMessage, Outcome, Sorter
from firmware_bridge.host.exchange import Exchange
from firmware_bridge.host.queues.guarded import GuardedOutbox
from firmware_bridge.host.queues.outbox import Outbox, OutboxError
from firmware_bridge.host.queues.queue import InFlight, Waiting
from firmware_bridge.protocol.notice import Capability
from tests.firmware_bridge.host.conversing import MANNER, Talk, reading

PIECES = (1, 2)
REMEMBERS = Capability.REMEMBERS | Capability.NO_READ


class PowerCutError(Exception):
    """The power went."""


class DyingOutbox(Outbox):
    """An outbox whose machine loses its power before, or just after, the statement of a number."""

    def __init__(self, path: Path, die_at: int, after: bool) -> None:
        self.done, self._die_at, self._after = 0, die_at, after
        super().__init__(path)

    def _do(self, statement: str, *values: object) -> sqlite3.Cursor:
        self.done += 1
        if self.done == self._die_at and not self._after:
            raise PowerCutError
        found = super()._do(statement, *values)
        if self.done == self._die_at:
            raise PowerCutError
        return found


def cut(outbox: Outbox) -> None:
    """What a power cut does to an open file: what was not committed is gone."""
    database = outbox._database
    if database.in_transaction:
        database.rollback()
    database.close()


def as_again(piece: int) -> object:
    return replace(reading(piece), flags=Flags.AGAIN)


def test_reports_wait_on_the_disk_in_order_and_are_flagged_when_they_come_back(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    no_read = NoReadMessage(2, 3, 98, "reject", detail="no picture in time")
    for one in (Waiting(reading(1), 11), Waiting(no_read, 12)):
        assert outbox.put(one) == []
    outbox.keep()
    assert outbox.first() == Waiting(reading(1), 11) and outbox.left_in_flight() is None and outbox.waiting == 2
    outbox.mark(77, 5)
    outbox.close()
    again = Outbox(tmp_path / "outbox")
    assert again.left_in_flight() == InFlight(replace(reading(1), flags=Flags.AGAIN), 77, 5)
    again.remove()
    assert again.first() == Waiting(replace(no_read, flags=Flags.AGAIN), 12)
    again.put(Waiting(reading(3), 13))
    again.remove()
    assert again.first() == Waiting(reading(3), 13)
    again.close()


def test_it_is_bounded_and_what_is_under_way_stays(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox", most=2)
    outbox.put(Waiting(reading(1), 1))
    outbox.mark(77, 5)
    outbox.put(Waiting(reading(2), 2))
    assert outbox.put(Waiting(reading(3), 3)) == [Waiting(reading(2), 2)]
    assert outbox.put(Waiting(reading(4), 4)) == [Waiting(reading(3), 3)]
    assert outbox.waiting == 2 and outbox.first() == Waiting(reading(1), 1)
    outbox.close()


def test_two_programs_cannot_have_the_same_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_bridge.host.queues.outbox._WAIT_S", 0.01)
    outbox = Outbox(tmp_path / "outbox")
    with pytest.raises(OutboxError, match="in use by another program"):
        Outbox(tmp_path / "outbox")
    outbox.close()


def life(
    path: Path, sorter: Sorter, talk: Talk | None, pieces: tuple[int, ...], die_at: int, after: bool
) -> tuple[Talk, bool]:
    """One run of a reader's program; it puts pieces and talks until its power goes (True), or until all is said."""
    outbox = DyingOutbox.__new__(DyingOutbox)
    now = Talk(sorter)
    if talk:
        now.events, now.news, now.now_s = talk.events, talk.news, talk.now_s
    now.exchange = Exchange(MANNER, MemoryQueue())
    try:
        outbox.__init__(path, die_at, after)  # type: ignore[misc]
        now.exchange = Exchange(MANNER, outbox)
        now.exchange.opened(now.now_s)
        for piece in pieces:
            now.send(piece)
            now.run(0.02)
        now.run(0.1)
        outbox.close()
    except PowerCutError:
        if hasattr(outbox, "_database"):
            cut(outbox)
    return now, outbox.done >= die_at


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("restarted", [False, True], ids=["controller lives", "controller restarted too"])
@pytest.mark.parametrize("remembers", [False, True], ids=["forgets", "remembers"])
def test_a_power_cut_at_any_statement_loses_and_doubles_nothing_that_was_kept(
    tmp_path: Path, after: bool, restarted: bool, remembers: bool
) -> None:
    for die_at in range(1, 200):
        folder = tmp_path / str(die_at)
        folder.mkdir()
        sorter = Sorter(speaks=REMEMBERS if remembers else Capability.NO_READ)
        first, died = life(folder / "outbox", sorter, None, PIECES, die_at, after)
        if not died:
            assert die_at > 20 and first.acted() == list(PIECES)
            return
        acted_before = first.acted()
        if restarted:
            sorter.restart()
        kept = kept_pieces(folder / "outbox")
        second, _ = life(folder / "outbox", sorter, first, (9,), 10**6, after)
        acted = second.acted()
        assert acted == sorted(set(acted)), (die_at, acted)  # none twice, none out of order
        assert 9 in acted
        unconfirmed = {one.report.piece for one in second.outcomes() if one.how == "unconfirmed"}
        assert set(acted_before) | set(kept) <= set(acted) | unconfirmed, die_at
        if remembers or not restarted:
            assert not unconfirmed and set(kept) <= set(acted), die_at
    raise AssertionError("the program never came to its end")


def kept_pieces(path: Path) -> list[int]:
    """What is on the disk after the cut."""
    if not path.exists():
        return []
    outbox = Outbox(path)
    rows = outbox._database.execute("SELECT payload FROM reports").fetchall()
    outbox.close()
    return [int.from_bytes(payload[:4], "little") for (payload,) in rows]


def test_a_file_cut_anywhere_is_refused_or_gives_back_what_was_put(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    outbox = Outbox(whole)
    for piece in range(1, 200):
        outbox.put(Waiting(reading(piece), piece))
    outbox.keep()
    outbox.close()
    data = whole.read_bytes()
    refused = 0
    for length in range(0, len(data), 509):
        path = tmp_path / f"cut{length}"
        path.write_bytes(data[:length])
        try:
            cut_off = Outbox(path)
            while one := cut_off.first():
                assert one == Waiting(replace(reading(one.tag), flags=Flags.AGAIN), one.tag)
                cut_off.remove()
            cut_off.close()
        except OutboxError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 10


def test_a_report_that_changed_on_the_disk_is_never_sent(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    outbox = Outbox(path)
    outbox.put(Waiting(reading(10115), 1))
    outbox.keep()
    outbox.close()
    data = path.read_bytes()
    assert data.count(b"10115") == 1
    path.write_bytes(data.replace(b"10115", b"10116"))
    changed = Outbox(path)
    with pytest.raises(OutboxError, match="report 1 has changed on the disk"):
        changed.first()
    changed.close()


def test_something_else_is_no_outbox(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    path.write_bytes(b"hello\n" * 500)
    with pytest.raises(OutboxError, match="is no outbox, or is damaged"):
        Outbox(path)
    with pytest.raises(OutboxError, match="cannot be used as an outbox"):
        Outbox(tmp_path / "nowhere" / "outbox")


@pytest.mark.parametrize("fails_at", range(12, 40))
def test_when_the_disk_fails_reports_go_out_from_memory_and_each_once(tmp_path: Path, fails_at: int) -> None:
    class FullOutbox(Outbox):
        done = 0

        def _do(self, statement: str, *values: object) -> sqlite3.Cursor:
            self.done += 1
            if self.done >= fails_at:
                full = sqlite3.OperationalError("database or disk is full")
                full.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise full
            return super()._do(statement, *values)

    told: list[str] = []
    outbox = FullOutbox(tmp_path / "outbox")
    talk = Talk(queue=GuardedOutbox(outbox, told.append))
    for piece in range(1, 6):
        talk.send(piece)
        talk.run(0.05)
    talk.run(1)
    assert len(told) == 1 and "database or disk is full" in told[0] and "wait in memory" in told[0]
    talk.back = lambda data: b""
    talk.send(6)
    talk.run(0.1)
    assert [(one.how, one.tag) for one in talk.exchange.closed() if isinstance(one, Outcome)] == [("unconfirmed", 6)]
    acted = talk.acted()[:-1]
    assert acted == sorted(set(acted)) and acted[-4:] == [2, 3, 4, 5]
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("delivered", piece) for piece in acted]
    outbox._database.close()
    assert {*acted, *kept_pieces(tmp_path / "outbox")} == {1, 2, 3, 4, 5}  # what is not out waits for the next start
