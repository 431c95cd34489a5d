"""What the tests of training share: a few synthetic hands and a font that comes with Pillow."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ImageFont

from train.data.writers import Writer
from train.synthesis.generator import FieldGenerator


@pytest.fixture(scope="session")
def writers() -> list[Writer]:
    """Two hands whose digits are OpenCV's Hershey figures."""
    made = []
    for thickness in (2, 3):
        glyphs = []
        for digit in "0123456789":
            canvas = np.zeros((28, 22), np.uint8)
            cv2.putText(canvas, digit, (2, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.85, 255, thickness, cv2.LINE_AA)
            glyphs.append((canvas,))
        made.append(Writer(tuple(glyphs)))
    return made


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Path]]:
    """Print and handwriting fonts: both are Pillow's own, so that the tests need no installed font."""
    font = ImageFont.load_default(40)
    assert isinstance(font, ImageFont.FreeTypeFont)
    path = tmp_path_factory.mktemp("fonts") / "default.ttf"
    path.write_bytes(font.font_bytes)
    return [path], [path]


@pytest.fixture
def generator(writers: list[Writer], fonts: tuple[list[Path], list[Path]]) -> FieldGenerator:
    """A generator with a fixed seed."""
    return FieldGenerator(writers, 11, fonts)
