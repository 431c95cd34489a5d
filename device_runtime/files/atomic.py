"""Writes a file so that its path always holds the whole old file or the whole new one.

The new bytes go to a temporary file in the same folder (`.posteye-*.tmp`), which is flushed, synced (fsync) and then
renamed over the path; at last the folder is synced.

What holds after a power cut or a kill at any instant: the path has the old file or the new one, each to its last byte
(before the first writing: no file or the new one), and no other file was touched. When the call has returned, it is the
new one. This is what POSIX asks of rename and fsync; it holds on ext4, xfs, btrfs and f2fs, and on a disk or card that
does not lie about its cache. A temporary file may be left behind by a kill, never by an error or Ctrl-C; delete it.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from device_runtime.errors import WriteError

_NEW_FILE = 0o666  # less the umask, as for any file that a program makes


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write a file whole or not at all; raises WriteError as `replacing` does."""
    with replacing(path) as file:
        file.write(data)


def write_text(path: Path | str, text: str) -> None:
    """Write a text as UTF-8, line ends as they are, whole or not at all; raises WriteError as `replacing` does."""
    write_bytes(path, text.encode())


def sync_folder(folder: Path | str) -> None:
    """Return when the names in a folder are on the disk: those that were made, renamed and removed in it."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def require_writable(path: Path | str) -> None:
    """Raise WriteError where `replacing` would refuse a path: for commands that work long before they write.

    Whatever stands at the path stays as it is. A disk can still fill up later.
    """
    try:
        target = Path(os.path.realpath(path))
        _mode_to_keep(target)
        name = _temporary_name(target)
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _NEW_FILE))
        name.unlink()
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror or error}") from error


@contextmanager
def replacing(path: Path | str) -> Iterator[BinaryIO]:
    """Give a file to write and seek in, and to leave open; when the block ends well, it stands at `path`.

    A file that stood there before gives its mode to the new one, and its place; a link stays and what it points at is
    replaced. When the block raises, nothing has changed. Raises WriteError in one line when `path` cannot be written (a
    full disk, no folder, a file that is protected) or is a folder, a device or a pipe.
    """
    try:
        target = Path(os.path.realpath(path))
        mode = _mode_to_keep(target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with _temporary(target, mode) as file:
                yield file
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror or error}") from error


@contextmanager
def _temporary(target: Path, mode: int | None) -> Iterator[BinaryIO]:
    """A new file beside `target` that replaces it when the block ends well, and else goes."""
    name = _temporary_name(target)
    number = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, _NEW_FILE if mode is None else mode)
    try:
        with os.fdopen(number, "w+b") as file:
            if mode is not None and stat.S_IMODE(os.fstat(number).st_mode) != mode:
                os.fchmod(number, mode)  # what the umask took away
            yield file
            file.flush()
            os.fsync(number)
        os.replace(name, target)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _temporary_name(target: Path) -> Path:
    return target.with_name(f".posteye-{secrets.token_hex(8)}.tmp")


def _mode_to_keep(target: Path) -> int | None:
    """Mode of the file that stands at `target`, None where nothing stands; OSError if it must not be replaced."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is no ordinary file; give the name of a file")
    if not os.access(target, os.W_OK):
        raise OSError("the file there is protected from writing; choose another name")
    return stat.S_IMODE(found.st_mode)
