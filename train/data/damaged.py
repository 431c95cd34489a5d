"""Files of a run that are not what was written: cut short by another program, a full disk or a bad one."""

from __future__ import annotations

import pickle
import zipfile
import zlib
from pathlib import Path

from device_runtime.errors import PosteyeError

# What zip, zlib, numpy and torch raise for a file that is cut short or has other bytes in it.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    pickle.UnpicklingError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    SyntaxError,
)


class DamagedFileError(PosteyeError):
    """A file of a run cannot be read as what it should be."""

    def __init__(self, path: Path, reason: Exception | str, cure: str) -> None:
        """Make the message of one line.

        Args:
            path: The file.
            reason: What is wrong with it.
            cure: How to mend it.
        """
        lines = str(reason).strip().splitlines() or [type(reason).__name__]
        super().__init__(f"{path} is damaged ({lines[0][:100]}); {cure}")
        self.path = path
