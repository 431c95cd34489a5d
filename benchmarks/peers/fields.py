"""The images that the readers are timed with: fields of five digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from device_runtime.errors import PosteyeError
from device_runtime.samples import INDEX_FILE, SAMPLES_FOLDER, load_samples

_DRAWN, _SEED = 10, 1998


@dataclass(frozen=True)
class TimedFields:
    """Images of five digits and nothing else, and where they come from."""

    paths: tuple[Path, ...]
    origin: str


def timed_fields(scratch: Path) -> TimedFields:
    """The handwritten samples of five digits that come with the program; without samples, fields drawn in `scratch`.

    Raises PosteyeError when there are samples, but none that will do.
    """
    if not (SAMPLES_FOLDER / INDEX_FILE).is_file():
        return TimedFields(_drawn(scratch), f"{_DRAWN} fields of five digits drawn by OpenCV (there are no samples)")
    # Printed samples are whole address lines; those from MNIST hold the digits alone.
    alone = [s for s in load_samples() if re.fullmatch(r"\d{5}", s.expected or "") and "MNIST" in s.origin]
    if not alone:
        raise PosteyeError(
            f"no sample in {SAMPLES_FOLDER} is a field of five digits from MNIST; make the samples again"
        )
    return TimedFields(tuple(s.path for s in alone), f"{len(alone)} handwritten samples of five digits")


def _drawn(folder: Path) -> tuple[Path, ...]:
    random = np.random.default_rng(_SEED)
    paths = []
    for number in range(_DRAWN):
        text = "".join(str(digit) for digit in random.integers(0, 10, 5))
        scale, stroke_px = float(random.uniform(1.1, 1.6)), int(random.integers(2, 4))
        (width_px, height_px), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, stroke_px)
        ink = np.zeros((height_px + 24, width_px + 32), np.uint8)
        cv2.putText(ink, text, (16, height_px + 12), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, stroke_px, cv2.LINE_AA)
        paper = random.normal(215, 4, ink.shape) - ink * (150 / 255)
        paths.append(folder / f"drawn-{number}.png")
        cv2.imwrite(str(paths[-1]), paper.clip(0, 255).astype(np.uint8))
    return tuple(paths)
