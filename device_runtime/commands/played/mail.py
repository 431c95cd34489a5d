"""The mail of the demo.

It was rendered by `train.synthesis.pieces` (fonts of free licences, MNIST test digits, UNIPEN strokes; part test, seed
2026): of 90 German pieces twenty, chosen to show what mail brings. It measures nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import PosteyeError

FOLDER = Path(__file__).parent / "letters"
PLAN = FOLDER / "plan.csv"
COUNTRY = "DE"


@dataclass(frozen=True)
class Letter:
    """One piece of it.

    Attributes:
        file: name of its image in FOLDER.
        code: that stands on it; None where none does.
    """

    file: str
    code: str | None

    @property
    def path(self) -> Path:
        """The image file."""
        return FOLDER / self.file


def load_mail() -> list[Letter]:
    """Return the pieces in the order in which they come.

    Raises:
        PosteyeError: the installation is incomplete.
    """
    path = FOLDER / "labels.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [Letter(row["file"], row["code"] or None) for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError) as error:
        raise PosteyeError(f"{path} cannot be read ({error}); install posteye again") from error
