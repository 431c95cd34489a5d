"""posteye as a reader for `benchmarks.peers`: `python -m benchmarks.peers.readers.posteye [BUNDLE]`."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.readers.serve import Recognizer, serve
from device_runtime.reader import Reader
from device_runtime.version import VERSION

PATTERN = r"\d{1,8}"  # no hint of the length: the others get none either


def make() -> Recognizer:
    """posteye with its shipped bundle, or the one named on the command line.

    Raises:
        PosteyeError: There is no such bundle.
    """
    reader = Reader(pattern=PATTERN, bundle=sys.argv[1] if len(sys.argv) > 1 else None)
    manifest = reader.bundle.manifest

    def read(gray: NDArray[np.uint8]) -> tuple[str, float]:
        reading = reader.read(gray, field=True, upright=True).reading
        return reading.code or "", reading.confidence

    version = f"{VERSION}, {manifest.name} {manifest.version}, {reader.engine}"
    return Recognizer("posteye", version, len(reader.bundle.model), read)


if __name__ == "__main__":
    serve(make)
