"""A journal that is damaged is told, kept aside, and what of it is whole goes on; nothing else is touched."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_runtime.errors import JournalError
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.journal import Journal
from device_runtime.station.journal.reading import JournalReader
from tests.device_runtime.station.journal.pieces import Clock, piece

PIECES = 120


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A journal of some pages."""
    clock, path = Clock(), tmp_path / "made" / "journal"
    path.parent.mkdir()
    with Journal(path, clock) as journal:
        given = [journal.new_id() for _ in range(PIECES)]
        told = [Delivery(id_, clock(), "wire", "acknowledged") for id_ in given]
        journal.record([piece(id_, clock()) for id_ in given], told)
    return path


def entries_of(path: Path) -> dict[int, str | None]:
    with JournalReader(path) as reader:
        return {entry.piece.id: entry.piece.code for entry in reader.since()}


def test_a_file_cut_anywhere_keeps_what_is_whole(made: Path) -> None:
    data, ids = made.read_bytes(), made.with_name("journal.ids").read_bytes()
    draw, saved = random.Random(2), []
    cuts = [0, 1, 15, 16, 99, 100, 4095, 4096, 4097, len(data) - 1, *(draw.randrange(len(data)) for _ in range(8))]
    for cut in sorted(cuts):
        for old in made.parent.iterdir():
            old.unlink()
        made.write_bytes(data[:cut])
        made.with_name("journal.ids").write_bytes(ids)
        if cut < len(data) - 1:
            with pytest.raises(JournalError, match=r"is damaged"):
                entries_of(made)
        with Journal(made, Clock()) as journal:
            assert journal.mended is not None and journal.mended.aside.read_bytes() == data[:cut]
            assert "\n" not in str(journal.mended) and "is kept" not in str(journal.mended)
            assert journal.new_id() == PIECES + 1
        found = entries_of(made)
        assert len(found) == journal.mended.pieces
        assert all(code == f"{10000 + id_}" for id_, code in found.items())
        saved.append(len(found))
        with Journal(made, Clock()) as journal:
            assert journal.mended is None
    assert saved == sorted(saved) and saved[0] == 0 and saved[-1] >= PIECES - 3


@pytest.mark.parametrize("ids", [True, False])
def test_a_file_of_which_only_the_first_bytes_are_left_is_told_as_damaged_and_mended(made: Path, ids: bool) -> None:
    data, reserved = made.read_bytes(), made.with_name("journal.ids").read_bytes()
    for length in range(121):
        for old in made.parent.iterdir():
            old.unlink()
        made.write_bytes(data[:length])
        if ids:
            made.with_name("journal.ids").write_bytes(reserved)
        with pytest.raises(JournalError, match=r"the journal .* is damaged \(.*the station that writes it mends it"):
            entries_of(made)
        assert made.read_bytes() == data[:length]
        if length not in (0, 1, 15, 16, 24, 71, 72, 99, 100):  # a disk is waited for
            continue
        with Journal(made, Clock()) as journal:  # an empty file that nothing stands beside is a new journal's
            assert (journal.mended is not None) is (ids or length > 0)
        assert entries_of(made) == {}


def test_another_program_s_database_stays_as_it_is_whole_or_cut_off(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    _database(other, "CREATE TABLE t (x); INSERT INTO t VALUES (1); PRAGMA application_id = 77")
    data = other.read_bytes()
    for length in (*range(72, 121), 4096, 5000, len(data)):  # from 72 on the header says whose it is
        other.write_bytes(data[:length])
        for attempt in (Journal, JournalReader):
            with pytest.raises(JournalError, match="is a database of another program"):
                attempt(other)
        assert other.read_bytes() == data[:length] and not list(tmp_path.glob("*damaged*"))


def test_a_beginning_that_is_gone_is_told_where_a_journal_has_been(made: Path) -> None:
    made.write_bytes(bytes(512) + made.read_bytes()[512:])
    with pytest.raises(JournalError, match=r"is damaged \(its beginning is gone\)"):
        entries_of(made)


def test_a_page_of_rubbish_costs_its_own_pieces_alone(made: Path) -> None:
    data = bytearray(made.read_bytes())
    pages = [at for at in range(8192, len(data), 4096) if data[at] == 0x0D and b"v4l2" in data[at : at + 4096]]
    data[pages[1] : pages[1] + 4096] = random.Random(4).randbytes(4096)
    made.write_bytes(data)
    with Journal(made, Clock()) as journal:
        assert journal.mended is not None
        assert PIECES * 0.6 < journal.mended.pieces < PIECES
    found = entries_of(made)
    assert found == {id_: f"{10000 + id_}" for id_ in found}


def test_a_changed_code_is_left_out(made: Path) -> None:
    data = made.read_bytes()
    made.write_bytes(data.replace(b"10007", b"10001", 1))
    with JournalReader(made) as reader:
        assert [entry.piece.id for entry in reader.since()] == [id_ for id_ in range(1, PIECES + 1) if id_ != 7]
        assert reader.left_out == 1


def test_whatever_bytes_change_no_wrong_row_is_told(made: Path) -> None:
    data, draw = made.read_bytes(), random.Random(8)
    for _ in range(40):
        changed = bytearray(data)
        for _ in range(draw.randint(1, 3)):
            changed[draw.randrange(100, len(data))] ^= 1 << draw.randrange(8)
        for old in made.parent.glob("journal.damaged*"):
            old.unlink()
        made.write_bytes(changed)
        with Journal(made, Clock()):
            pass
        found = entries_of(made)
        assert found == {id_: f"{10000 + id_}" for id_ in found} and set(found) <= set(range(1, PIECES + 1))


def test_damage_behind_damage_is_kept_too(made: Path) -> None:
    for number in (1, 2, 3):
        made.write_bytes(made.read_bytes()[:-3000])
        with Journal(made, Clock()) as journal:
            assert journal.mended is not None and journal.mended.aside.name == f"journal.damaged-{number}"
            journal.record([piece(journal.new_id(), Clock()()) for _ in range(20)])


def test_without_hard_links_the_old_file_is_copied(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.write_bytes(made.read_bytes()[:9000])
    monkeypatch.setattr(os, "link", _refuse)
    with Journal(made, Clock()) as journal:
        assert journal.mended is not None and journal.mended.aside.stat().st_size == 9000


def _refuse(*_: object) -> None:
    raise PermissionError(1, "no links here")


def test_what_is_no_journal_stays_as_it_is(tmp_path: Path) -> None:
    picture, other, newer = tmp_path / "a.png", tmp_path / "other.db", tmp_path / "newer"
    picture.write_bytes(b"\x89PNG" * 999)
    _database(other, "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    _database(newer, "CREATE TABLE t (x); PRAGMA application_id = 1346722117; PRAGMA user_version = 2")
    for path, message in ((picture, "is no journal"), (other, "of another program"), (newer, "newer posteye")):
        before = path.read_bytes()
        for attempt in (Journal, JournalReader):
            with pytest.raises(JournalError, match=message):
                attempt(path)
        assert path.read_bytes() == before
    with pytest.raises(JournalError, match="No such file"):
        JournalReader(tmp_path / "none")
    with pytest.raises(JournalError, match="it is a folder"):
        JournalReader(tmp_path)
    with pytest.raises(JournalError, match="cannot be written: No such file"):
        Journal(tmp_path / "none" / "journal")


def _database(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def test_a_disk_that_fills_up_loses_nothing_and_is_told(made: Path) -> None:
    clock = Clock()
    with Journal(made, clock) as journal, _growing_no_more(made.parent, 60_000):
        taken = [journal.new_id() for _ in range(500)]
        with pytest.raises(JournalError, match=r"cannot be written: (database or disk is full|disk I/O error)"):
            journal.record([piece(id_, clock()) for id_ in taken])
        assert journal.new_id() == taken[-1] + 1
        assert len(entries_of(made)) == PIECES  # reading goes on
    with Journal(made, clock) as journal:
        journal.record([piece(id_, clock()) for id_ in taken])
    assert len(entries_of(made)) == PIECES + 500 and journal.mended is None


def test_a_damaged_journal_on_a_full_disk_stays_as_it_is(made: Path) -> None:
    data = made.read_bytes()[:-100]
    made.write_bytes(data)
    with (
        _growing_no_more(made.parent, 40_000),
        pytest.raises(JournalError, match=r"is damaged .* and cannot be mended"),
    ):
        Journal(made, Clock())
    assert made.read_bytes() == data
    with Journal(made, Clock()) as journal:
        assert journal.mended is not None and journal.mended.pieces > PIECES - 5


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """Put the limit of this process back."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


class _growing_no_more:
    """Within it no file of this process grows beyond so many bytes: as if the disk were full then."""

    def __init__(self, _: Path, size_bytes: int) -> None:
        self._size = size_bytes

    def __enter__(self) -> None:
        import resource

        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._size, self._before[1]))

    def __exit__(self, *_: object) -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Be somebody who may not write everywhere, as the superuser may."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_folder_that_cannot_be_written_is_read_and_told(made: Path, request: pytest.FixtureRequest) -> None:
    folder = Path(shutil.copytree(made.parent, f"/tmp/posteye-{os.getpid()}-read-only"))
    try:
        folder.chmod(0o555)
        for file in folder.iterdir():
            file.chmod(0o444)
        request.getfixturevalue("nobody")
        assert len(entries_of(folder / "journal")) == PIECES
        with pytest.raises(JournalError, match="cannot be written: Permission denied"):
            Journal(folder / "journal")
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)
