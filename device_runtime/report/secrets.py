"""Passwords and tokens for peers, each in a file that nobody else may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import printable, read_regular

_LIMIT_BYTES = 4096


def read_secret(path: Path) -> str:
    """The one line of a file that holds a password or a token.

    Raises:
        PosteyeError: it cannot be read, others may read it, or it is no line of printable characters.
    """
    name = printable(path)
    try:
        secret = read_regular(path, _LIMIT_BYTES).decode("utf-8").removesuffix("\n").removesuffix("\r")
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except FileError as error:
        raise PosteyeError(f"{name} cannot be read: {error}") from None
    except (OSError, UnicodeDecodeError):
        raise PosteyeError(f"{name} holds no line of text") from None
    if mode & 0o077:
        raise PosteyeError(f"others may read {name}; chmod 600 {name}")
    if not secret or not secret.isprintable():
        raise PosteyeError(f"{name} holds no line of text")
    return secret
