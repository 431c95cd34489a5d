"""Reading files that a user names: regular ones only, none larger than the caller allows, names fit to print."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from device_runtime.errors import FileError

_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISLNK, "it is a link, not a file"),
    (stat.S_ISFIFO, "it is a named pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)
_PIECE_BYTES = 1 << 20

LABELS_LIMIT_BYTES = 64_000_000  # of a labels.csv: a million rows


def read_regular(path: Path | str, limit_bytes: int, follow: bool = True) -> bytes:
    """Return all bytes of a regular file.

    Args:
        path: of the file.
        limit_bytes: the most that it may have; a larger one is not read.
        follow: whether the path may be a link to it.

    Raises:
        FileError: at once and with nothing but the reason: it is a pipe, socket, device or folder, is larger, or cannot
            be opened or read.
    """
    try:
        _check(
            os.stat(path, follow_symlinks=follow), limit_bytes
        )  # before opening: to open a device may already do something
        # Without waiting, in case a pipe has taken the file's place since.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
        descriptor = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
        with open(descriptor, "rb", buffering=0) as file:
            found = os.fstat(descriptor)
            _check(found, limit_bytes)
            data = b""
            # One byte more than it says: files of the kernel say nothing, and others grow while they are read.
            while piece := file.read(min(max(found.st_size - len(data), _PIECE_BYTES), limit_bytes - len(data)) + 1):
                data = data + piece if data else piece
                if len(data) > limit_bytes:
                    raise FileError(_too_large(len(data), limit_bytes))
            return data
    except OSError as error:
        raise FileError(error.strerror or str(error)) from error
    except ValueError as error:  # a name with a zero byte, or one that no file system can hold
        raise FileError(f"no file can have such a name ({error})") from error


def require_regular(path: Path | str) -> None:
    """Refuse a pipe, socket, device or folder before it is opened; what is missing is left to whoever opens it.

    Raises:
        FileError: such stands there; the message names the path.
    """
    try:
        _check(os.stat(path), sys.maxsize)
    except FileError as error:
        raise FileError(f"{path} cannot be read: {error}") from error
    except (OSError, ValueError):
        return


def printable(name: Path | str) -> str:
    r"""Return a name as one line shows it: line breaks, control characters and bytes that are no UTF-8 as escapes.

    The byte E9 in a name that is not UTF-8 becomes `\udce9`, as Python's os.fsdecode has it.
    """
    text = str(name)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def irregular(mode: int) -> str | None:
    """Why something is no regular file, by the mode that `os.stat` gives; None where it is one."""
    return next((complaint for is_kind, complaint in _KINDS if is_kind(mode)), None)


def _check(found: os.stat_result, limit_bytes: int) -> None:
    if complaint := irregular(found.st_mode):
        raise FileError(complaint)
    if found.st_size > limit_bytes:
        raise FileError(_too_large(found.st_size, limit_bytes))


def _too_large(size_bytes: int, limit_bytes: int) -> str:
    return f"it has {size_bytes:,} bytes, and at most {limit_bytes:,} are read"
