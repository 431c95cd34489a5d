"""The runtime of posteye: reads postal codes on small devices. Its users import it as `posteye`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# image/load.py limits what is decoded. Should a decoder take a file for a larger one, this limit still holds; OpenCV
# reads it when it is loaded.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 26))
# For a damaged file we print one line; a decoder would print three more.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

if TYPE_CHECKING:
    from device_runtime.reader import Reader as Reader

__all__ = ["Reader"]


def __getattr__(name: str) -> Any:
    """Load Reader when it is first asked for, so that `posteye --help` stays quick."""
    if name == "Reader":
        from device_runtime.reader import Reader

        return Reader
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
