"""Finds and loads the compiled core; where there is none, NumPy computes the same bits more slowly."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

LIBRARY_FILE = Path(__file__).parent / "libposteye_core.so"
ABI_VERSION = 1
# POSTEYE_CORE=numpy reads without the core: to compare both, and to find out which of them is at fault.
SWITCH = "POSTEYE_CORE"


@cache
def _load() -> tuple[ctypes.CDLL | None, str | None]:
    """The library, or why there is none."""
    chosen = os.environ.get(SWITCH, "")
    if chosen == "numpy":
        return None, f"switched off by {SWITCH}=numpy"
    if chosen:
        return None, f"{SWITCH}={chosen} is unknown; the only choice is numpy"
    if not LIBRARY_FILE.is_file():
        return None, "not built: install gcc and libc6-dev, then posteye again (in a checkout `make core`)"
    try:
        library = ctypes.CDLL(str(LIBRARY_FILE))
        found = int(library.pe_abi_version())
    except (OSError, AttributeError) as error:
        return None, f"{LIBRARY_FILE.name} cannot be loaded: {error}; build or install it again"
    if found != ABI_VERSION:
        return None, f"{LIBRARY_FILE.name} has interface {found}, not {ABI_VERSION}; build or install it again"
    return library, None


def library() -> ctypes.CDLL | None:
    """The compiled core; None where NumPy computes instead, and `trouble` says why."""
    return _load()[0]


def trouble() -> str | None:
    """Why the compiled core is not used; None when it is."""
    return _load()[1]


def name() -> str:
    """What normalises and decodes here, in words: "C" or "NumPy"."""
    return "NumPy" if library() is None else "C"
