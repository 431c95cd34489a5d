"""Golden pieces: small whole pictures, put together from the sample fields, the same pixels on every machine.

Each holds one line with a code, which is known from its sample, and lines of letters without one, as mail does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.load import load_gray
from device_runtime.samples import SAMPLES_FOLDER, Sample, load_samples

_PAPER = 236  # grey level
_HEIGHT_PX, _WIDTH_PX = 440, 760


@dataclass(frozen=True)
class _Line:
    """A line of a page: a piece of a sample, and where it stands.

    Attributes:
        file: of the sample.
        top: row of the page.
        left: column of the page.
        start: first column of the sample that is taken.
        end: the column after the last; None = all.
    """

    file: str
    top: int
    left: int
    start: int = 0
    end: int | None = None


_SUBANG_JAYA = _Line("09-print.png", 30, 20, 152)
_SPRINGFIELD = _Line("10-print.png", 30, 20, 0, 360)
_HAMBURG = _Line("08-print.png", 30, 20, 186)
# The line with the code, then the others.
_PAGES: Mapping[str, tuple[_Line, ...]] = {
    "label": (_Line("08-print.png", 320, 220), _SUBANG_JAYA, _Line("10-print.png", 210, 220, 0, 360)),
    "envelope": (_Line("01-hand.png", 320, 400), _SPRINGFIELD, _Line("08-print.png", 220, 400, 186)),
    "window": (_Line("10-print.png", 300, 120), _HAMBURG, _Line("09-print.png", 180, 120, 152)),
}


def golden_pages() -> list[tuple[str, Sample, NDArray[np.uint8]]]:
    """Return name, sample whose code stands on it, and pixels, uint8 [H, W], of each page."""
    samples = {sample.file: sample for sample in load_samples()}
    return [(name, samples[lines[0].file], _draw(lines)) for name, lines in _PAGES.items()]


def _draw(lines: tuple[_Line, ...]) -> NDArray[np.uint8]:
    page = np.full((_HEIGHT_PX, _WIDTH_PX), _PAPER, np.uint8)
    for line in lines:
        gray = load_gray(SAMPLES_FOLDER / line.file)[:, line.start : line.end]
        # Its ink on our paper: how much darker it is than its own paper, the level that half of its pixels exceed.
        ink = np.maximum(np.sort(gray, axis=None)[gray.size // 2] - gray.astype(np.int16), 0)
        place = page[line.top : line.top + gray.shape[0], line.left : line.left + gray.shape[1]]
        place[:] = np.maximum(place - ink, 0).astype(np.uint8)
    return page
