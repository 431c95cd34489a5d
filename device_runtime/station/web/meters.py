"""How sharp and how well lit a picture is, as figures and in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from device_runtime.image.pixels import Pixels

SHARP, SOFT = 100.0, 30.0  # variance of the Laplacian; shipped samples have 165 to 550, blurred by 1 px 17 to 97
SHARPEST = 1000.0  # the end of the meter
BLACK, WHITE = 5, 250  # grey values that count as without and with all light
TOO_MUCH = 0.25  # share of the picture that may be black or white
PAPER = 110  # the brightest hundredth of the picture is paper: darker than this is too dark
PLAIN = 6.0  # standard deviation of the grey of an empty picture
_MOST_PX = 2_000_000  # in the middle of larger pictures


@dataclass(frozen=True)
class Meters:
    """What was measured.

    Attributes:
        sharpness: variance of the Laplacian of the grey, which falls with blur.
        contrast: standard deviation of the grey.
        black: share of pixels at BLACK or below.
        white: share of pixels at WHITE or above.
        paper: grey of the brightest hundredth.
    """

    sharpness: float
    contrast: float
    black: float
    white: float
    paper: int

    @property
    def level(self) -> float:
        """The sharpness on a meter from 0 to 1, where a step is a factor."""
        return min(1.0, math.log1p(self.sharpness) / math.log1p(SHARPEST))

    @property
    def focus_words(self) -> str:
        """What to do about the lens."""
        if self.contrast < PLAIN:
            return "Nothing to judge by: put a piece under the camera"
        if self.sharpness >= SHARP:
            return "Sharp"
        if self.sharpness >= SOFT:
            return "A little soft: turn the lens until the bar is longest"
        return "Blurred: turn the lens, or shorten the exposure if pieces move"

    @property
    def light_words(self) -> str:
        """What to do about the light."""
        if self.white > TOO_MUCH:
            return "Too bright: shorten the exposure or dim the lamp"
        if self.black > TOO_MUCH or self.paper < PAPER:
            return "Too dark: more light, or a longer exposure"
        return "Good"


def measure(gray: Pixels) -> Meters:
    """Measure a picture.

    Args:
        gray: uint8 [H, W], at least one pixel.

    Source: Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000 (variance of the Laplacian).
    """
    from device_runtime.image.opencv import cv2

    height, width = gray.shape
    if height * width > _MOST_PX:
        kept = math.sqrt(_MOST_PX / (height * width))
        rows, columns = int(height * kept), int(width * kept)
        top, left = (height - rows) // 2, (width - columns) // 2
        gray = np.ascontiguousarray(gray[top : top + rows, left : left + columns])
    counts = np.bincount(gray.reshape(-1), minlength=256)
    share = np.cumsum(counts) / gray.size
    laplacian = cv2.Laplacian(gray, cv2.CV_32F)
    return Meters(
        sharpness=float(laplacian.var()),
        contrast=float(gray.std()),
        black=float(share[BLACK]),
        white=float(1 - share[WHITE - 1]),
        paper=int(np.searchsorted(share, 0.99)),
    )
