"""Where a journal may stand: in a regular file, or at a name that is free. Whatever else stands there is left alone."""

from __future__ import annotations

import os
from pathlib import Path

from device_runtime.errors import JournalError
from device_runtime.files.regular import irregular, printable


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
