"""What is read: golden fields and pieces, whose codes are known, or the files of a user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.bench.job import Job
from device_runtime.errors import PosteyeError
from device_runtime.files.regular import printable
from device_runtime.samples import Sample, load_pieces, load_samples

FIELDS, PIECES = "fields", "pieces"
_LABELS = "labels.csv"  # stands beside images that are labelled


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        name: for messages.
        source: its file, or its pixels, uint8 [H, W].
        grammar: the codes in it, as Reader takes them.
        sample: what must be read in it; None where that is not known.
    """

    name: str
    source: str | NDArray[np.uint8]
    grammar: Mapping[str, Any]
    sample: Sample | None = None


@dataclass(frozen=True)
class ImageSet:
    """Images whose times belong together.

    Attributes:
        kind: FIELDS, each one line of writing, or PIECES, whole pictures.
        images: in the order in which they are read.
        golden: whether all have samples; then each is read equally often, on every machine.
    """

    kind: str
    images: tuple[Image, ...]
    golden: bool


def image_sets(job: Job) -> list[Callable[[], ImageSet]]:
    """Return what makes each set of images of a job, so that none is made before the first reading is timed."""
    return [lambda: _own(job)] if job.files else [_golden_fields, _golden_pieces]


def files_in(folder: Path) -> tuple[str, ...]:
    """Return the files of a user's folder, by name; hidden ones and the list of labels are left out.

    Raises:
        PosteyeError: there are none, or it is no folder.
    """
    try:
        found = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and not path.is_dir())
    except OSError as error:
        raise PosteyeError(f"{folder} cannot be read: {error.strerror}; give a folder of images") from error
    files = tuple(str(path) for path in found if path.name != _LABELS)
    if not files:
        raise PosteyeError(f"there are no files in {folder}: give a folder of images, or none for the golden ones")
    return files


def _own(job: Job) -> ImageSet:
    grammar = {"country": job.country, "pattern": job.pattern, "lexicon": job.lexicon}
    images = tuple(Image(printable(file), file, grammar) for file in job.files)
    return ImageSet(FIELDS if job.field else PIECES, images, golden=False)


def _golden_fields() -> ImageSet:
    images = tuple(Image(sample.file, str(sample.path), sample.grammar, sample) for sample in load_samples())
    return ImageSet(FIELDS, images, golden=True)


def _golden_pieces() -> ImageSet:
    images = tuple(Image(piece.file, str(piece.path), piece.grammar, piece) for piece in load_pieces())
    return ImageSet(PIECES, images, golden=True)
