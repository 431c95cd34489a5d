"""Lines to people on stderr."""

from __future__ import annotations

import contextlib
import sys

from device_runtime.files.regular import printable


def note(text: str) -> None:
    """Write one line to stderr, whatever stands in `text`: names hold line breaks. A full disk there stops nothing."""
    with contextlib.suppress(OSError):
        print(printable(text), file=sys.stderr)
