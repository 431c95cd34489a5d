"""Pages of several lines, and lines that were ruled: which line is reported, and that rules do not hide it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime import Reader
from device_runtime.samples import load_samples
from tests.device_runtime.lettering import write

PAPER = 230


@pytest.fixture(scope="module")
def reader() -> Reader:
    """A reader of five digits."""
    return Reader(pattern=r"\d{5}")


def field(start: str) -> NDArray[np.uint8]:
    """A sample, by the beginning of its name, on paper of one brightness."""
    path = next(sample.path for sample in load_samples() if sample.file.startswith(start))
    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(np.int64)
    return np.clip(gray + PAPER - int(np.median(gray)), 0, 255).astype(np.uint8)


def page(*lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lines one below the other, far apart."""
    sheet = np.full((100 + sum(100 + len(line) for line in lines), 100 + max(line.shape[1] for line in lines)), PAPER)
    top = 100
    for line in lines:
        sheet[top : top + len(line), 50 : 50 + line.shape[1]] = line
        top += len(line) + 100
    return sheet.astype(np.uint8)


def test_of_several_lines_with_a_code_the_surest_is_reported_and_the_other_is_its_rival(reader: Reader) -> None:
    clear = field("04")
    faint = np.asarray(cv2.GaussianBlur(field("01"), (0, 0), 3.0), np.uint8)
    one, other = (reader.read(page(line), role="any").reading for line in (clear, faint))
    assert one.code and other.code and one.code != other.code
    assert one.confidence > other.confidence
    for lines in ((clear, faint), (faint, clear)):
        found = reader.read(page(*lines), role="any").reading
        assert found.code == one.code and found.candidates[1].code == other.code


@pytest.mark.parametrize("height", [0.12, 0.3, 0.5, 0.7, 0.9])
def test_a_code_on_a_ruled_line_is_read(reader: Reader, height: float) -> None:
    ruled = np.asarray(cv2.copyMakeBorder(field("08"), 8, 8, 60, 120, cv2.BORDER_CONSTANT, value=(PAPER,)), np.uint8)
    y = int(height * len(ruled))
    cv2.line(ruled, (0, y), (ruled.shape[1] - 1, y), 20, 2)
    reading = reader.read(ruled, field=True).reading
    assert reading.code == "20095" and reading.confidence > 0.5


def letters() -> NDArray[np.uint8]:
    """A line without a code."""
    line = np.full((60, 420), PAPER, np.uint8)
    write(line, "Hauptstrasse", 20, 44, 2.0, 20)
    return line


def test_doubtful_lines_are_read_at_other_widths_only_on_a_page_without_a_code(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    strips = []
    scores = reader.scanner.scores

    def counted(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
        strips.append(pixels)
        return scores(pixels)

    monkeypatch.setattr(reader.scanner, "scores", counted)
    # The word, parts of it, and all upside down; what might be digits in them at other widths.
    assert reader.read(page(letters())).reading.status != "accepted"
    assert len(strips) <= 30
    strips.clear()
    assert reader.read(page(field("04"), letters()), role="any").reading.code == "62704"
    assert len(strips) <= 8
    strips.clear()
    assert reader.read(letters(), field=True).reading.status == "no_code"
    assert len(strips) == 3
