"""Where a journal may stand: in a regular file, or at a name that is free, and for one process alone.

Whatever else stands there is left alone.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from device_runtime.errors import JournalError
from device_runtime.files.regular import irregular, printable

LOCK = ".lock"
Identity = tuple[int, int]  # device and inode


def place_of(path: Path) -> Path:
    """The file that a journal's name leads to. Links are followed, so that what belongs to it stands beside the file.

    Args:
        path: of the journal.

    Raises:
        JournalError: a folder, device, pipe or socket stands there, or a link to nothing: a journal that is meant for
            another disk must not begin on this one.
    """
    shown = printable(path)
    try:
        real = Path(os.path.realpath(path))
        why: str | None
        if os.path.lexists(path) and not real.exists():
            why = f"it is a link to {printable(real)}, which is not there; plug in its disk, or take the link away"
        else:
            why = irregular(real.stat().st_mode) if real.exists() else None
            why = why and f"{why}; give the name of a file"
    except (OSError, ValueError) as error:  # ValueError: of a zero byte
        why = getattr(error, "strerror", None) or str(error)
    if why:
        raise JournalError(f"the journal {shown} cannot be written: {why}")
    return real


def identity_of(path: Path) -> Identity | None:
    """Which file stands at a path; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_at(number: int, path: Path) -> bool:
    """Whether an open file is the one that stands at a path."""
    found = os.fstat(number)
    return identity_of(path) == (found.st_dev, found.st_ino)


def locked(path: Path, shown: str) -> int:
    """A lock that only one process can have; it goes with the process, however that ends.

    Args:
        path: of the journal; the lock stands beside it.
        shown: its name for messages.

    Raises:
        JournalError: another process has it, or it cannot be made.
    """
    try:
        number = os.open(path.with_name(path.name + LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise JournalError(f"the journal {shown} cannot be written: {error.strerror or error}") from error
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(number)
        raise JournalError(f"the journal {shown} is written by another process; end that one first") from error
    return number
