"""The conditions that figures of rendered pieces are broken down by."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from train.evaluation.pieces import Judged, PieceFigures

# Conditions whose values are words.
WORDS = {
    "kind": "kind of piece",
    "writing": "the code is in",
    "paper": "paper",
    "boxes": "preprinted boxes",
    "sender": "a sender's code is there",
    "postmark": "postmark",
    "scanned": "scanned flat",
    "quarter_turns": "quarter turns of the piece",
    "shadow": "shadow",
    "glare": "glare",
    "chroma": "colour as a camera's YUYV",
}
# Those that are numbers, with the edges between bands.
BANDS = {
    "code_px": (15.0, 20.0, 28.0),
    "rotation_deg": (2.0, 8.0, 20.0),
    "perspective": (0.005, 0.02),
    "blur_px": (0.5, 1.0, 1.5),
    "motion_px": (1.0,),
    "noise": (2.0, 5.0),
    "light": (0.1, 0.25),
    "jpeg": (60.0, 80.0, 99.0),
}
NUMBERS = {
    "code_px": "height of the code, px",
    "rotation_deg": "rotation, degrees",
    "perspective": "perspective, share of the piece's side",
    "blur_px": "blur, px",
    "motion_px": "motion, px",
    "noise": "noise, grey levels",
    "light": "unevenness of the light",
    "jpeg": "JPEG quality",
}
CURVES = ("code_px", "blur_px", "rotation_deg", "perspective")


def banded(pieces: Sequence[Judged], column: str, edges: Sequence[float]) -> dict[str, PieceFigures]:
    """The figures of the pieces whose condition lies in the same band, whatever its sign; empty bands are left out."""
    sizes = [abs(float(piece.columns[column])) for piece in pieces]
    found = {}
    for low, high in pairwise((0.0, *edges, float("inf"))):
        some = [piece for piece, size in zip(pieces, sizes, strict=True) if low <= size < high]
        if some:
            name = f"from {low:g}" if high == float("inf") else f"{low:g} to {high:g}" if low else f"below {high:g}"
            found[name] = PieceFigures(some)
    return found
