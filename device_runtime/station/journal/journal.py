"""The journal of a station, for the one process that writes it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from device_runtime.errors import JournalDamagedError, JournalError, PieceRefusedError
from device_runtime.files.regular import printable
from device_runtime.station.journal.database import (
    PIECES,
    Row,
    connected,
    delivery_row,
    insert_deliveries,
    insert_pieces,
    piece_row,
    whole,
)
from device_runtime.station.journal.entry import Delivery, Piece
from device_runtime.station.journal.ids import Ids
from device_runtime.station.journal.moment import Moment, now
from device_runtime.station.journal.place import LOCK, identity_of, is_at, locked, place_of
from device_runtime.station.journal.recovery import IDS, Mended, beside, drop_wal, prepare

_TRIMMED_AT_ONCE = 5_000  # pieces; more would keep others waiting
_LOOKED_AT = 20  # rows, for a whole one
_WAL_LIMIT_BYTES = 16 << 20
_FIRST = Moment(0, 0, "")


@dataclass(frozen=True)
class Retention:
    """What the journal keeps.

    Attributes:
        days: the age of a piece at which it goes.
        pieces: the number of pieces above which the oldest go.
    """

    days: float = 90
    pieces: int = 500_000


class Journal:
    """Writes down what became of each piece; a context manager that closes it. Safe to use from several threads.

    What `record` was given is on the disk when it returns. A kill or a power cut at any instant leaves all that was
    recorded before, and of what was being recorded all or nothing. A damaged file is set aside when the journal is
    opened, and what of it is whole is kept.

    Args:
        path: of the database, or a link to it. Beside it stand its ids (`.ids`), its lock (`.lock`) and SQLite's `-wal`
            and `-shm`.
        clock: gives the present moment.

    Attributes:
        mended: what was done about damage when the journal was opened; None where there was none.

    Raises:
        JournalError: it cannot be written, is written by another process, or is no journal.
    """

    def __init__(self, path: Path | str, clock: Callable[[], Moment] = now) -> None:
        self.path = place_of(Path(path))
        self._clock = clock
        self._guard = threading.RLock()
        # A moment, and the journal's own time then.
        self._last: Moment = _FIRST
        self._age_ns: int = 0
        self._shown = printable(path)
        self._lock = locked(self.path, self._shown)
        try:
            last_id = self._open()
            self._ids = Ids(beside(self.path, IDS), last_id)
            self._ids.refill()
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End well: the next station goes on with the next id."""
        with self._guard:
            self._ids.give_back()
            with suppress(sqlite3.Error):
                self._connection.close()
            os.close(self._lock)

    def mend(self) -> None:
        """Go on with what is whole of a damaged file, set aside (`mended` tells), or in a new one where it is gone.

        Raises:
            JournalError: that cannot be done now.
        """
        with self._guard:
            is_gone = identity_of(self.path) != self._identity
            self._is_open = False
            with suppress(sqlite3.Error):
                self._connection.close()
            if is_gone and identity_of(beside(self.path, "-wal")) == self._wal_identity:
                with self._explained():
                    drop_wal(self.path)  # SQLite leaves it there when its file is gone
            if not is_at(self._lock, beside(self.path, LOCK)):  # deleted with all else: another process could write
                lock = locked(self.path, self._shown)
                os.close(self._lock)
                self._lock = lock
            self._ids.write()  # they may be gone too
            self._ids.skip_to(self._open())

    def look(self) -> None:
        """Look whether the file is still the one that is written; it takes microseconds.

        Raises:
            JournalDamagedError: somebody has deleted or replaced it, and `mend` is needed.
        """
        with self._guard:
            if not self._is_open or identity_of(self.path) != self._identity:
                raise JournalDamagedError(
                    f"the journal {self._shown} was deleted or replaced while it was written; "
                    "it goes on in a new file, with ids that go on"
                )

    def new_id(self) -> int:
        """Return an id for a piece: greater than all before, and never given again, recorded or not.

        It waits for no disk unless a block of ids is used up.

        Raises:
            JournalError: none can be given.
        """
        return self._ids.take()

    def record(self, pieces: Sequence[Piece], deliveries: Sequence[Delivery] = ()) -> None:
        """Write down pieces and deliveries, all of them or none; many at once cost little more than one.

        Raises:
            JournalError: that cannot be done (a full disk); nothing was written, and the same call may be tried again.
            PieceRefusedError: a piece is there already, or its id is not the journal's; nothing was written.
            JournalDamagedError: the file is damaged or gone; nothing was written, and `mend` is needed first.
        """
        for piece in pieces:
            if not 0 < piece.id < self._ids.next:
                raise PieceRefusedError(f"piece {piece.id} has no id of this journal; take one from new_id")
        with self._guard:
            self.look()
            state = self._last, self._age_ns
            try:
                with self._explained(), self._transaction():
                    insert_pieces(self._connection, [piece_row(piece, self._age_s(piece.began)) for piece in pieces])
                    insert_deliveries(self._connection, map(delivery_row, deliveries))
            except BaseException:
                self._last, self._age_ns = state
                raise
            self._count += len(pieces)
        self._ids.refill()

    def trim(self, retention: Retention) -> int:
        """Delete the oldest pieces as far as they need not be kept, at most 5,000 at once and never the last one.

        Returns:
            How many were deleted; call again until it is 0.

        Raises:
            JournalError: as `record`.
        """
        with self._guard, self._explained():
            first = self.first_id_of(retention.days)
            excess = self._count - retention.pieces
            by_count = self._id_at(min(excess, _TRIMMED_AT_ONCE)) if excess > 0 else None
            by_size = self._id_at(_TRIMMED_AT_ONCE)
            last = self._connection.execute("SELECT max(id) FROM pieces").fetchone()[0] or 0
            bound = min(max(first, by_count or 0), last if by_size is None else by_size)
            with self._transaction():
                deleted = self._connection.execute("DELETE FROM pieces WHERE id < ?", (bound,)).rowcount
                self._connection.execute("DELETE FROM deliveries WHERE piece < ?", (bound,))
            self._count -= deleted
        return deleted

    def first_id_of(self, days: float) -> int:
        """The id from which on pieces are younger than so many days, by the journal's own time.

        Where pieces before it were deleted, that is the first id which is left.
        """
        with self._guard, self._explained():
            youngest = (self._age_ns + self._clock().ns_since(self._last)) // 10**9 - round(days * 86_400)
            low, high = 0, self._ids.next
            while low < high:  # ages rise with ids, so the place is found by bisection
                middle = (low + high) // 2
                row = self._first_whole("WHERE id >= ? ORDER BY id", middle)
                if row is None or row[4] > youngest:
                    high = middle
                else:
                    low = row[0] + 1
            row = self._connection.execute("SELECT min(id) FROM pieces WHERE id >= ?", (low,)).fetchone()
            return low if row[0] is None else int(row[0])

    def _open(self) -> int:
        """Open the file, whatever has become of it; returns the highest id in it."""
        self.mended: Mended | None = prepare(place_of(self.path))
        with self._explained():
            self._connection = _opened(self.path)
            self._identity, self._wal_identity = identity_of(self.path), identity_of(beside(self.path, "-wal"))
            row = self._first_whole("ORDER BY id DESC")
            self._count: int = self._connection.execute("SELECT count(*) FROM pieces").fetchone()[0]
        last_id, wall_ns, monotonic_ns, boot, age_s, *_ = row or (0, 0, 0, "", 0)
        self._last, self._age_ns = Moment(wall_ns, monotonic_ns, boot), int(age_s) * 10**9
        self._is_open = True
        return int(last_id)

    def _first_whole(self, which: str, *values: int) -> Row | None:
        """The first whole row of PIECES among some that a statement names; None where none of them is whole."""
        select = f"SELECT {PIECES}, checksum FROM pieces {which} LIMIT {_LOOKED_AT}"
        return next(iter(whole(self._connection.execute(select, values))), None)

    def _age_s(self, began: Moment) -> int:
        """The journal's own time at a moment: it runs on, whatever happens to the clock on the wall."""
        if self._last != _FIRST:
            self._age_ns += began.ns_since(self._last)
        if began.boot != self._last.boot or began.monotonic_ns > self._last.monotonic_ns:
            self._last = began
        return self._age_ns // 10**9

    def _id_at(self, position: int) -> int | None:
        row = self._connection.execute("SELECT id FROM pieces ORDER BY id LIMIT 1 OFFSET ?", (position,)).fetchone()
        return None if row is None else int(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk may have rolled it back
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise PieceRefusedError(f"the journal {self._shown} has such a piece already ({error})") from error
        except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
            raise JournalError(f"the journal {self._shown} cannot be written: {error}") from error
        except sqlite3.DatabaseError as error:
            raise JournalDamagedError(f"the journal {self._shown} is damaged: {error}") from error
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"the journal {self._shown} cannot be written: {error}") from error


def _opened(path: Path) -> sqlite3.Connection:
    connection = connected(path, "mode=rw")
    try:
        connection.execute("PRAGMA journal_mode = WAL")  # as it was made, unless somebody has copied it otherwise
        connection.execute("PRAGMA synchronous = FULL")  # each record is on the disk before it is believed
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection
