"""What the process of one engine is asked to do. It needs the standard library only: imports are what it measures."""

from __future__ import annotations

import json
from typing import NamedTuple


class Job(NamedTuple):
    """One engine's measurement.

    Attributes:
        engine: its name; None = the fastest installed.
        bundle: folder of a model; None = the shipped one.
        seconds: for reading.
        files: images of the user; empty = the golden ones.
        field: whether each file is one text field already.
        country: of the codes in the files.
        pattern: of the codes in the files.
        lexicon: file of the codes in the files.
    """

    engine: str | None
    bundle: str | None
    seconds: float
    files: tuple[str, ...] = ()
    field: bool = False
    country: str | None = None
    pattern: str | None = None
    lexicon: str | None = None

    def encoded(self) -> bytes:
        """As one line."""
        return json.dumps(self._asdict()).encode() + b"\n"


def decoded(line: bytes) -> Job:
    """Return the job of a line."""
    found = json.loads(line)
    return Job(**found | {"files": tuple(found["files"])})
