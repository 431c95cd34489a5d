"""posteye's runtime: reads postal codes on small devices. `from device_runtime import Reader`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# A small file can unpack into gigabytes; OpenCV reads this limit when it is loaded.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 27))

if TYPE_CHECKING:
    from device_runtime.reader import Reader as Reader

__all__ = ["Reader"]


def __getattr__(name: str) -> Any:
    """Load Reader only when it is asked for, so that `posteye --help` stays quick."""
    if name == "Reader":
        from device_runtime.reader import Reader

        return Reader
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
