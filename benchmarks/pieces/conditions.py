"""The conditions that figures of rendered pieces are broken down by."""

from __future__ import annotations

from collections.abc import Sequence

from train.evaluation.pieces import Judged, PieceFigures
from train.synthesis.pieces.bands import BANDS as BANDS
from train.synthesis.pieces.bands import band_names, band_of

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
# Those that are numbers; train/synthesis/pieces/bands.py has the edges between their bands.
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
    bands = [band_of(float(piece.columns[column]), edges) for piece in pieces]
    found = {}
    for name in band_names(edges):
        some = [piece for piece, band in zip(pieces, bands, strict=True) if band == name]
        if some:
            found[name] = PieceFigures(some)
    return found
