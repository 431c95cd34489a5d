"""A damaged journal: what of it is whole goes into a new file, and the old one is kept aside.

Every step may be the last before a power cut. The new file is built under a name of its own; with the name `.salvaged`
it is complete, and whoever opens the journal next finishes what is left to do.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from device_runtime.errors import JournalError
from device_runtime.files.atomic import sync_folder
from device_runtime.files.regular import printable
from device_runtime.station.journal.database import (
    APPLICATION_ID,
    DELIVERIES,
    HEADER_BYTES,
    PIECES,
    SCHEMA_VERSION,
    Row,
    checksum,
    connected,
    create_tables,
    damage_by,
    foreign_by,
    insert_deliveries,
    insert_pieces,
)

_MOST_PROBES = 5_000  # for the whole rows of a table
_HIGHEST_ROW = 2**40
IDS = ".ids"


@dataclass(frozen=True)
class Mended:
    """A journal that was damaged.

    Attributes:
        damage: what was wrong, in SQLite's words.
        aside: where the old file is kept.
        pieces: how many could be saved.
    """

    damage: str
    aside: Path
    pieces: int

    def __str__(self) -> str:
        saved = f"{self.pieces:,} pieces are saved" if self.pieces else "no piece could be saved"
        return f"the journal was damaged ({self.damage}): {saved}, and the old file is {self.aside}"


def prepare(path: Path) -> Mended | None:
    """Leave a journal that can be written: a new one, the one that stands there, or what of it is whole.

    Args:
        path: of the journal. Nobody else may write it.

    Returns:
        What was done about damage; None where there was none.

    Raises:
        JournalError: something else stands there, or a newer program's journal, or it cannot be done.
    """
    try:
        _finish(path)
        part = _new_part(path)
        ours = beside(path, IDS).exists()  # a journal has been here before
        damage = _damage_of(path, ours) if path.exists() and (ours or path.stat().st_size) else None
        if damage:
            return _mend(path, damage, part)
        if not path.exists() or not path.stat().st_size:
            _build(part, None)
            drop_wal(path)  # of a file that was deleted
            os.replace(part, path)
            sync_folder(path.parent)
        return None
    except (OSError, sqlite3.Error) as error:
        raise JournalError(f"the journal {printable(path)} cannot be opened: {error}") from error


def beside(path: Path, end: str) -> Path:
    """The name of a file that belongs to another."""
    return path.with_name(path.name + end)


def drop_wal(path: Path) -> None:
    """Delete what SQLite has kept beside a file that stands there no more; it would spoil a new one."""
    for end in ("-wal", "-shm"):
        beside(path, end).unlink(missing_ok=True)
    sync_folder(path.parent)


def _damage_of(path: Path, ours: bool) -> str | None:
    """Look for damage; None where there is none."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if not ours and (foreign := foreign_by(head)):
        raise JournalError(f"{printable(path)} {foreign}; choose another name")
    if damage := damage_by(head):
        return damage
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:  # it undoes what was half done
            told = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    if told != "ok":
        return " ".join(told.split())
    if application != APPLICATION_ID:
        raise JournalError(f"{printable(path)} is a database of another program; choose another name")
    if version > SCHEMA_VERSION:
        raise JournalError(f"{printable(path)} is a journal of a newer posteye (format {version}); update this one")
    wal = beside(path, "-wal")
    if path.stat().st_size % _page_bytes(head) and not (wal.exists() and wal.stat().st_size):
        return "it is cut off within a page"  # SQLite would read zeros there
    return None


def _finish(path: Path) -> None:
    """Put a salvaged journal in its place, if one is waiting for that."""
    salvaged = beside(path, ".salvaged")
    if salvaged.exists():
        drop_wal(path)
        os.replace(salvaged, path)
        sync_folder(path.parent)


def _mend(path: Path, damage: str, part: Path) -> Mended:
    """Set a damaged journal aside, with what of it is whole in its place."""
    try:
        aside = next(name for n in count(1) if not (name := beside(path, f".damaged-{n}")).exists())
        for end in ("-wal", ""):
            if (old := beside(path, end)).exists():
                _keep(old, beside(aside, end))
        saved = _build(part, aside)
        os.replace(part, beside(path, ".salvaged"))
        sync_folder(path.parent)
        _finish(path)
    except (OSError, sqlite3.Error) as error:
        raise JournalError(
            f"the journal {printable(path)} is damaged ({damage}) and cannot be mended: {error}"
        ) from error
    return Mended(damage, aside, saved)


def _new_part(path: Path) -> Path:
    """The name under which a new journal is built, with nothing left there by a power cut."""
    part = beside(path, ".part")
    for end in ("", "-journal", "-wal", "-shm"):
        beside(part, end).unlink(missing_ok=True)
    return part


def _page_bytes(head: bytes) -> int:
    """The size of a page by the first bytes of a database (Database File Format of SQLite, section 1.3.2)."""
    size = int.from_bytes(head[16:18])
    return 65536 if size == 1 else max(size, 1)


def _keep(old: Path, aside: Path) -> None:
    try:
        os.link(old, aside)
    except OSError:  # a file system without hard links
        shutil.copyfile(old, aside)


def _build(new: Path, old: Path | None) -> int:
    """Make a journal with the whole rows of a damaged one, if there is one; returns how many pieces there are."""
    with closing(sqlite3.connect(new, isolation_level=None)) as into:
        into.execute("PRAGMA synchronous = FULL")
        create_tables(into)
        if old is not None:
            into.execute("BEGIN")
            with closing(connected(old, "mode=ro")) as source:
                source.execute("PRAGMA writable_schema = ON")  # else a file that is too short is refused as a whole
                insert_pieces(into, _whole_rows(source, "pieces", "id", PIECES))
                insert_deliveries(into, _whole_rows(source, "deliveries", "number", DELIVERIES))
            into.execute("COMMIT")
            beside(old, "-shm").unlink(missing_ok=True)
        pieces: int = into.execute("SELECT count(*) FROM pieces").fetchone()[0]
        into.execute("PRAGMA journal_mode = WAL")
    return pieces


def _whole_rows(source: sqlite3.Connection, table: str, key: str, columns: str) -> Iterator[Row]:
    """The rows of a table whose checksum fits; where reading fails, each half of what is left is tried by itself."""
    waiting = [(0, _HIGHEST_ROW)]
    select = f"SELECT {key}, {columns}, checksum FROM {table} WHERE {key} BETWEEN ? AND ? ORDER BY {key}"
    try:
        source.execute(f"{select} LIMIT 0", (0, 0))
    except sqlite3.DatabaseError:  # what the tables are is lost
        return
    for _ in range(_MOST_PROBES):
        if not waiting:
            return
        low, high = waiting.pop()
        try:
            for number, *row, sum_ in source.execute(select, (low, high)):
                if isinstance(number, int) and number >= low:
                    low = number + 1
                    if checksum(tuple(row)) == sum_:
                        yield tuple(row)
        except sqlite3.DatabaseError:
            middle = (low + high) // 2
            if low < high:
                waiting += [(middle + 1, high), (low, middle)]
