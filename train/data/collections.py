"""What people wrote, for the mixes of strips that need it: real strings and recorded pen strokes of one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from train.data.real_strings import SOURCES as STRINGS
from train.data.real_strings import RealStrings, load_real_strings
from train.data.recorded import SOURCE as STROKES
from train.data.recorded import Recorded, load_recorded

SOURCES = (*STRINGS, STROKES)


@dataclass(frozen=True)
class Collections:
    """What people wrote.

    Attributes:
        strings: Photographed numbers.
        recorded: Pen strokes.
    """

    strings: RealStrings
    recorded: Recorded


def load_collections(folder: Path) -> tuple[Collections, Collections]:
    """Load the files of a folder.

    Returns:
        What to train on, and what is kept apart: other cells, pages and contributors.

    Raises:
        PosteyeError: When a file is missing or damaged.
    """
    strings, recorded = load_real_strings(folder), load_recorded(folder)
    return Collections(strings[0], recorded[0]), Collections(strings[1], recorded[1])
