"""Finds and loads the compiled core; where there is none, NumPy computes the same bits more slowly."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from struct import Struct

from device_runtime.errors import PosteyeError

LIBRARY_FILE = Path(__file__).parent / "libposteye_core.so"
ABI_VERSION = 3
# POSTEYE_CORE=numpy reads without the core: to compare both, and to find out which of them is at fault.
SWITCH = "POSTEYE_CORE"


_FUNCTIONS = (
    "pe_normalize",
    "pe_polarity",
    "pe_resize",
    "pe_may_have_boxes",
    "pe_spoiled",
    "pe_ink_runs",
    "pe_shrink",
    "pe_darker",
    "pe_trace",
    "pe_rules",
    "pe_turn",
    "pe_graph_check",
    "pe_decode",
    "pe_judge",
    "pe_calibrate",
)
# Where an ELF file says what it is, and for 32 and for 64 bits where its table of sections begins, the size of an entry
# and their number. Source: System V Application Binary Interface, "ELF Header".
_MAGIC, _BITS_AT = b"\x7fELF", 4
_TABLE_AT = {1: (Struct("<I"), 32, 46), 2: (Struct("<Q"), 40, 58)}
_ENTRIES = Struct("<HH")
_HEADER_BYTES = 64


@cache
def _load() -> tuple[ctypes.CDLL | None, str | None]:
    """The library, or why there is none.

    Raises:
        PosteyeError: the switch says what nobody knows.
    """
    chosen = os.environ.get(SWITCH, "")
    if chosen == "numpy":
        return None, f"switched off by {SWITCH}=numpy"
    if chosen:
        raise PosteyeError(f"{SWITCH}={chosen!r} is unknown; the only choice is numpy")
    if not LIBRARY_FILE.is_file():
        return None, "not built: install gcc and libc6-dev, then posteye again (in a checkout `make core`)"
    try:
        if not _is_whole(LIBRARY_FILE):
            return None, f"{LIBRARY_FILE.name} is incomplete: install posteye again (in a checkout `make core`)"
        library = ctypes.CDLL(str(LIBRARY_FILE))
        found = int(library.pe_abi_version())
        for function in _FUNCTIONS:
            getattr(library, function)
    except (OSError, AttributeError) as error:
        return None, f"{LIBRARY_FILE.name} cannot be loaded: {error}; build or install it again"
    if found != ABI_VERSION:
        return None, f"{LIBRARY_FILE.name} has interface {found}, not {ABI_VERSION}; build or install it again"
    return library, None


def _is_whole(path: Path) -> bool:
    """Whether a library ends with its table of sections, which compilers write last.

    The system would load one that a power cut has cut off, and end the process when it comes to what is missing.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
        if len(head) < _HEADER_BYTES or not head.startswith(_MAGIC) or head[_BITS_AT] not in _TABLE_AT:
            return False
        offset, offset_at, entries_at = _TABLE_AT[head[_BITS_AT]]
        begin = offset.unpack_from(head, offset_at)[0]
        size, count = _ENTRIES.unpack_from(head, entries_at)
        if not size * count:
            return False
        file.seek(begin)
        table = file.read(size * count)
    return len(table) == size * count and any(table[-size:])


def library() -> ctypes.CDLL | None:
    """The compiled core; None where NumPy computes instead, and `trouble` says why."""
    return _load()[0]


def trouble() -> str | None:
    """Why the compiled core is not used; None when it is."""
    return _load()[1]


def is_damaged() -> bool:
    """Whether there is a compiled core that cannot be used."""
    return LIBRARY_FILE.is_file() and trouble() is not None and os.environ.get(SWITCH) != "numpy"


def name() -> str:
    """What normalises and decodes here, in words: "C" or "NumPy"."""
    return "NumPy" if library() is None else "C"
