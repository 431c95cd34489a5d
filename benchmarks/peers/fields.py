"""The images that the readers are timed with: the samples that come with the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import PosteyeError
from device_runtime.samples import SAMPLES_FOLDER, load_samples


@dataclass(frozen=True)
class TimedFields:
    """What is timed.

    Attributes:
        plain: Handwritten fields of five digits and nothing else, which the goal is about.
        others: The other samples: fewer or more digits, printed lines with other writing, and a smear.
    """

    plain: tuple[Path, ...]
    others: tuple[Path, ...]

    @property
    def every(self) -> tuple[Path, ...]:
        """All images in the order of reading: the plain ones come first."""
        return self.plain + self.others

    @property
    def origin(self) -> str:
        """What they are, for people."""
        return f"{len(self.plain)} handwritten samples of five digits, and of all {len(self.every)} samples"


def timed_fields() -> TimedFields:
    """The samples that come with the program, those of five handwritten digits apart.

    Raises:
        PosteyeError: None of them is such a field.
    """
    samples = load_samples()
    # Printed samples are whole address lines; those from MNIST hold the digits alone.
    plain = [s for s in samples if re.fullmatch(r"\d{5}", s.expected or "") and "MNIST" in s.origin]
    if not plain:
        raise PosteyeError(
            f"no sample in {SAMPLES_FOLDER} is a field of five digits from MNIST; make the samples again"
        )
    return TimedFields(tuple(s.path for s in plain), tuple(s.path for s in samples if s not in plain))
