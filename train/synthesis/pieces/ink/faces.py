"""Fonts in sizes of their digits, and what they can write."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from device_runtime.grammar.grammar import DIGITS

_TRIAL_PX = 100
_MISSING = "\U000f0000"  # of a private plane: no font has it
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "Ł": "L", "ł": "l", "º": "o", "č": "c", "æ": "ae"})


@cache
def _em_per_digit(path: Path) -> float:
    """Size of the font that makes its digits one px tall, from a trial in a large size."""
    trial = ImageFont.truetype(str(path), _TRIAL_PX, layout_engine=ImageFont.Layout.BASIC)
    _, top, _, low = trial.getbbox(DIGITS)
    return float(_TRIAL_PX / max(low - top, 1))


def face(path: Path, digit_px: float) -> ImageFont.FreeTypeFont:
    """A font whose digits are about so many px tall."""
    return _sized(path, max(5, round(_em_per_digit(path) * digit_px)))


@lru_cache(512)
def _sized(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)


@cache
def _writes(path: Path, char: str) -> bool:
    font = _sized(path, 20)
    return char.isspace() or bytes(font.getmask(char)) != bytes(font.getmask(_MISSING))


def writable(path: Path, text: str) -> str:
    """The text with what the font has no shape for without its accents, or left out."""
    if all(_writes(path, char) for char in text):
        return text
    bare = (char if _writes(path, char) else _bare(char) for char in text)
    return "".join(char for part in bare for char in part if _writes(path, char))


def _bare(char: str) -> str:
    decomposed = unicodedata.normalize("NFKD", char.translate(_PLAIN))
    return "".join(c for c in decomposed if not unicodedata.combining(c))
