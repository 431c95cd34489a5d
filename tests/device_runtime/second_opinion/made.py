"""A made-up other recogniser, a calibration for it, and fields that our net alone rejects."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.clock import Clock
from device_runtime.grammar.grammar import DIGITS
from device_runtime.line_reader import LineReader, chosen
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from device_runtime.second_opinion.classes import BLANK, CLASSES, RUBBISH
from device_runtime.second_opinion.opinion import SecondOpinion, is_in_doubt
from device_runtime.second_opinion.recognizer import Recognise
from tests.calibrations import made_calibration

Gray = NDArray[np.uint8]
CALIBRATION = made_calibration((0.01, 0.9, 0.5))
NUMBERS = r"\d{1,8}"
_SURE = 0.999


def probabilities(text: str) -> NDArray[np.float32]:
    """float32 [columns, 12] of a recogniser that is sure of a text; "#" is rubbish, and blanks stand between."""
    columns = [BLANK]
    for sign in text:
        columns += [RUBBISH if sign == "#" else DIGITS.index(sign), BLANK]
    scores = np.full((len(columns), CLASSES), (1 - _SURE) / (CLASSES - 1), np.float32)
    scores[np.arange(len(columns)), columns] = _SURE
    return scores


class Told:
    """A recogniser that reads what it is told to, and keeps what it was shown."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shown: list[Gray] = []

    def __call__(self, gray: Gray) -> NDArray[np.float32]:
        self.shown.append(gray)
        return probabilities(self.text)


def asking(reader: Reader, recognise: Recognise) -> Reader:
    """A reader of its own that asks a recogniser; its calibration believes both from 0.9 on."""
    reader._second = SecondOpinion(reader._lines, recognise, CALIBRATION, reader.max_error)
    return reader


def is_doubted(lines: LineReader, field: Gray) -> bool:
    """Whether lines would ask about a field."""
    clock = Clock()
    return is_in_doubt(chosen(lines.augmented(lines.read(field, clock), clock)), lines.threshold)


@cache
def doubtful_field() -> tuple[Gray, str]:
    """A blurred sample that our net reads rightly and rejects for doubt alone, and its code."""
    reader = Reader(pattern=NUMBERS)
    for sample in load_samples():
        gray = cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE)
        if gray is None or not sample.expected or not sample.expected.isdigit() or "hand" not in sample.file:
            continue
        for blur_px in (0.5, 1.0, 1.5, 2.0, 2.5):
            field = np.asarray(cv2.GaussianBlur(gray, (0, 0), blur_px), np.uint8)
            reading = reader.read(field, field=True, upright=True).reading
            likely = reading.code == sample.expected and reading.confidence >= 0.5
            if likely and is_doubted(reader._lines, field):
                return field, sample.expected
    raise AssertionError("no blurred sample is in doubt; draw another one")
