"""Lines for people, on stderr."""

from __future__ import annotations

import contextlib
import sys

from device_runtime.files.regular import printable


def note(text: str) -> None:
    """Write `text` to stderr as one line, even if a name in it has line breaks. A full disk there is no error."""
    with contextlib.suppress(OSError):
        print(printable(text), file=sys.stderr)
