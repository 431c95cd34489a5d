"""The compiled core passes over frames with the same bits as NumPy, and finds the same lines."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.core import frames
from device_runtime.core.library import SWITCH, library, trouble
from device_runtime.piece.finding import find_lines, numpy_pixels
from device_runtime.piece.finding.skew import Turned
from tests.device_runtime.core.drawn import KINDS, draw

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")

Gray = NDArray[np.uint8]
SEEDS = range(100)
FIND = """
import sys
import numpy as np
from device_runtime.core.library import library
from device_runtime.piece.finding import find_lines
assert library() is None
for path in sys.argv[1:]:
    print(find_lines(np.load(path)))
"""


def picture(seed: int) -> Gray:
    """A picture of any kind, and of any size from 1 px on."""
    random = np.random.default_rng(seed)
    height, width = (int(side) for side in random.integers(1, (150, 260)))
    gray = draw(KINDS[seed % len(KINDS)], height, width, seed)
    # Some are parts of larger ones, or their rows run from right to left.
    return gray[:, ::-1] if seed % 7 == 0 else gray[height // 3 :, width // 4 :] if seed % 5 == 0 else gray


def mask(seed: int) -> Gray:
    """The ink of such a picture."""
    gray = picture(seed)
    return (gray < np.uint8(gray.mean())).astype(np.uint8)


def bits(planes: Sequence[NDArray[np.generic] | None]) -> list[tuple[object, ...] | None]:
    return [None if plane is None else (plane.dtype, plane.shape, plane.tobytes()) for plane in planes]


@pytest.mark.parametrize("factor", [1, 2, 3, 5, 64])
def test_frames_become_smaller_with_the_same_bits(factor: int) -> None:
    for seed in SEEDS:
        gray = picture(seed)
        assert bits(frames.shrink(gray, factor)) == bits(numpy_pixels.shrink(gray, factor)), seed


def test_the_same_pixels_are_darker() -> None:
    for seed in SEEDS:
        soft = picture(seed)
        high, wide = (-(-side // frames.BLOCK_PX) for side in soft.shape)
        level = np.random.default_rng(seed).integers(0, 256, (high, wide), dtype=np.uint8)
        found = frames.darker(soft, level)
        assert bits([found]) == bits([numpy_pixels.darker(soft, level)]), seed


def test_the_same_runs_and_pieces_are_traced() -> None:
    for seed in SEEDS:
        assert bits(frames.trace(mask(seed))) == bits(numpy_pixels.trace(mask(seed))), seed


@pytest.mark.parametrize("sizes", [(24, 30, 7, 7), (5, 3, 2, 3), (1, 1, 1, 1), (40, 90, 9, 18)])
def test_the_same_rules_are_taken_out(sizes: tuple[int, int, int, int]) -> None:
    taken = 0
    for seed in SEEDS:
        found = frames.rules(mask(seed), *sizes)
        assert bits(found) == bits(numpy_pixels.rules(mask(seed), *sizes)), seed
        taken += found[0] is not None
    assert taken > 5


def test_masks_are_turned_to_the_same_pixels() -> None:
    for seed in SEEDS:
        random, ink = np.random.default_rng(seed), mask(seed)
        size = (int(random.integers(1, 200)), int(random.integers(1, 300)))
        unit = 1 << numpy_pixels.TURN_BITS
        steps = (int(random.integers(-unit, unit)), int(random.integers(-unit, unit)))
        start = (int(random.integers(-9 * unit, 99 * unit)), int(random.integers(-99 * unit, 99 * unit)))
        found = frames.turn(ink, size, steps, start)
        assert bits([found]) == bits([numpy_pixels.turn(ink, size, steps, start)]), seed


@pytest.mark.parametrize("degrees", [-45.0, -13.25, 0.25, 30.0, 45.0])
def test_masks_are_turned_level_with_the_same_pixels(degrees: float, monkeypatch: pytest.MonkeyPatch) -> None:
    ink = mask(4)
    by_core = Turned(ink, degrees).mask
    monkeypatch.setattr("device_runtime.piece.finding.skew.turn", numpy_pixels.turn)
    assert by_core.any() and bits([by_core]) == bits([Turned(ink, degrees).mask])


def test_wrong_arrays_are_refused() -> None:
    gray = picture(4)
    with pytest.raises(TypeError, match="uint8, not float64"):
        frames.shrink(gray.astype(np.float64), 1)
    with pytest.raises(ValueError, match="one for each block of 8 px"):
        frames.darker(gray, np.zeros((1, 1), np.uint8))


def test_the_same_lines_are_found_without_the_core(tmp_path: Path) -> None:
    tilted_sheet, ruled = (np.full((420, 640), 235, np.uint8) for _ in range(2))
    for row, text in enumerate(("Anna Weber", "Lindenweg 14", "10557 Berlin", "Deutschland")):
        for sheet in (tilted_sheet, ruled):
            cv2.putText(sheet, text, (150, 110 + 70 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 40, 2, cv2.LINE_AA)
        cv2.line(ruled, (20, 125 + 70 * row), (620, 126 + 70 * row), 70, 2)
    matrix = cv2.getRotationMatrix2D((320, 210), -14, 1)
    tilted_sheet = np.asarray(cv2.warpAffine(tilted_sheet, matrix, (640, 420), borderValue=(235,)), np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (217, 331), dtype=np.uint8)
    pictures = [tilted_sheet, ruled, noise]
    paths = [tmp_path / f"{number}.npy" for number in range(len(pictures))]
    for path, gray in zip(paths, pictures, strict=True):
        np.save(path, gray)
    child = [sys.executable, "-c", FIND, *map(str, paths)]
    environment = {**os.environ, SWITCH: "numpy", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(child, env=environment, capture_output=True, text=True, check=True)
    found = [find_lines(gray) for gray in pictures]
    assert len(found[0]) == len(found[1]) == 4 and found[2]
    assert done.stdout.splitlines() == [repr(lines) for lines in found]
