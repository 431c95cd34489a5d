"""The two tables of a harvest folder: `labels.csv`, which training takes, and `keyed.csv`, who keyed what.

Both are written whole or not at all, and read again when somebody else has changed them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from device_runtime.errors import FileError, LabelsError
from device_runtime.files.atomic import write_text
from device_runtime.files.regular import LABELS_LIMIT_BYTES, printable, read_regular

Stamp = tuple[int, int, int]


class Table:
    """Rows of a CSV file by their first columns, with its header and whatever further columns it has.

    Args:
        path: of the file; it need not be there.
        header: of a new one.
        keys: how many of the first columns tell rows apart.
    """

    def __init__(self, path: Path, header: Sequence[str], keys: int) -> None:
        self._path, self._keys = path, keys
        self._new_header = list(header)
        self._header = self._new_header
        self._rows: dict[tuple[str, ...], list[str]] = {}
        self._stamp: Stamp | None = None

    def rows(self) -> dict[tuple[str, ...], list[str]]:
        """The rows in their order, as the file has them now.

        Raises:
            LabelsError: it cannot be read, or is no such table.
        """
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._header, self._rows = self._read() if stamp else (self._new_header, {})
            self._stamp = stamp
        return self._rows

    def put(self, row: Sequence[str]) -> None:
        """Write a row at the end, instead of the one with the same keys; further columns of that one are kept.

        Raises:
            LabelsError: as `rows`.
            WriteError: it cannot be written; the file is as it was.
        """
        rows = dict(self.rows())
        old = rows.pop(tuple(row[: self._keys]), [])
        kept = [*row, *old[len(row) :]]
        rows[tuple(row[: self._keys])] = kept + [""] * (len(self._header) - len(kept))
        self._write(rows)

    def drop(self, key: Sequence[str]) -> None:
        """Take a row away, if it is there; raises as `put`."""
        rows = dict(self.rows())
        if rows.pop(tuple(key), None) is not None:
            self._write(rows)

    def _write(self, rows: dict[tuple[str, ...], list[str]]) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self._header)
        writer.writerows(rows.values())
        write_text(self._path, text.getvalue())
        self._rows, self._stamp = rows, _stamp(self._path)

    def _read(self) -> tuple[list[str], dict[tuple[str, ...], list[str]]]:
        name = printable(self._path.name)
        try:
            text = read_regular(self._path, LABELS_LIMIT_BYTES).decode("utf-8-sig")
        except FileError as error:
            raise LabelsError(f"{name} cannot be read: {error}") from None
        except UnicodeDecodeError:
            raise LabelsError(f"{name} is not UTF-8 text; save it as CSV UTF-8, or take it away") from None
        reader = csv.reader(io.StringIO(text, newline=""))
        found: dict[tuple[str, ...], list[str]] = {}
        try:
            header = next(reader, [])
            if len(header) < len(self._new_header) or header[0] != self._new_header[0]:
                asked = ",".join(self._new_header)
                raise LabelsError(f"{name}: its first line is not {asked}; mend it, or take it away")
            for row in reader:
                if not any(row):
                    continue
                if len(row) < len(self._new_header):
                    raise LabelsError(f"{name}, line {reader.line_num}, has too few columns; mend it")
                found.pop(tuple(row[: self._keys]), None)  # the last of two stands where it came
                found[tuple(row[: self._keys])] = row
        except csv.Error as error:
            raise LabelsError(f"{name}, line {reader.line_num}, is no row of a CSV table: {error}") from None
        return header, found


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
