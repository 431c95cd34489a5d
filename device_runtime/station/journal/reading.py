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
    MAGIC,
    PIECES,
    SCHEMA_VERSION,
    Row,
    checked,
    delivery_of_row,
    piece_of_row,
    uri,
)
from device_runtime.station.journal.entry import Delivery, Entry

_AT_ONCE = 1_000  # rows: a long reading in one go would keep the writer's log growing


class JournalReader:
    """Reads a journal; a context manager that closes it.

    Args:
        path: of the database.

    Raises:
        JournalError: there is no journal, or it cannot be read.
    """

    def __init__(self, path: Path | str) -> None:
        self._shown = printable(path)
        path = Path(path)
        try:
            require_regular(path)
            with path.open("rb") as file:
                if file.read(len(MAGIC)) != MAGIC:
                    raise JournalError(f"{self._shown} is no journal")
        except FileError as error:
            raise JournalError(str(error)) from None
        except OSError as error:
            raise JournalError(f"the journal {self._shown} cannot be read: {error.strerror or error}") from None
        with self._explained():
            self._connection = _connected(path)
        application, version = (self._value(f"PRAGMA {name}") for name in ("application_id", "user_version"))
        if application != APPLICATION_ID:
            self.close()
            raise JournalError(f"{self._shown} is a database of another program, and no journal")
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
        with self._explained():
            select = f"SELECT {PIECES}, checksum FROM pieces ORDER BY id DESC LIMIT ?"
            rows = self._connection.execute(select, (count,)).fetchall()
        return self._with_deliveries(rows[::-1])

    def after(self, id: int, count: int = _AT_ONCE) -> tuple[Entry, ...]:
        """The next pieces behind an id, in order; raises JournalError as `last`."""
        with self._explained():
            rows = self._connection.execute(
                f"SELECT {PIECES}, checksum FROM pieces WHERE id > ? ORDER BY id LIMIT ?", (id, count)
            ).fetchall()
        return self._with_deliveries(rows)

    def since(self, wall_ns: int = 0) -> Iterator[Entry]:
        """All pieces that began then or later by the wall clock, in the order of ids; raises JournalError as `last`."""
        id_ = 0
        while entries := self.after(id_):
            id_ = entries[-1].piece.id
            yield from (entry for entry in entries if entry.piece.began.wall_ns >= wall_ns)

    def _with_deliveries(self, rows: list[Row]) -> tuple[Entry, ...]:
        if not rows:
            return ()
        found: dict[int, list[Delivery]] = defaultdict(list)
        with self._explained():
            pieces = [piece_of_row(row) for row in checked(rows)]
            between = (pieces[0].id, pieces[-1].id)
            select = f"SELECT {DELIVERIES}, checksum FROM deliveries WHERE piece BETWEEN ? AND ? ORDER BY number"
            for row in checked(self._connection.execute(select, between)):
                delivery = delivery_of_row(row)
                found[delivery.piece].append(delivery)
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
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:  # the latter: a row that is none
            raise JournalError(
                f"the journal {self._shown} is damaged ({error}); the station that writes it mends it when it starts"
            ) from error


def _connected(path: Path) -> sqlite3.Connection:
    """Open it as it is; where SQLite may write no files of its own beside it, as one that does not change."""
    connection = sqlite3.connect(uri(path, "mode=ro"), uri=True, check_same_thread=False)
    try:
        connection.execute("PRAGMA schema_version")
        return connection
    except sqlite3.OperationalError:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise
    return sqlite3.connect(uri(path, "mode=ro&immutable=1"), uri=True, check_same_thread=False)
