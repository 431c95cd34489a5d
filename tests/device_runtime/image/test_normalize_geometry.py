"""Where the writing ends up in the strip: upright, level, whole, and mapped back to the image to a few pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.image.normalize import normalize
from device_runtime.types import Strip

PAPER, INK = 210, 30


def bars(places: list[int], height: int = 64, width: int = 420, tall: int = 30) -> NDArray[np.uint8]:
    """Upright strokes in the middle of a field."""
    field = np.full((height, width), PAPER, np.uint8)
    for x in places:
        cv2.line(field, (x, (height - tall) // 2), (x, (height + tall) // 2), INK, 5)
    return field


def sheared(field: NDArray[np.uint8], right: float = 0.0, down: float = 0.0) -> NDArray[np.uint8]:
    """A field whose strokes lean and whose line slopes, about its middle: pixels to the right a pixel up, and down."""
    height, width = field.shape
    matrix = np.array([[1, -right, right * height / 2], [down, 1, -down * width / 2]])
    return np.asarray(cv2.warpAffine(field, matrix, (width, height), borderValue=(PAPER,)), np.uint8)


def stroke_of(strip: Strip, index: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of one of the strip's strokes, counted from the left."""
    _, labels = cv2.connectedComponents((strip.pixels > 128).astype(np.uint8))
    order = sorted(range(1, labels.max() + 1), key=lambda piece: int(np.nonzero(labels == piece)[1].min()))
    rows, columns = np.nonzero(labels == order[index])
    return rows, columns


PLACES = [60, 110, 160, 210, 260, 310, 360]


@pytest.mark.parametrize("slope", [-0.08, -0.03, 0.03, 0.08])
def test_a_sloping_line_becomes_level(slope: float) -> None:
    strip = normalize(sheared(bars(PLACES, height=100), down=slope))
    middles = [stroke_of(strip, index)[0].mean() for index in range(len(PLACES))]
    assert max(middles) - min(middles) < 1.5
    assert np.mean(middles) == pytest.approx(15.5, abs=1.0)


@pytest.mark.parametrize("lean", [-0.25, -0.1, 0.1, 0.3, 0.6])
def test_leaning_strokes_stand_up_and_none_is_cut_off(lean: float) -> None:
    field = sheared(bars([30, 110, 160, 210, 260, 310, 390]), right=lean)
    strip = normalize(field)
    for index in range(7):
        rows, columns = stroke_of(strip, index)
        top, bottom = columns[rows < 13].mean(), columns[rows > 18].mean()
        assert abs(top - bottom) < 1.5
        assert 18 <= rows.max() - rows.min() + 1 <= 23


@pytest.mark.parametrize("size", [0.5, 1.0, 2.5])
@pytest.mark.parametrize(("lean", "slope"), [(0.0, 0.0), (0.3, 0.0), (-0.2, 0.0), (0.0, 0.05), (0.2, -0.05)])
def test_the_middle_of_each_stroke_maps_back_to_where_it_stands_in_the_image(
    size: float, lean: float, slope: float
) -> None:
    field = sheared(bars(PLACES, height=90), right=lean, down=slope)
    scaled = np.asarray(cv2.resize(field, None, fx=size, fy=size, interpolation=cv2.INTER_AREA), np.uint8)
    strip = normalize(scaled)
    for index, x in enumerate(PLACES):
        rows, columns = stroke_of(strip, index)
        found = strip.image_from_strip @ (columns.mean(), rows.mean(), 1)
        expected = size * np.array([x, 45 + slope * (x - 210)])
        assert np.abs(found - expected).max() < 2 + 2 * size


def test_a_bar_beside_the_writing_is_not_measured() -> None:
    """Wide and flat, but too short for a ruled line: a thick dash. No character tells its height by it."""
    plain, barred = bars([60, 110, 160]), bars([60, 110, 160])
    barred[21:43, 220:272] = INK
    for index in range(3):
        rows, expected = (stroke_of(normalize(field), index)[0] for field in (barred, plain))
        assert abs(int(np.ptp(rows)) - int(np.ptp(expected))) <= 1


def test_ink_that_the_edge_cuts_off_is_no_lone_character() -> None:
    """Two pieces one above the other are one broken digit, unless one goes on beyond the field."""
    field = np.full((64, 60), PAPER, np.uint8)
    field[14:34, 25:33] = INK
    field[40:54, 25:33] = INK
    whole = np.nonzero(normalize(field).pixels > 128)[0]
    assert np.ptp(whole) < 24  # 40 px together are drawn to the height of a line
    field[40:64, 25:33] = INK
    cut = np.nonzero(normalize(field).pixels > 128)[0]
    assert np.ptp(cut) >= 24  # measured by its pieces, it runs over the line


@pytest.mark.parametrize("level", [0, 200])
def test_a_blank_strip_maps_to_itself(level: int) -> None:
    matrix = normalize(np.full((40, 100), level, np.uint8)).image_from_strip
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize("body_px", [16.0, 24.0])
def test_the_writing_gets_the_height_that_is_asked_for(body_px: float) -> None:
    field = bars(PLACES)
    at_20, found = (int(np.ptp(stroke_of(normalize(field, body), 3)[0])) + 1 for body in (20.0, body_px))
    assert found == pytest.approx(at_20 * body_px / 20, abs=1.5)


@pytest.mark.parametrize(("darkness", "is_ink"), [(0.04, False), (0.07, False), (0.2, True), (0.6, True)])
def test_faint_marks_are_paper_and_darker_ones_ink(darkness: float, is_ink: bool) -> None:
    field = np.full((64, 200), PAPER, np.uint8)
    field[15:50, 40:48] = round(PAPER * (1 - darkness))
    assert normalize(field).has_ink == is_ink


def test_what_lies_beyond_the_field_is_paper() -> None:
    """Writing as tall as its field: the strip goes on above and below it, and nothing is there."""
    pixels = normalize(bars(PLACES, tall=58)).pixels
    assert pixels[12:20].max() > 200
    assert not pixels[:3].any() and not pixels[-3:].any()


@pytest.mark.parametrize("slope", [-0.1, 0.1])
def test_a_sloping_line_of_narrow_and_wide_characters_becomes_level(slope: float) -> None:
    """Each counts with its middle; were it any other place, wide ones on one side would seem farther or nearer."""
    field = bars(PLACES[:4], height=110)
    for x in PLACES[4:]:
        field[40:71, x - 14 : x + 14] = INK
    strip = normalize(sheared(field, down=slope))
    middles = [stroke_of(strip, index)[0].mean() for index in range(len(PLACES))]
    assert max(middles) - min(middles) < 0.9  # OpenCV 5 shears the field a little otherwise
