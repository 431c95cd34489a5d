"""The student's strip stands where the line's own does, keeps its slant, and is a quarter taller."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks.distilled.upright import TALL_PX, upright
from device_runtime.geometry import BODY_HEIGHT_PX, INK_LEVEL, MIDDLE_PX
from device_runtime.image.normalize import normalize

_SLANT = 0.35  # columns to the right for a row up


@pytest.fixture(scope="module")
def slanted() -> np.ndarray:
    """A field of slanted ones, 40 px tall, dark on light."""
    field = np.full((80, 260), 215, np.uint8)
    for left in range(40, 220, 36):
        cv2.line(field, (left, 60), (round(left + _SLANT * 40), 20), 30, 4, cv2.LINE_AA)
    return field


def _slant(pixels: np.ndarray) -> float:
    """By how much ink of the lower half stands left of that of the upper half, columns a row, of one stroke."""
    columns = np.flatnonzero((pixels > INK_LEVEL).any(axis=0))
    end = columns[0] + int(np.flatnonzero(np.diff(columns, append=columns[-1] + 2) > 1)[0])
    rows, found = np.nonzero(pixels[:, : end + 1] > INK_LEVEL)
    return -float(np.polyfit(rows, found, 1)[0])


def test_slanted_writing_stays_slanted(slanted: np.ndarray) -> None:
    strip = normalize(slanted)
    mine = upright(slanted, strip).strip
    assert abs(_slant(strip.pixels)) < 0.1
    assert _slant(mine.pixels) == pytest.approx(_SLANT * BODY_HEIGHT_PX / TALL_PX, abs=0.06)


def test_the_middle_row_shows_the_same_place(slanted: np.ndarray) -> None:
    strip = normalize(slanted)
    mine = upright(slanted, strip)
    for x in (0, 50):
        theirs = strip.image_from_strip @ [x, MIDDLE_PX, 1]
        ours = mine.strip.image_from_strip @ [x + mine.left_px, MIDDLE_PX, 1]
        assert ours == pytest.approx(theirs)


def test_writing_is_a_quarter_taller_and_all_of_it_is_shown(slanted: np.ndarray) -> None:
    strip = normalize(slanted)
    mine = upright(slanted, strip).strip
    tall = [np.flatnonzero((pixels > INK_LEVEL).any(axis=1)) for pixels in (strip.pixels, mine.pixels)]
    spans = [rows[-1] - rows[0] + 1 for rows in tall]
    assert spans[1] / spans[0] == pytest.approx(TALL_PX / BODY_HEIGHT_PX, abs=0.15)
    assert not (mine.pixels[:, [0, -1]] > INK_LEVEL).any()


def test_a_shade_on_the_paper_is_no_ink(slanted: np.ndarray) -> None:
    shade = np.linspace(0, 90, slanted.shape[1])[None]
    shaded = np.clip(slanted - shade, 0, 255).astype(np.uint8)
    mine = upright(shaded, normalize(slanted)).strip
    plain = upright(slanted, normalize(slanted)).strip
    assert np.mean((mine.pixels > INK_LEVEL) != (plain.pixels > INK_LEVEL)) < 0.02
