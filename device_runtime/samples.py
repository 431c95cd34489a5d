"""The sample fields and whole pieces that come with the program, and what a healthy reader reads in them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from device_runtime.errors import PosteyeError
from device_runtime.image.load import load_image
from device_runtime.image.normalize import normalize
from device_runtime.image.pixels import to_gray
from device_runtime.reader import Reader
from device_runtime.types import Reading, Strip

SAMPLES_FOLDER = Path(__file__).parent / "samples"
INDEX_FILE = "samples.json"


class Golden(Struct, frozen=True, forbid_unknown_fields=True):
    """SHA-256 of what each stage makes of a sample with the NumPy engine: the same on every machine, core or not.

    Attributes:
        strip: of the strip's pixels and its map to the field; of a piece that of the line which is reported.
        scores: of the strip's int8 scores.
        reading: of the reading, reason, confidences and places to the last bit.
    """

    strip: str
    scores: str
    reading: str


class Sample(Struct, frozen=True, forbid_unknown_fields=True):
    """One field, or one whole piece.

    Attributes:
        file: name of its image in SAMPLES_FOLDER.
        expected: the code in it; None when it must not be accepted: nobody can read it, or it has a rival.
        origin: what it was made of, and under which licence.
        golden: what each stage makes of it.
        country: the grammar to read it with, or None.
        pattern: the grammar to read it with when there is no country.
        field: whether it is one text field; else a whole piece.
        rival: a code that a rejection must name; None = any reason will do.
    """

    file: str
    expected: str | None
    origin: str
    golden: Golden
    country: str | None = None
    pattern: str | None = None
    field: bool = True
    rival: str | None = None

    @property
    def grammar(self) -> dict[str, Any]:
        """Keyword arguments for Reader."""
        return {"country": self.country} if self.country else {"pattern": self.pattern}

    @property
    def path(self) -> Path:
        """The image file."""
        return SAMPLES_FOLDER / self.file

    def is_read_as_expected(self, reading: Reading) -> bool:
        """Whether it is accepted with its code, or, when it must not be, rejected for a reason that names its rival."""
        if self.expected is None:
            return (
                reading.status != "accepted" and bool(reading.reason) and (self.rival or "") in (reading.reason or "")
            )
        return (reading.status, reading.code) == ("accepted", self.expected)


def load_samples() -> list[Sample]:
    """Return the sample fields in the order of their index.

    Raises:
        PosteyeError: the installation is incomplete.
    """
    return [sample for sample in load_index() if sample.field]


def load_pieces() -> list[Sample]:
    """Return the sample pieces in the order of their index.

    Raises:
        PosteyeError: the installation is incomplete.
    """
    return [sample for sample in load_index() if not sample.field]


def load_index(folder: Path = SAMPLES_FOLDER) -> list[Sample]:
    """Return all samples, the fields first.

    Args:
        folder: that holds them.

    Raises:
        PosteyeError: the installation is incomplete.
    """
    path = folder / INDEX_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Sample])
    except (OSError, msgspec.DecodeError) as error:
        raise PosteyeError(f"{path} cannot be read ({error}); install posteye again") from error


def golden(sample: Sample, path: Path | None = None) -> Golden:
    """Read a sample with the NumPy engine and the shipped bundle, and return the hash of what each stage makes of it.

    Args:
        sample: how it is read.
        path: of the image; None = where the sample is installed.
    """
    image, reader = load_image(path or sample.path), Reader(**sample.grammar, engine="numpy")
    result = reader.read(image, field=sample.field)
    strip = normalize(to_gray(image)) if sample.field else result.trace.strip
    found = asdict(result.reading)
    if sample.field:
        for candidate in found["candidates"]:
            del candidate["field"]  # all are in the field given
    # A float is written with as many digits as tell it from its neighbours.
    reading = json.dumps(found).encode()
    return Golden(*map(_sha256, (_bytes(strip), reader.scanner.scores(strip.pixels).tobytes(), reading)))


def _bytes(strip: Strip) -> bytes:
    """A strip's width, pixels and map, the map's float64 in little-endian order."""
    width = strip.pixels.shape[1]
    return b"%d " % width + strip.pixels.tobytes() + strip.image_from_strip.astype("<f8").tobytes()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
