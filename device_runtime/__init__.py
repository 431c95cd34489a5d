"""posteye's runtime: reads postal codes on small devices. `from device_runtime import Reader`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# images.py limits what is decoded; should a decoder take a file for a larger one, this still holds. Read at loading.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 26))
# A damaged file is told in one line of ours, not in three of a decoder's.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

if TYPE_CHECKING:
    from device_runtime.reader import Reader as Reader

__all__ = ["Reader"]


def __getattr__(name: str) -> Any:
    """Load Reader only when it is asked for, so that `posteye --help` stays quick."""
    if name == "Reader":
        from device_runtime.reader import Reader

        return Reader
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
