"""Numbers of pieces that go on from one call of `posteye read --serial` to the next."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from device_runtime.errors import FileError, PosteyeError, WriteError
from device_runtime.files.atomic import write_text
from device_runtime.files.regular import read_regular

MAX_PIECE = 2**32 - 1
_LIMIT_BYTES = 64


def numbers_file() -> Path:
    """Where the next number is kept: in the user's state, as the XDG base directory specification has it."""
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if state.startswith("/") else Path("~/.local/state").expanduser()
    return folder / "posteye" / "next-piece"


def take_numbers(count: int, path: Path | None = None) -> int:
    """Return the first of so many numbers in a row; they are never given again, whatever happens afterwards.

    After 4,294,967,295 they begin at 1 again. Two calls at once get different ones.

    Args:
        count: of pieces.
        path: of the file; None: that of the user.

    Raises:
        PosteyeError: the file is damaged, or cannot be read or written.
    """
    path = path or numbers_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(f"{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            first = _next(path)
            first = first if first + count - 1 <= MAX_PIECE else 1
            write_text(path, f"{first + count}\n")
            return first
    except (OSError, WriteError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise PosteyeError(f"the number of the next piece cannot be kept in {path}: {why}; give --piece N") from error


def _next(path: Path) -> int:
    if not path.exists():
        return 1
    try:
        text = read_regular(path, _LIMIT_BYTES).decode("ascii", "replace").strip()
    except FileError as error:
        raise PosteyeError(f"{path} {error}; mend it, or give --piece N") from error
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PIECE + 1):
        raise PosteyeError(f"{path} holds no number of a piece; delete it to begin at 1, or give --piece N")
    return int(text)
