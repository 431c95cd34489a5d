"""The locator's map becomes fields, however wild the map is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.piece.locator.decode import MOST_FIELDS, decode
from device_runtime.piece.locator.grid import CELL_COLUMNS, CELL_ROWS, OUTPUTS, offset_px, offset_value, unfold
from device_runtime.piece.locator.located import Located
from device_runtime.piece.locator.view import view_of

SCALE = 0.25
SHAPE = (CELL_ROWS, CELL_COLUMNS, OUTPUTS)


def decoded(cells: NDArray[np.int8], frame: tuple[int, int] = (480, 640)) -> Located:
    """What a map says of a blank frame."""
    return decode(cells, SCALE, 0, view_of(np.full(frame, 200, np.uint8)))


def check_sound(located: Located) -> None:
    """Bounded, finite, log-probabilities, the surest first."""
    assert len(located.fields) <= MOST_FIELDS
    assert sum(map(math.exp, located.turns)) == pytest.approx(1)
    assert np.allclose(np.exp(located.role_map).sum(axis=2), 1)
    sure = [-field.roles.none for field in located.fields]
    assert sure == sorted(sure, reverse=True)
    for field in located.fields:
        assert np.isfinite(field.field.corners).all() and all(0 <= share <= 1 for share in field.visible)


@pytest.mark.parametrize("value", [0, 127, -128, 1, -1])
def test_maps_of_one_number_tell_of_nothing_that_has_an_area(value: int) -> None:
    located = decoded(np.full(SHAPE, value, np.int8))
    check_sound(located)
    assert located.fields == ()


@pytest.mark.parametrize("seed", range(8))
def test_random_maps_are_bounded(seed: int) -> None:
    random = np.random.default_rng(seed)
    located = decoded(random.integers(-128, 128, SHAPE).astype(np.int8))
    check_sound(located)


def test_many_sound_fields_are_cut_at_the_most() -> None:
    located = decoded(_map_of_squares())
    check_sound(located)
    assert len(located.fields) == MOST_FIELDS


def test_no_field_has_its_middle_in_another() -> None:
    located = decoded(_map_of_squares())
    quads = [np.array(field.field.corners) for field in located.fields]
    for i, quad in enumerate(quads):
        for other in quads[i + 1 :]:
            low, high = quad.min(axis=0), quad.max(axis=0)
            middle = other.mean(axis=0)
            assert not ((middle > low) & (middle < high)).all()


def _map_of_squares() -> NDArray[np.int8]:
    """Every sub-cell surely tells of a square of 10 px around it."""
    cells = np.zeros(SHAPE, np.int8)
    subs = cells[..., :-4].reshape(CELL_ROWS, CELL_COLUMNS, 4, -1)
    subs[..., 0] = 40
    away = round(float(offset_value(np.array(5.0))) / SCALE)
    subs[..., 4:12] = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]).reshape(-1) * away
    return cells


def test_turned_votes_turn_the_corners() -> None:
    cells = _map_of_squares()
    first = []
    for turn in range(4):
        voted = cells.copy()
        voted[..., -4 + turn] = 20
        located = decoded(voted)
        assert int(np.argmax(located.turns)) == turn
        corners = np.array(located.fields[0].field.corners)
        first.append(tuple(np.sign(corners[0] - corners.mean(axis=0))))
    # The writing's top left moves clockwise around the field.
    assert first == [(-1, -1), (1, -1), (1, 1), (-1, 1)]


def test_a_frame_that_stands_upright_is_told_of_in_its_own_terms() -> None:
    cells = _map_of_squares()
    cells[..., -4] = 20  # in the view the writing is upright: in the frame it runs down, turned by one quarter
    located = decoded(cells, (640, 480))
    assert int(np.argmax(located.turns)) == 1
    corners = np.array(located.fields[0].field.corners)
    assert tuple(np.sign(corners[0] - corners.mean(axis=0))) == (1, -1)


def test_offsets_come_back() -> None:
    px = np.concatenate([-np.geomspace(0.05, 250, 30), [0.0], np.geomspace(0.05, 250, 30)])
    np.testing.assert_allclose(offset_px(offset_value(px)), px, rtol=1e-9, atol=1e-12)
    assert offset_px(np.array([32.0])) > 250


def test_sub_cells_unfold_in_their_places() -> None:
    cells = np.zeros(SHAPE, np.int8)
    per = (OUTPUTS - 4) // 4
    cells[3, 5, 2 * per] = 1  # the lower left sub-cell
    subs, votes = unfold(cells)
    assert subs[7, 10, 0] == 1 and subs.astype(int).sum() == 1 and votes.shape == (CELL_ROWS, CELL_COLUMNS, 4)
