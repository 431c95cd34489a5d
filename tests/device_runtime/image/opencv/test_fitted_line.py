"""A strip does not cut the writing of its line; a line that is not cut is drawn as it was measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.geometry import BODY_HEIGHT_PX
from device_runtime.image.normalize import normalize
from device_runtime.image.opencv import normalize as stage
from device_runtime.types import Strip
from tests.device_runtime.image.opencv.overhanging import (
    CUT,
    WHOLE,
    Drawn,
    drawn,
    hanging_last,
    in_a_frame,
    plain,
    zeros,
)


def as_measured(image: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch) -> Strip:
    """The strip of a line that is neither moved nor made higher."""
    with monkeypatch.context() as patch:
        patch.setattr(stage, "fitted", lambda pieces, line, body_px: line)
        return stage.normalize(image)


def cut_share(field: Drawn, strip: Strip) -> float:
    """How much of the line's ink lies outside of the strip's rows."""
    y, x = field.writing.nonzero()
    rows = np.linalg.solve(strip.image_from_strip[:, :2], [x, y] - strip.image_from_strip[:, 2:])[1]
    return float(np.mean((rows < -0.5) | (rows > 31.5)))


def scale(strip: Strip) -> float:
    """Rows of the strip a row of the field."""
    return float(1 / strip.image_from_strip[1, 1])


def row_map(strip: Strip) -> NDArray[np.float64]:
    """Where the strip's rows lie in the field, but for its first column."""
    return np.array([strip.image_from_strip[1, 1], strip.image_from_strip[1, 2]])


@pytest.mark.parametrize("name", CUT)
def test_no_ink_of_the_line_is_cut(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    field = CUT[name]()
    assert cut_share(field, as_measured(field.image, monkeypatch)) > 0.02
    assert cut_share(field, normalize(field.image)) == 0


@pytest.mark.parametrize("name", WHOLE)
def test_a_line_that_is_whole_gives_the_strip_as_before(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    image = WHOLE[name]().image
    strip, before = normalize(image), as_measured(image, monkeypatch)
    np.testing.assert_array_equal(strip.pixels, before.pixels)
    np.testing.assert_array_equal(strip.image_from_strip, before.image_from_strip)


def test_a_line_is_moved_first_and_made_smaller_only_when_that_is_not_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved, before = hanging_last(), as_measured(hanging_last().image, monkeypatch)
    assert scale(normalize(moved.image)) == scale(before)
    both = CUT["both"]().image
    smaller, most = scale(normalize(both)), scale(as_measured(both, monkeypatch))
    assert most / 1.6 <= smaller < most


def test_a_line_is_made_smaller_by_no_more_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    low = zeros((90, 110, 130, 150, 170, 190, 210, 230), tall=12)
    tall = [(40, 2), (62, 2), (62, 61), (40, 61), (40, 2)]
    image = drawn([*low, tall]).image
    assert scale(normalize(image)) >= scale(as_measured(image, monkeypatch)) / 1.6 - 1e-9


@pytest.mark.parametrize("name", ["below_print", "hanging_in_a_frame"])
def test_other_lines_and_frames_do_not_drag_the_line_away(name: str) -> None:
    alone, beside = normalize(hanging_last().image), normalize(CUT[name]().image)
    np.testing.assert_allclose(row_map(beside), row_map(alone), atol=0.5)


def test_what_is_cut_is_told_by_the_line_as_it_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in (plain(), in_a_frame(), hanging_last()):
        strip: Any = normalize(field.image)
        before = as_measured(field.image, monkeypatch)
        assert (strip.second_line, strip.cut) == (before.second_line, before.cut)


@pytest.mark.parametrize("rows", [40, 64, 200])
def test_at_any_size_of_the_field(rows: int) -> None:
    import cv2

    field = hanging_last()
    size = (round(field.image.shape[1] * rows / 64), rows)
    image = np.asarray(cv2.resize(field.image, size, interpolation=cv2.INTER_AREA), np.uint8)
    writing = cv2.resize(field.writing.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    assert cut_share(Drawn(image, writing), normalize(image, BODY_HEIGHT_PX)) == 0
