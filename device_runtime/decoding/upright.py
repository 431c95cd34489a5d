"""Upside down: a code that reads as another one when the piece is turned is not accepted without other evidence.

0, 6, 8 and 9 stay digits when they are turned, and print of 1, 2 and 5 often does. The other writing in the picture
tells more: the right way up it is read more plainly than turned.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.types import Candidate, Decoding, Field, Reading

TURNABLE, ALWAYS = frozenset("0125689" + SEPARATORS), frozenset("0689" + SEPARATORS)
# Confidence of the turned reading from which it rivals. On 120 generated fields of 0 6 8 9, 61 were accepted upside
# down, and each of these read at 0.98 or more the right way up.
RIVAL = 0.9
# Nats by which all lines together must read more plainly upright than turned. Of 24 generated pictures of address lines
# none came to -1 and half came to 1.
PLAINER = 1.0
TO_TURN = "to look at it upside down"  # what a look at it turned is for


def may_be_turned(reading: Reading) -> bool:
    """Whether a reading is accepted and all of its characters could be other ones upside down."""
    return reading.status == "accepted" and reading.code is not None and TURNABLE.issuperset(reading.code)


def turn(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An image, uint8 [H, W] or [H, W, 3], turned by 180 degrees."""
    return np.ascontiguousarray(pixels[::-1, ::-1])


def is_rival(reading: Reading, turned: Reading, believed: float = RIVAL) -> bool:
    """Whether the turned picture gives another code that is believed too, with this confidence or more."""
    return turned.code not in (None, reading.code) and turned.confidence >= believed


def plainer(upright: Decoding, turned: Decoding) -> float:
    """By how many nats a line reads more plainly as it is than turned; 0 where one of them could not be read.

    Plainness is the log mass of all readings of a line, `Decoding.free`.

    Args:
        upright: the line as it is.
        turned: the same turned.
    """
    if upright.free is None or turned.free is None:
        return 0.0
    return upright.free - turned.free


def doubt(reading: Reading, turned: Reading) -> Reading:
    """The reading rejected for its rival; both ways up are equally likely, so each keeps half of its confidence."""
    assert reading.code is not None and turned.code is not None
    both = (
        Candidate(reading.code, reading.confidence / 2, _field(reading)),
        Candidate(turned.code, turned.confidence / 2, _field(turned)),
    )
    rest = tuple(c for c in reading.candidates if c.code not in (reading.code, turned.code))
    return replace(
        reading,
        status="rejected",
        reason=f"reads {reading.code} this way up and {turned.code} turned: turn it, or give --upright if it is right",
        confidence=reading.confidence / 2,
        candidates=(both + rest)[: max(2, len(reading.candidates))],
    )


def _field(reading: Reading) -> Field | None:
    """Where the code of a reading stands; None in a field of its own."""
    return next((c.field for c in reading.candidates if c.code == reading.code), None)
