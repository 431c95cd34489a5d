"""One training at a time in a run's folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from device_runtime.errors import PosteyeError

LOCK_FILE = "run.lock"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep other trainings out of a run's folder until the block or the process ends.

    Args:
        out: the folder; it is made if need be, and removed again when nothing was written to it.

    Raises:
        PosteyeError: when another training is in it, or the folder cannot be made.
    """
    path, made = out / LOCK_FILE, not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PosteyeError(f"{out} cannot be made: {error.strerror}; choose another --out") from error
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PosteyeError(
                f"another `posteye train` is at work in {out}; wait until it ends, or choose another --out"
            ) from None
        except OSError as error:
            raise PosteyeError(f"{path} cannot be locked: {error.strerror}; choose another disk") from error
        try:
            yield
        finally:
            if made and [entry.name for entry in out.iterdir()] == [LOCK_FILE]:
                path.unlink()
                out.rmdir()
