"""What people wrote, for the mixes of strips that need it: real strings and recorded pen strokes of one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import PosteyeError
from train.data import real_strings, recorded
from train.data.arrays import load_arrays
from train.data.real_strings import RealStrings, load_real_strings
from train.data.recorded import Recorded, load_recorded

SOURCES = (*real_strings.SOURCES, recorded.SOURCE)
FILES = {**real_strings.FILES, **recorded.FILES}  # with the arrays in each


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
    strings, strokes = load_real_strings(folder), load_recorded(folder)
    return Collections(strings[0], strokes[0]), Collections(strings[1], strokes[1])


def require_collections(folder: Path) -> None:
    """Check that a folder holds all the files, so that nothing is trained for hours before one is missed.

    Raises:
        PosteyeError: When some are missing, all of which are named, or one is damaged.
    """
    missing = [name for name in FILES if not (folder / name).exists()]
    if missing:
        raise PosteyeError(
            f"--strings {folder} lacks {', '.join(missing)}; "
            'docs/training.md says where they come from, under "The second mix"'
        )
    for name, arrays in FILES.items():
        load_arrays(folder / name, arrays)
