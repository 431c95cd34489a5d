"""The journal's tables in SQLite, and how a piece becomes a row and comes back.

Each row has a checksum over its values. SQLite checks none: of a file that was cut off in the middle of a page it reads
zeros as part of a text.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from device_runtime.files.regular import printable
from device_runtime.station.journal.entry import Delivery, Piece
from device_runtime.station.journal.moment import Moment

# The header of a database. Source: Database File Format of SQLite, section 1.3.
HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"
_APPLICATION = slice(68, 72)

APPLICATION_ID = 0x50455945  # "PEYE"
SCHEMA_VERSION = 1
PIECES = (
    "id, wall_ns, monotonic_ns, boot, age_s, answered_ns, status, code, confidence, reason, candidates, bin, engine, "
    "bundle, source"
)
DELIVERIES = "piece, wall_ns, monotonic_ns, boot, recipient, outcome, tries, elapsed_ms"
_SCHEMA = f"""
CREATE TABLE pieces (
    id INTEGER PRIMARY KEY, wall_ns INTEGER NOT NULL, monotonic_ns INTEGER NOT NULL, boot TEXT NOT NULL,
    age_s INTEGER NOT NULL, answered_ns INTEGER, status TEXT NOT NULL, code TEXT, confidence REAL NOT NULL, reason TEXT,
    candidates TEXT NOT NULL, bin TEXT NOT NULL, engine TEXT NOT NULL, bundle TEXT NOT NULL, source TEXT NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY, piece INTEGER NOT NULL, wall_ns INTEGER NOT NULL, monotonic_ns INTEGER NOT NULL,
    boot TEXT NOT NULL, recipient TEXT NOT NULL, outcome TEXT NOT NULL, tries INTEGER NOT NULL,
    elapsed_ms REAL NOT NULL, checksum INTEGER NOT NULL
);
CREATE INDEX delivery_of_piece ON deliveries (piece);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""
Row = tuple[Any, ...]


def foreign_by(head: bytes) -> str | None:
    """Why a file cannot be a journal, not even one that was cut off, for a message; None: it may be one.

    Args:
        head: the first HEADER_BYTES of the file; fewer where it has no more.
    """
    if head[: len(_MAGIC)] != _MAGIC[: len(head)]:
        return "is no journal"
    application = head[_APPLICATION]
    if len(application) == 4 and int.from_bytes(application) != APPLICATION_ID:
        return "is a database of another program"
    return None


def damage_by(head: bytes) -> str | None:
    """What is wrong with the beginning of a journal; None where it is whole. SQLite takes zeros for what was cut off.

    Args:
        head: as of `foreign_by`.
    """
    if not head:
        return "it is empty"
    if head[: len(_MAGIC)] != _MAGIC[: len(head)]:
        return "its beginning is gone"
    return f"it ends after byte {len(head)}" if len(head) < HEADER_BYTES else None


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, all or none."""
    connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")


def insert_pieces(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Insert rows of PIECES."""
    _insert(connection, "pieces", PIECES, rows)


def insert_deliveries(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Insert rows of DELIVERIES."""
    _insert(connection, "deliveries", DELIVERIES, rows)


def _insert(connection: sqlite3.Connection, table: str, columns: str, rows: Iterable[Row]) -> None:
    marks = ", ".join("?" * (columns.count(",") + 2))
    statement = f"INSERT INTO {table} ({columns}, checksum) VALUES ({marks})"
    connection.executemany(statement, ((*row, checksum(row)) for row in rows))


def checksum(row: Row) -> int:
    """Of the values of a row."""
    return zlib.crc32(repr(row).encode())


def whole(rows: Iterable[Row]) -> list[Row]:
    """Of rows with their checksum at the end those whose checksum fits, without it."""
    found = ((tuple(row), sum_) for *row, sum_ in rows)
    return [row for row, sum_ in found if checksum(row) == sum_]


def piece_row(piece: Piece, age_s: int) -> Row:
    """A row of PIECES.

    Args:
        piece: of the row.
        age_s: the journal's own time when it began.
    """
    began = piece.began
    return (
        *(piece.id, began.wall_ns, began.monotonic_ns, began.boot, age_s, piece.answered_ns),
        *(piece.status, _text(piece.code), float(piece.confidence), _text(piece.reason)),
        json.dumps([[code, float(belief)] for code, belief in piece.candidates]),
        *(printable(piece.bin), printable(piece.engine), printable(piece.bundle), printable(piece.source)),
    )


def piece_of_row(row: Row) -> Piece:
    """The piece of a row of PIECES."""
    id_, wall_ns, monotonic_ns, boot, _, answered_ns, status, code, confidence, reason, candidates, *rest = row
    began = Moment(wall_ns, monotonic_ns, boot)
    found = tuple((code, belief) for code, belief in json.loads(candidates))
    return Piece(id_, began, answered_ns, status, code, confidence, reason, found, *rest)


def delivery_row(delivery: Delivery) -> Row:
    """A row of DELIVERIES."""
    at = delivery.at
    told = (printable(delivery.to), printable(delivery.outcome), delivery.tries, float(delivery.elapsed_ms))
    return (delivery.piece, at.wall_ns, at.monotonic_ns, at.boot, *told)


def delivery_of_row(row: Row) -> Delivery:
    """The delivery of a row of DELIVERIES."""
    piece, wall_ns, monotonic_ns, boot, *told = row
    return Delivery(piece, Moment(wall_ns, monotonic_ns, boot), *told)


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """Open a database; text that is none is read all the same, and its row is not whole then.

    Args:
        path: of the file.
        mode: SQLite's, such as `mode=ro`.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _text(value: str | None) -> str | None:
    return None if value is None else printable(value)
