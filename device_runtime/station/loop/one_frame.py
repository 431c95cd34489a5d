"""The reading of a piece where frames do not vote: the first that is accepted, or the one that is believed most."""

from __future__ import annotations

from device_runtime.image.pixels import Pixels
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.result import Result
from device_runtime.types import Wanted


class OneFrame:
    """Reads each frame by itself.

    Args:
        reader: that reads.
        field: whether the pictures are fields.
        role: whose code is wanted.
        region: of the pictures to read in.
        upright: whether the pictures are the right way up.
    """

    def __init__(self, reader: Reader, *, field: bool, role: Wanted, region: Region | None, upright: bool) -> None:
        self._reader, self._field, self._role = reader, field, role
        self._region, self._upright = region, upright
        self._best: Result | None = None

    def add(self, pixels: Pixels, until_s: float | None = None) -> Result:
        """Read a frame; returns the best reading so far."""
        found = self._reader.read(
            pixels, field=self._field, role=self._role, region=self._region, upright=self._upright, source="camera"
        )
        if self._best is None or found.reading.confidence > self._best.reading.confidence:
            self._best = found
        return self._best
