"""How a station is, for tongues that tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StationState:
    """How a station is.

    Attributes:
        troubles: the names of its states that are wrong, each with its evidence; empty where all is well.
        pieces: answered since it began.
        accepted: of these with a code that was believed.
        rejected: with a code that was not.
        no_code: without a code.
        no_read: of which nothing was read in time.
        version: of the program.
        bundle: SHA-256 of the manifest of what reads, in hex.
    """

    troubles: tuple[tuple[str, str], ...] = ()
    pieces: int = 0
    accepted: int = 0
    rejected: int = 0
    no_code: int = 0
    no_read: int = 0
    version: str = ""
    bundle: str = ""
