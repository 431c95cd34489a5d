"""What is recorded comes back; ids are never given twice; neither the clock on the wall nor a reader does harm."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from device_runtime.errors import JournalError
from device_runtime.station.journal import ids
from device_runtime.station.journal.entry import Delivery, Piece, piece_of
from device_runtime.station.journal.journal import Journal, Retention
from device_runtime.station.journal.moment import Moment, now
from device_runtime.station.journal.reading import JournalReader
from device_runtime.types import Candidate, Reading
from tests.device_runtime.station.journal.pieces import Clock, piece, recorded

HOUR_S, DAY_S = 3600, 86_400


def read(path: Path) -> list[Piece]:
    with JournalReader(path) as reader:
        return [entry.piece for entry in reader.since()]


def test_a_piece_and_its_deliveries_come_back(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "station journal"
    reading = Reading("rejected", "80331", "rival 80337 at the top", 0.7, (), (Candidate("80331", 0.7),))
    with Journal(path, clock) as journal:
        one = piece_of(journal.new_id(), clock(), 7 * 10**9, reading, "hand", "litert 2", "cd" * 32, "dir:in")
        other = piece_of(journal.new_id(), clock(), None, "the deadline passed\n", "hand", "litert 2", "", "dir:in")
        journal.record([one, other], [Delivery(one.id, clock(), "/dev/ttyS0", "acknowledged", 2, 8.5)])
        clock.run(1)
        journal.record([], [Delivery(one.id, clock(), "mqtt", "refused")])
    with JournalReader(path) as reader:
        first, second = reader.last(5)
    assert first.piece == one and first.piece.candidates == (("80331", 0.7),)
    assert [(told.to, told.outcome, told.tries) for told in first.deliveries] == [
        ("/dev/ttyS0", "acknowledged", 2),
        ("mqtt", "refused", 1),
    ]
    assert second.piece == replace(other, reason="the deadline passed\\n") and second.piece.status == "no_read"
    assert second.piece.latency_ms is None and first.piece.latency_ms == (7 - 100) * 1000


def test_an_id_is_never_given_twice_though_rows_are_deleted(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        given = recorded(journal, clock, 5)
        clock.run(100 * DAY_S)
        assert journal.first_id_of(90) == 6
        assert journal.trim(Retention(days=90)) == 4 and journal.trim(Retention()) == 0
    assert [one.id for one in read(path)] == [5]  # whose time tells how old the next ones are
    with Journal(path, clock) as journal:
        assert given == [1, 2, 3, 4, 5] and journal.new_id() == 6  # which is not recorded
    with Journal(path, clock) as journal:
        assert journal.new_id() == 7
    path.unlink()
    with Journal(path, clock) as journal:
        assert journal.new_id() == 8


def test_ids_go_on_behind_all_that_may_have_been_given(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        recorded(journal, clock, 3)
    given = path.with_name("journal.ids")
    given.unlink()
    with Journal(path, clock) as journal:
        assert journal.new_id() == 3 + ids.BLOCK + 1
    given.write_text("many\n")
    with Journal(path, clock) as journal:
        assert journal.new_id() == 3 + ids.BLOCK + 1
    path.unlink()
    given.write_text("many\n")
    with pytest.raises(JournalError, match=r"journal\.ids is damaged; write into it"):
        Journal(path, clock)
    given.write_text(f"{ids.MOST}\n")
    with Journal(path, clock) as journal:
        assert journal.new_id() == ids.MOST
        with pytest.raises(JournalError, match="begin a new journal"):
            journal.new_id()


def test_ids_are_given_for_hours_while_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "BLOCK", 100)
    with Journal(tmp_path / "journal", Clock()) as journal:
        journal.new_id()
        monkeypatch.setattr(ids, "write_text", _full)
        assert [journal.new_id() for _ in range(99)][-1] == 100
        with pytest.raises(JournalError, match="no id can be given: full"):
            journal.new_id()
        monkeypatch.undo()
        assert journal.new_id() == 101


def _full(*_: object) -> None:
    raise ids.WriteError("full")


def test_a_record_is_whole_or_nothing(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        (first,) = recorded(journal, clock)
        second = journal.new_id()
        with pytest.raises(JournalError, match="has such a piece already"):
            journal.record([piece(second, clock()), piece(first, clock())])
        with pytest.raises(JournalError, match="piece 9 has no id of this journal"):
            journal.record([piece(9, clock())])
        assert [one.id for one in read(path)] == [first]
        journal.record([piece(second, clock())])
    assert [one.id for one in read(path)] == [first, second]


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S, 30 * 365 * DAY_S, -50 * 365 * DAY_S])
def test_a_clock_that_is_set_changes_neither_order_nor_retention(tmp_path: Path, step_s: int) -> None:
    clock, path = Clock(), tmp_path / "journal"
    keep = Retention(days=1)
    with Journal(path, clock) as journal:
        before = recorded(journal, clock, 3)
        clock.wall_s += step_s
        after = recorded(journal, clock, 3)
        clock.run(DAY_S - 20)
        assert journal.trim(keep) == 0
        assert [one.id for one in read(path)] == before + after
        clock.wall_s -= step_s
        clock.run(16)  # the first three are older than a day now, the others are not
        assert journal.trim(keep) == 2 + 1 and journal.first_id_of(1) == after[0]
        assert [one.id for one in read(path)] == after
    with Journal(path, clock) as journal:  # the same run of the machine goes on
        clock.run(DAY_S)
        assert journal.trim(keep) == 2


def test_between_runs_of_the_machine_the_wall_clock_is_believed_for_a_day(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        recorded(journal, clock, 2)
    clock = Clock(clock.wall_s + 1000 * DAY_S, 5, "second")  # or its battery is empty
    with Journal(path, clock) as journal:
        assert journal.trim(Retention(days=2)) == 0 and journal.trim(Retention(days=0.9)) == 1


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        given = recorded(journal, clock, 10)
        journal.record([], [Delivery(id_, clock(), "wire", "acknowledged") for id_ in given])
        assert journal.trim(Retention(pieces=4)) == 6 and journal.trim(Retention(pieces=4)) == 0
    with JournalReader(path) as reader:
        entries = list(reader.since())
        assert [entry.piece.id for entry in entries] == given[6:] and all(
            len(entry.deliveries) == 1 for entry in entries
        )
        assert reader._value("SELECT count(*) FROM deliveries") == 4


def test_one_process_writes_and_others_read(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    context = multiprocessing.get_context("fork")
    begin, done = context.Event(), context.Event()
    with Journal(path, clock) as journal:
        recorded(journal, clock, 50)
        with pytest.raises(JournalError, match="is written by another process"):
            Journal(path)
        reader = context.Process(target=_read_all_the_time, args=(path, begin, done))
        reader.start()
        begin.wait(60)
        for _ in range(40):
            recorded(journal, clock, 5)
            journal.trim(Retention(pieces=60))
        done.set()
        reader.join(60)
        assert reader.exitcode == 0


def _read_all_the_time(path: Path, begin: object, done: object) -> None:
    """Exit with 0 when every look showed whole pieces in order, and never fewer than were kept."""
    with JournalReader(path) as reader:
        begin.set()  # type: ignore[attr-defined]
        highest = 0
        while not done.is_set():  # type: ignore[attr-defined]
            entries = reader.last(60)
            found = [entry.piece.id for entry in entries]
            fine = found == list(range(found[0], found[0] + len(found))) and len(found) >= 50 and found[-1] >= highest
            if not fine or any(entry.piece.code != f"{10000 + entry.piece.id}" for entry in entries):
                os._exit(1)
            highest = found[-1]
    os._exit(0)


def test_time_since_a_moment() -> None:
    before = Moment(5000, 100, "a")
    assert Moment(1, 350, "a").ns_since(before) == 250 and before.ns_since(Moment(1, 350, "a")) == 0
    assert Moment(5600, 3, "b").ns_since(before) == 600 and Moment(4000, 3, "b").ns_since(before) == 0
    assert Moment(10**18, 3, "b").ns_since(before) == DAY_S * 10**9
    assert now().boot == now().boot and now().ns_since(now()) == 0
