"""The sample fields that come with the program, and what a healthy reader makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from device_runtime.errors import PosteyeError

SAMPLES_FOLDER = Path(__file__).parent / "samples"
INDEX_FILE = "samples.json"


class Sample(Struct, frozen=True, forbid_unknown_fields=True):
    """One field: its file, how to read it, and the code in it; expected None = nobody can read it: not to be accepted.

    scores_sha256: of the NumPy engine's int8 scores, which are the same on every machine.
    """

    file: str
    expected: str | None
    origin: str
    scores_sha256: str
    country: str | None = None
    pattern: str | None = None

    @property
    def grammar(self) -> dict[str, Any]:
        """Keyword arguments for Reader."""
        return {"country": self.country} if self.country else {"pattern": self.pattern}

    @property
    def path(self) -> Path:
        """The image file."""
        return SAMPLES_FOLDER / self.file


def load_samples() -> list[Sample]:
    """The samples in the order of their index; raises PosteyeError when the installation is incomplete."""
    path = SAMPLES_FOLDER / INDEX_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Sample])
    except (OSError, msgspec.DecodeError) as error:
        raise PosteyeError(f"{path} cannot be read ({error}); install posteye again") from error
