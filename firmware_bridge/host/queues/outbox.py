"""Reports that survive the reader: each is on the disk before it is sent, and leaves when its outcome is known.

Source: docs/protocol.md section 4, the outbox; SQLite, "Write-Ahead Logging".
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from firmware_bridge.errors import BridgeError, MessageError
from firmware_bridge.host.queues.queue import InFlight, Waiting
from firmware_bridge.protocol import table
from firmware_bridge.protocol.message import (
    Flags,
    ReadingMessage,
    Report,
    decode_no_read,
    decode_reading,
    encode_no_read,
    encode_reading,
)

MOST_WAITING = 10_000
_WAIT_S = 1.0  # for another process that holds the file

# AUTOINCREMENT: a number is never given twice, so that rows come in the order in which they were put.
_TABLE = """
CREATE TABLE IF NOT EXISTS reports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tag INTEGER NOT NULL,
    type INTEGER NOT NULL,
    payload BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    session INTEGER,
    sequence INTEGER
) STRICT
"""


_SELECT = "SELECT number, tag, type, payload, checksum, session, sequence FROM reports"


class OutboxError(BridgeError):
    """The outbox cannot be read or written."""


class Outbox:
    """A queue on the disk. One process has it open at a time; calls come from one thread at a time, of any.

    Args:
        path: of the database; made where there is none.
        most: reports that wait; then the oldest that is not in flight gives way.

    Attributes:
        outlives: that it does.

    Raises:
        OutboxError: it cannot be opened, is no outbox, or another program has it open.
    """

    outlives = True

    def __init__(self, path: Path | str, most: int = MOST_WAITING) -> None:
        self._path, self._most = Path(path), most
        with self._explained():
            self._database = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
            self._do("PRAGMA locking_mode = EXCLUSIVE")
            self._do("PRAGMA journal_mode = WAL")
            self._do("PRAGMA synchronous = FULL")
            found = self._do("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise MessageError(" ".join(str(found).split()))
            self._do("BEGIN IMMEDIATE")
            self._do(_TABLE)
            self._do("COMMIT")
            self._count: int = self._do("SELECT count(*) FROM reports").fetchone()[0]
            self._last_of_before: int = self._do("SELECT coalesce(max(number), 0) FROM reports").fetchone()[0]

    def close(self) -> None:
        """Close the file; what waits is kept."""
        with self._explained():
            self._database.close()

    @property
    def waiting(self) -> int:
        """How many reports wait."""
        return self._count

    def put(self, one: Waiting) -> list[Waiting]:
        """As `Queue.put`; it is on the disk when `keep` or `mark` returns."""
        with self._explained():
            self._begin()
            kind, payload = _packed(one.report)
            values = (one.tag, kind, payload, _checksum(one.tag, kind, payload))
            self._do("INSERT INTO reports (tag, type, payload, checksum) VALUES (?, ?, ?, ?)", *values)
            self._count += 1
            if self._count <= self._most:
                return []
            row = self._do(f"{_SELECT} WHERE session IS NULL ORDER BY number LIMIT 1").fetchone()
            given_way = self._waiting(row)
            self._do("DELETE FROM reports WHERE number = ?", row[0])
            self._count -= 1
            return [given_way]

    def first(self) -> Waiting | None:
        """As `Queue.first`."""
        with self._explained():
            row = self._do(f"{_SELECT} ORDER BY number LIMIT 1").fetchone()
            return None if row is None else self._waiting(row)

    def mark(self, session: int, sequence: int) -> None:
        """As `Queue.mark`."""
        with self._explained():
            self._begin()
            self._do(
                "UPDATE reports SET session = ?, sequence = ? WHERE number = (SELECT min(number) FROM reports)",
                session,
                sequence,
            )
            self._do("COMMIT")

    def remove(self) -> None:
        """As `Queue.remove`; the disk learns it with the next change, and what comes back is a duplicate."""
        with self._explained():
            self._begin()
            self._do("DELETE FROM reports WHERE number = (SELECT min(number) FROM reports)")
            self._count -= 1

    def remove_triggered(self) -> list[Waiting]:
        """As `Queue.remove_triggered`."""
        with self._explained():
            self._begin()
            rows = [(row[0], self._waiting(row)) for row in self._do(f"{_SELECT} ORDER BY number").fetchall()]
            triggered = [(number, one) for number, one in rows if one.is_triggered]
            for number, _ in triggered:
                self._do("DELETE FROM reports WHERE number = ?", number)
            self._count -= len(triggered)
            return [one for _, one in triggered]

    def keep(self) -> None:
        """As `Queue.keep`."""
        with self._explained():
            if self._database.in_transaction:
                self._do("COMMIT")

    def left_in_flight(self) -> InFlight | None:
        """As `Queue.left_in_flight`."""
        with self._explained():
            row = self._do(f"{_SELECT} ORDER BY number LIMIT 1").fetchone()
            if row is None or row[5] is None:
                return None
            return InFlight(self._waiting(row).report, row[5], row[6])

    def _waiting(self, row: tuple[int, int, int, bytes, int, int | None, int | None]) -> Waiting:
        """A row as it waits; what an earlier program left is flagged."""
        number, tag, kind, payload, checksum = row[:5]
        if checksum != _checksum(tag, kind, payload):
            raise MessageError(f"report {number} has changed on the disk")
        report: Report = decode_reading(payload) if kind == table.READING.type else decode_no_read(payload)
        if number <= self._last_of_before:
            report = replace(report, flags=report.flags | Flags.AGAIN)
        return Waiting(report, tag)

    def _begin(self) -> None:
        if not self._database.in_transaction:
            self._do("BEGIN IMMEDIATE")

    def _do(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._database.execute(statement, values)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if self._is_locked(error):
                raise OutboxError(f"{self._path} is in use by another program: a station has one outbox") from error
            raise OutboxError(f"{self._path} cannot be used as an outbox: {error}") from error
        except (sqlite3.Error, MessageError) as error:
            raise OutboxError(f"{self._path} is no outbox, or is damaged ({error}); move it away") from error

    @staticmethod
    def _is_locked(error: sqlite3.OperationalError) -> bool:
        return error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _checksum(tag: int, kind: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(b"%d %d" % (tag, kind)))


def _packed(report: Report) -> tuple[int, bytes]:
    if isinstance(report, ReadingMessage):
        return table.READING.type, encode_reading(report)
    return table.NO_READ.type, encode_no_read(report)
