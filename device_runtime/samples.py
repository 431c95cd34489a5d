"""The sample fields that come with the program, and what a healthy reader reads in them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Reading

SAMPLES_FOLDER = Path(__file__).parent / "samples"
INDEX_FILE = "samples.json"


class Sample(Struct, frozen=True, forbid_unknown_fields=True):
    """One field.

    Attributes:
        file: name of its image in SAMPLES_FOLDER.
        expected: the code in it; None when nobody can read it, so that it must not be accepted.
        origin: what it was made of, and under which licence.
        scores_sha256: SHA-256 of the NumPy engine's int8 scores, which are the same on every machine.
        country: the grammar to read it with, or None.
        pattern: the grammar to read it with when there is no country.
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

    def is_read_as_expected(self, reading: Reading) -> bool:
        """Whether it is accepted with its code, or, when nobody can read it, not accepted and a reason given."""
        if self.expected is None:
            return reading.status != "accepted" and bool(reading.reason)
        return (reading.status, reading.code) == ("accepted", self.expected)


def load_samples() -> list[Sample]:
    """Return the samples in the order of their index.

    Raises:
        PosteyeError: the installation is incomplete.
    """
    path = SAMPLES_FOLDER / INDEX_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Sample])
    except (OSError, msgspec.DecodeError) as error:
        raise PosteyeError(f"{path} cannot be read ({error}); install posteye again") from error


def golden_scores(path: Path) -> str:
    """Return the SHA-256 of the int8 scores that the NumPy engine and the shipped bundle give for an image file."""
    bundle = load_bundle()
    scanner = Scanner(bundle, engines.pick("numpy", bundle.model))
    return hashlib.sha256(scanner.scores(normalize(load_gray(path)).pixels).tobytes()).hexdigest()
