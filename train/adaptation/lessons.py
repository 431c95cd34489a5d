"""What a station teaches a bundle: fields with their codes, and strips that must not be read worse afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from device_runtime.bundle import Bundle
from train.data.labelled import LABELS, Station, load_station
from train.progress import Progress
from train.synthesis.shards import Shard


@dataclass(frozen=True)
class Taught:
    """What is learned at a station.

    Attributes:
        station: The fields, with the codes that they are believed to hold.
        shares: How often each field is drawn, float64 [fields], summing to 1; None = equally often.
        adapted_to: What the manifest tells of the fields.
        source: Their name among the manifest's sources.
        held_back: Strips that are not learned, by what they are.
        judges: Which of them, and whether the held-out generated strips too, refuse a net that reads them worse.
    """

    station: Station
    shares: NDArray[np.float64] | None
    adapted_to: dict[str, Any]
    source: str
    held_back: Mapping[str, Shard] = field(default_factory=dict)
    judges: tuple[str, ...] = ()


class Lessons(Protocol):
    """Where a bundle finds what it learns at a station.

    Attributes:
        steps: Numbered ones that `teach` takes.
        option: How the command names the folder, as it is told to others.
    """

    @property
    def steps(self) -> int: ...
    @property
    def option(self) -> str: ...

    def known_by(self) -> dict[str, Any]:
        """What tells these lessons from others, as JSON values.

        Raises:
            PosteyeError: When nothing can be learned from them.
        """

    def teach(self, bundle: Bundle, out: Path, seed: int, progress: Progress) -> Taught:
        """What is learned.

        Args:
            bundle: That learns.
            out: The run's folder, in which it may keep what it has found.
            seed: Of all chance.
            progress: Of the run.

        Raises:
            PosteyeError: When there is too little.
        """


@dataclass(frozen=True)
class Labelled:
    """Fields that people labelled.

    Attributes:
        folder: Of images and labels.csv.
    """

    steps: ClassVar[int] = 0
    option: ClassVar[str] = "--extra FOLDER"
    folder: Path

    def known_by(self) -> dict[str, Any]:
        """The table of labels, by its hash; raises as `load_station`."""
        assert self._station
        return {"folder": hashlib.sha256((self.folder / LABELS).read_bytes()).hexdigest()}

    def teach(self, bundle: Bundle, out: Path, seed: int, progress: Progress) -> Taught:
        """All of them, equally often; nothing is held back."""
        name, fields = self._station.name, len(self._station.codes)
        told = {"folder": name, "fields": fields}
        return Taught(self._station, None, told, f"{fields} labelled fields of {name}")

    @cached_property
    def _station(self) -> Station:
        return load_station(self.folder)
