"""Fields whose reading is known to go well, and the disturbances that they are put to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.mnist_strings.fields import DIGITS, StringMaker
from benchmarks.mnist_strings.sets import PATTERN as FIVE
from train.data.labelled import MNIST_FIELD_PX, pasted
from train.data.mnist import Digits
from train.synthesis.writing.fonts import PRINT_FAMILIES, find_fonts
from train.synthesis.writing.typeset import Typesetter

Gray = NDArray[np.uint8]
Disturb = Callable[[Gray, float, np.random.Generator], Gray]
PAPER, WRITING = 224, 32  # grey levels: room for noise on both sides
_BODY_PX = 20.0  # of printed digits, as tall as MNIST's
_PRINT_MARGIN_PX = 6
TITLES = {"digits": "MNIST test digits", "strings": "five of one writer", "print": "five printed digits"}  # of sets


@dataclass(frozen=True)
class FieldSet:
    """Fields of one kind; their digits are 20 px tall.

    Attributes:
        name: Of TITLES.
        images: The fields, uint8 [H, W].
        codes: What they hold.
        pattern: What they are read with.
    """

    name: str
    images: list[Gray]
    codes: list[str]
    pattern: str


@dataclass(frozen=True)
class Disturbance:
    """Something done to a field at several levels.

    Attributes:
        name: In results files.
        title: For people.
        unit: Of the levels, for the axis.
        neutral: The level that does nothing.
        levels: Those that are measured.
        apply: Makes the disturbed field of a field, a level and a random generator.
    """

    name: str
    title: str
    unit: str
    neutral: float
    levels: tuple[float, ...]
    apply: Disturb


def field_sets(digits: Digits, count: int, seed: int) -> list[FieldSet]:
    """Single digits, clean strings of five of one writer, and printed strings of five, `count` each.

    Raises:
        PosteyeError: No font for print is installed.
    """
    random = np.random.default_rng(seed)
    rows = sorted(random.choice(len(digits.labels), min(count, len(digits.labels)), replace=False).tolist())
    single = [_toned(pasted(digits.images[row], MNIST_FIELD_PX)) for row in rows]
    maker = StringMaker(digits, seed)
    strings = [maker.clean() for _ in range(count)]
    written = [_toned(string.image) for string in strings]
    setter = Typesetter(find_fonts(PRINT_FAMILIES), random)
    codes = [f"{number:0{DIGITS}d}" for number in random.integers(0, 10**DIGITS, count).tolist()]
    return [
        FieldSet("digits", single, [str(digits.labels[row]) for row in rows], r"\d"),
        FieldSet("strings", written, [s.digits for s in strings], FIVE),
        FieldSet("print", [_toned(_printed(setter, code)) for code in codes], codes, FIVE),
    ]


def _printed(setter: Typesetter, code: str) -> Gray:
    """A code in a font drawn at random, cut to its ink with a margin, dark on light."""
    ink = setter.set_line(code, _BODY_PX)
    rows, cols = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    return np.asarray(255 - np.pad(cut, _PRINT_MARGIN_PX), np.uint8)


def _toned(image: Gray) -> Gray:
    return np.asarray(np.rint(WRITING + image * ((PAPER - WRITING) / 255)).astype(np.uint8), np.uint8)


def salt_and_pepper(image: Gray, share: float, random: np.random.Generator) -> Gray:
    """Invert each pixel with a probability. Source: the paper, section VII (training of the SDNN) and Fig. 13."""
    return np.where(random.random(image.shape) < share, PAPER + WRITING - image, image).astype(np.uint8)


def gaussian_noise(image: Gray, sigma: float, random: np.random.Generator) -> Gray:
    """Add normal noise; sigma in grey levels of 255."""
    return _gray(image + random.normal(0, sigma, image.shape))


def resized(image: Gray, factor: float, _: np.random.Generator) -> Gray:
    """The whole field with more or fewer pixels."""
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=way), np.uint8)


def in_larger_field(image: Gray, factor: float, _: np.random.Generator) -> Gray:
    """The writing as it is, with paper around it until the field is `factor` times as high (and as much wider)."""
    spare = round((factor - 1) * image.shape[0] / 2)
    return np.pad(image, spare, constant_values=PAPER)


def rotated(image: Gray, degrees: float, _: np.random.Generator) -> Gray:
    """Turn the field about its middle, counter-clockwise for positive degrees; it grows so that nothing is cut off."""
    rows, cols = image.shape
    matrix = cv2.getRotationMatrix2D(((cols - 1) / 2, (rows - 1) / 2), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, tall = round(cols * cosine + rows * sine), round(cols * sine + rows * cosine)
    matrix[:, 2] += ((wide - cols) / 2, (tall - rows) / 2)
    return np.asarray(cv2.warpAffine(image, matrix, (wide, tall), flags=cv2.INTER_LINEAR, borderValue=PAPER), np.uint8)


def blurred(image: Gray, sigma_px: float, _: np.random.Generator) -> Gray:
    """Gaussian blur."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE), np.uint8)


def lower_contrast(image: Gray, share: float, _: np.random.Generator) -> Gray:
    """Draw paper and writing towards the middle grey until their difference is `share` of what it was."""
    middle = (PAPER + WRITING) / 2
    return _gray(middle + share * (image - middle))


def _gray(values: NDArray[np.float64]) -> Gray:
    return np.asarray(np.rint(values).clip(0, 255).astype(np.uint8), np.uint8)


DISTURBANCES: Sequence[Disturbance] = (
    Disturbance("salt", "salt and pepper", "pixels inverted, share", 0, (0.02, 0.05, 0.1, 0.15, 0.2), salt_and_pepper),
    Disturbance("gauss", "Gaussian noise", "sigma, grey levels of 255", 0, (10, 20, 40, 60), gaussian_noise),
    Disturbance("blur", "blur", "sigma, px (digits are 20 px)", 0, (1, 1.5, 2, 3, 4), blurred),
    Disturbance("contrast", "contrast", "share of the difference", 1, (0.05, 0.1, 0.25, 0.5), lower_contrast),
    Disturbance("scale", "scale of the image", "factor", 1, (0.25, 0.35, 0.5, 0.7, 1.4, 2), resized),
    Disturbance("field", "writing in a larger field", "height of the field, factor", 1, (1.5, 2, 3), in_larger_field),
    Disturbance("rotation", "rotation", "degrees", 0, (-15, -10, -5, 5, 10, 15), rotated),
)
