"""Records of made pieces: a sender at the top left, an address below, each with a house number and a code."""

from __future__ import annotations

from device_runtime.piece.evidence.alternatives import Country, Facts
from device_runtime.piece.locator.located import Roles
from device_runtime.piece.scene import Opinion
from device_runtime.types import Candidate, Line
from tests.device_runtime.piece.evidence.test_features import seen
from tests.device_runtime.piece.evidence.test_layout import HEIGHT, WIDTH, line
from train.evidence.record import Record, SeenLine

COUNTRY = Country("before", 5, 5)
_SILENT = Opinion(Roles(0.0, 0.0, 0.0, 0.0))


def read_line(where: Line, text: str, code: str | None = None, confidence: float = 0.99) -> SeenLine:
    """A line of words in which a code was read, or none."""
    candidates = (Candidate(code, confidence),) if code else ()
    facts = Facts(seen(text, code or "?"), candidates)
    return SeenLine(where, _SILENT, facts, "accepted" if confidence > 0.95 and code else "rejected", code)


def record(destination: str = "80331", sender: str = "50667", *, misread: bool = False, shift: float = 0.0) -> Record:
    """A piece; misread: the destination's code was read as another, without trust."""
    lines = (
        read_line(line(30 + shift, 30, 150, 14), "ANOTHER SENDER"),
        read_line(line(30 + shift, 55, 160, 14), "SAMPLE ROAD 5"),
        read_line(line(30 + shift, 80, 140, 14), f"{sender} TOWN", sender),
        read_line(line(420 + shift, 320, 240, 24), "SAMPLE COMPANY"),
        read_line(line(420 + shift, 362, 260, 24), "MODEL STREET 12"),
        read_line(
            line(420 + shift, 404, 200, 24),
            f"{'11111' if misread else destination} CITY",
            "11111" if misread else destination,
            0.3 if misread else 0.99,
        ),
    )
    codes = {"destination": destination, "sender": sender}
    return Record((WIDTH, HEIGHT), lines, COUNTRY, codes, {"destination": (5,), "sender": (2,)}, {})
