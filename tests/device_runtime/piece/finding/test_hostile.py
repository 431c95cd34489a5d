"""Pictures without writing, and pictures that are nothing but ink, give few lines in bounded time, and no error."""

from __future__ import annotations

import time

import numpy as np
import pytest

from device_runtime.piece.finding import find_lines
from device_runtime.piece.finding.lines import MOST_LINES
from device_runtime.piece.sampling import sample
from tests.device_runtime.piece.finding.sheets import Gray, sheet, write

SHAPES = [(1, 1), (1, 2), (2, 1), (1, 50), (50, 1), (7, 7), (8, 9), (300, 1), (1, 5000), (9, 700)]
ENOUGH_S = 5.0  # many times what a slow machine with other work takes


@pytest.mark.parametrize("shape", SHAPES)
def test_the_smallest_pictures_are_looked_at(shape: tuple[int, int]) -> None:
    for level in (0, 128, 255):
        assert find_lines(sheet(*shape, level)) == []
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert len(find_lines(noise)) <= MOST_LINES


@pytest.mark.parametrize("level", [0, 1, 127, 254, 255])
def test_an_even_picture_has_no_lines(level: int) -> None:
    assert find_lines(sheet(900, 1100, level)) == []


def noises() -> list[Gray]:
    """Noise of several kinds."""
    random = np.random.default_rng(3)
    gray = random.integers(0, 256, (600, 800), dtype=np.uint8)
    dots = np.where(random.random((600, 800)) < 0.02, 0, 255)
    blocks = random.integers(0, 2, (75, 100)).repeat(8, 0).repeat(8, 1) * 255
    checker = np.indices((600, 800)).sum(0) % 2 * 255
    stripes = np.arange(600)[:, None] // 9 % 2 * np.full(800, 255)
    return [gray, *(np.asarray(one, np.uint8) for one in (dots, blocks, checker, stripes, stripes[:, :600].T))]


@pytest.mark.parametrize("kind", range(6))
def test_noise_gives_lines_that_can_be_cut_out(kind: int) -> None:
    picture = noises()[kind]
    begin = time.perf_counter()
    lines = find_lines(picture)
    assert time.perf_counter() - begin < ENOUGH_S and len(lines) <= MOST_LINES
    for line in lines:
        assert sample(picture, line.field).size and line.height_px > 0
    assert lines == find_lines(picture)


def test_of_too_many_lines_those_with_most_ink_are_kept() -> None:
    picture = sheet(1480, 1480)
    for row in range(60):
        for column in range(14):
            write(picture[2 + 24 * row : 26 + 24 * row, 10 + 105 * column : 70 + 105 * column], "117", 2, 16, 0.5)
    write(picture[1450:1480], "88", 20, 24, 0.9)
    lines = find_lines(picture)
    assert len(lines) == MOST_LINES
    assert max(corner[1] for line in lines for corner in line.field.corners) > 1450


def test_a_very_large_white_picture_is_looked_at_quickly() -> None:
    picture = sheet(8000, 8000, 255)
    begin = time.perf_counter()
    assert find_lines(picture) == []
    assert time.perf_counter() - begin < ENOUGH_S
