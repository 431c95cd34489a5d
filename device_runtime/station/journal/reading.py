"""The journal for those who only read it, also while a station writes it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from device_runtime.errors import FileError, JournalError
from device_runtime.files.regular import printable, require_regular
from device_runtime.station.journal.database import (
    APPLICATION_ID,
    DELIVERIES,
    HEADER_BYTES,
    PIECES,
    SCHEMA_VERSION,
    Row,
    connected,
    damage_by,
    delivery_of_row,
    foreign_by,
    piece_of_row,
    whole,
)
from device_runtime.station.journal.entry import Delivery, Entry
from device_runtime.station.journal.recovery import IDS, beside

_AT_ONCE = 1_000  # rows: a long reading in one go would keep the writer's log growing


class JournalReader:
    """Reads a journal; a context manager that closes it.

    Args:
        path: of the database.

    Attributes:
        left_out: rows that were read and had other values than were written.

    Raises:
        JournalError: there is no journal, or it cannot be read.
    """

    def __init__(self, path: Path | str) -> None:
        self.left_out = 0
        self._shown = printable(path)
        path = Path(path)
        try:
            require_regular(path)
            with path.open("rb") as file:
                head = file.read(HEADER_BYTES)
        except FileError as error:
            raise JournalError(str(error)) from None
        except OSError as error:
            raise JournalError(f"the journal {self._shown} cannot be read: {error.strerror or error}") from None
        if (foreign := foreign_by(head)) and not beside(path, IDS).exists():
            raise JournalError(f"{self._shown} {foreign}")
        if damage := damage_by(head):
            raise self._damaged(damage)
        with self._explained():
            self._connection = _opened(path)
        application, version = (self._value(f"PRAGMA {name}") for name in ("application_id", "user_version"))
        if application != APPLICATION_ID:
            self.close()
            raise JournalError(f"{self._shown} is a database of another program")
        if version > SCHEMA_VERSION:
            self.close()
            raise JournalError(f"{self._shown} is a journal of a newer posteye (format {version}); update this one")

    def __enter__(self) -> JournalReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def last(self, count: int) -> tuple[Entry, ...]:
        """The last pieces, in the order of their ids.

        Raises:
            JournalError: the journal is damaged or cannot be read.
        """
        return self._entries(self._rows("ORDER BY id DESC LIMIT ?", count)[::-1])

    def after(self, id: int, count: int = _AT_ONCE) -> tuple[Entry, ...]:
        """The next pieces behind an id, in order; raises JournalError as `last`."""
        return self._entries(self._rows("WHERE id > ? ORDER BY id LIMIT ?", id, count))

    def since(self, wall_ns: int = 0) -> Iterator[Entry]:
        """All pieces that began then or later by the wall clock, in the order of ids; raises JournalError as `last`."""
        id_ = 0
        while rows := self._rows("WHERE id > ? ORDER BY id LIMIT ?", id_, _AT_ONCE):
            id_ = rows[-1][0]
            yield from (entry for entry in self._entries(rows) if entry.piece.began.wall_ns >= wall_ns)

    def _rows(self, which: str, *values: int) -> list[Row]:
        with self._explained():
            return self._connection.execute(f"SELECT {PIECES}, checksum FROM pieces {which}", values).fetchall()

    def _entries(self, rows: list[Row]) -> tuple[Entry, ...]:
        """The pieces of rows, with their deliveries; what is not as it was written is left out, and counted."""
        if not rows:
            return ()
        found: dict[int, list[Delivery]] = defaultdict(list)
        with self._explained():
            pieces = [piece_of_row(row) for row in whole(rows)]
            select = f"SELECT {DELIVERIES}, checksum FROM deliveries WHERE piece BETWEEN ? AND ? ORDER BY number"
            told = self._connection.execute(select, (rows[0][0], rows[-1][0])).fetchall()
            for row in whole(told):
                delivery = delivery_of_row(row)
                found[delivery.piece].append(delivery)
                self.left_out -= 1
        self.left_out += len(told) + len(rows) - len(pieces)
        return tuple(Entry(piece, tuple(found[piece.id])) for piece in pieces)

    def _value(self, statement: str) -> int:
        with self._explained():
            return int(self._connection.execute(statement).fetchone()[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise JournalError(f"the journal {self._shown} cannot be read: {error}") from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, why: object) -> JournalError:
        mends = "the station that writes it mends it when it starts"
        return JournalError(f"the journal {self._shown} is damaged ({why}); {mends}")


def _opened(path: Path) -> sqlite3.Connection:
    """Open it as it is; where SQLite may write no files of its own beside it, as one that does not change."""
    connection = connected(path, "mode=ro")
    try:
        connection.execute("PRAGMA schema_version")
        return connection
    except sqlite3.OperationalError:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise
    return connected(path, "mode=ro&immutable=1")
