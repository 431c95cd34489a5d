"""Pieces are written in order by a thread; trouble with the disk is waited out, and told."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from device_runtime.errors import JournalDamagedError, JournalError
from device_runtime.station.journal import recorder as recorder_module
from device_runtime.station.journal.entry import Delivery, Piece
from device_runtime.station.journal.journal import Journal
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.journal.recorder import Recorder
from tests.device_runtime.station.journal.pieces import Clock, piece


class Disk:
    """Stands before a journal's `record`, and lets it fail."""

    def __init__(self, journal: Journal) -> None:
        self.error: JournalError | None = None
        self.batches: list[int] = []
        self._record = journal.record
        journal.record = self.record  # type: ignore[method-assign]

    def record(self, pieces: Sequence[Piece], deliveries: Sequence[Delivery] = ()) -> None:
        if self.error:
            raise self.error
        self.batches.append(len(pieces))
        self._record(pieces, deliveries)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def ids_in(path: Path) -> list[int]:
    with JournalReader(path) as reader:
        return [entry.piece.id for entry in reader.since()]


def test_what_waits_for_a_full_disk_is_written_together_and_in_order(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        disk = Disk(journal)
        with Recorder(journal, retry_s=0.01) as recorder:
            disk.error = JournalError("the disk is full")
            given = [journal.new_id() for _ in range(30)]
            for id_ in given:
                recorder.put(piece(id_, clock()), Delivery(id_, clock(), "wire", "acknowledged"))
            until(lambda: recorder.trouble)
            assert recorder.trouble == "the disk is full" and ids_in(path) == []
            disk.error = None
            until(lambda: len(ids_in(path)) == 30)
            assert disk.batches == [30]
            until(lambda: recorder.trouble is None)
            recorder.put(piece(last := journal.new_id(), clock()))
        assert ids_in(path) == [*given, last] and recorder.lost == 0


def test_a_file_that_is_damaged_under_way_is_mended(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        first = [journal.new_id() for _ in range(200)]
        journal.record([piece(id_, clock()) for id_ in first])
        journal.mend()  # so that all is in the file itself
        assert journal.mended is None
        with path.open("r+b") as file:
            file.seek(2 * 4096)  # the table of pieces begins in one of these pages
            file.write(b"\xff" * 6 * 4096)
        with Recorder(journal, retry_s=0.01) as recorder:
            recorder.put(piece(last := journal.new_id(), clock()), Delivery(first[0], clock(), "wire", "acknowledged"))
            until(lambda: journal.mended or ids_in_quietly(path)[-1:] == [last])
        journal.mend()  # in case the damage has not been in the way yet
        assert ids_in(path)[-1] == last and path.with_name("journal.damaged-1").exists()


def ids_in_quietly(path: Path) -> list[int]:
    try:
        return ids_in(path)
    except JournalError:
        return []


def test_the_oldest_are_lost_when_too_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "MOST_WAITING", 5)
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        disk = Disk(journal)
        recorder = Recorder(journal, retry_s=0.01)
        disk.error = JournalDamagedError("nothing can be mended here")
        given = [journal.new_id() for _ in range(8)]
        for id_ in given:
            recorder.put(piece(id_, clock()))
        assert recorder.lost == 3
        disk.error = None
        assert recorder.close(60) == 0 and ids_in(path) == given[3:]


def test_a_piece_that_is_refused_stops_no_other(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal:
        given = [journal.new_id() for _ in range(20)]
        journal.record([piece(given[4], clock())])
        with Recorder(journal) as recorder:
            recorder.put(*(piece(id_, clock()) for id_ in [*given[:15], given[6], 999_999, *given[15:]]))
        assert recorder.lost == 3 and ids_in(path) == given


def test_the_end_waits_no_longer_than_it_may(tmp_path: Path) -> None:
    clock = Clock()
    with Journal(tmp_path / "journal", clock) as journal:
        Disk(journal).error = JournalError("the disk is full")
        recorder = Recorder(journal, retry_s=100)
        recorder.put(piece(journal.new_id(), clock()))
        began = time.monotonic()
        assert recorder.close() == 1 and time.monotonic() - began < 30


def test_a_file_that_is_deleted_is_noticed_and_told_and_ids_go_on_in_a_new_one(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "journal"
    with Journal(path, clock) as journal, Recorder(journal, retry_s=0.2) as recorder:
        recorder.put(piece(first := journal.new_id(), clock()))
        until(lambda: ids_in_quietly(path) == [first])
        for one in tmp_path.iterdir():  # its ids and its lock too
            one.unlink()
        until(lambda: recorder.trouble)  # though no piece comes
        assert recorder.trouble and "journal was deleted or replaced while it was written" in recorder.trouble
        until(lambda: recorder.trouble is None)
        assert int((tmp_path / "journal.ids").read_text()) > first
        with pytest.raises(JournalError, match="written by another process"):
            Journal(path, clock)
        recorder.put(piece(second := journal.new_id(), clock()))
        until(lambda: ids_in_quietly(path) == [second])
        assert second == first + 1 and recorder.lost == 0


def test_a_file_that_is_replaced_is_not_written_past(tmp_path: Path) -> None:
    clock, path, other = Clock(), tmp_path / "journal", tmp_path / "other"
    with Journal(other, clock) as journal:
        for _ in range(9):
            last = journal.new_id()
        journal.record([piece(last, clock())])
    with Journal(path, clock) as journal:
        journal.record([piece(first := journal.new_id(), clock())])
        other.replace(path)
        with pytest.raises(JournalDamagedError, match="deleted or replaced"):
            journal.record([piece(second := journal.new_id(), clock())])
        journal.mend()
        assert (first, second) == (1, 2) and ids_in(path) == [9]
        assert journal.new_id() == 10  # behind all that the other one has


def test_a_folder_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    clock, folder = Clock(), tmp_path / "usb"
    folder.mkdir()
    with Journal(folder / "journal", clock) as journal, Recorder(journal, retry_s=0.01) as recorder:
        recorder.put(piece(journal.new_id(), clock()))
        until(lambda: ids_in_quietly(folder / "journal") == [1])
        folder.rename(tmp_path / "elsewhere")
        until(lambda: recorder.trouble and "No such file" in recorder.trouble)
        recorder.put(piece(journal.new_id(), clock()))
        (tmp_path / "elsewhere").rename(folder)
        until(lambda: ids_in_quietly(folder / "journal") == [1, 2])  # the first was not lost
