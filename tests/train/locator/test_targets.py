"""What the map should say, said in int8 and decoded by the device, gives the corners, roles and turn back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.piece.locator.decode import decode
from device_runtime.piece.locator.grid import CELL_COLUMNS, CELL_ROWS, NONE, OUTPUTS, ROLES, SUB_CELLS, TURNS
from device_runtime.piece.locator.located import Located
from device_runtime.piece.locator.view import view_of
from tests.stub_pieces import stub_piece
from train.locator.shards import gray_of, view_with_truth
from train.locator.targets import IGNORED, Targets, Truth, targets_of

_SURE = 60  # steps of a logit


def as_cells(targets: Targets) -> NDArray[np.int8]:
    """The int8 map that says exactly the targets."""
    subs = np.zeros((*targets.roles.shape, len(ROLES) + 12))
    roles = np.where(targets.roles == IGNORED, NONE, targets.roles)
    np.put_along_axis(subs, roles[..., None], _SURE, axis=2)
    subs[..., 4:12] = np.rint(targets.values / 0.25)
    subs[..., 12:] = np.where(targets.visible > 0, _SURE, -_SURE)
    cells = np.zeros((CELL_ROWS, CELL_COLUMNS, OUTPUTS))
    folded = subs.reshape(CELL_ROWS, SUB_CELLS, CELL_COLUMNS, SUB_CELLS, -1).transpose(0, 2, 1, 3, 4)
    cells[..., :-TURNS] = folded.reshape(CELL_ROWS, CELL_COLUMNS, -1)
    cells[..., -TURNS + targets.turn] = 4
    return cells.astype(np.int8)


@pytest.mark.parametrize("seed", range(12))
def test_truth_comes_back(seed: int) -> None:
    piece = stub_piece(np.random.default_rng(seed))
    view = view_of(gray_of(piece.image))
    located = decode(as_cells(targets_of(view_with_truth(piece)[1])), 0.25, 0, view)
    assert int(np.argmax(located.turns)) == piece.quarter_turns
    assert len(located.fields) == len(piece.numbers)
    for number in piece.numbers:
        corners = np.array(number.corners)
        away = [np.abs(np.array(field.field.corners) - corners).max() for field in located.fields]
        field = located.fields[int(np.argmin(away))]
        assert min(away) < 6  # px of the frame, of 2 a px of the view: half a step of the map at 30 px
        assert ROLES[int(np.argmax([getattr(field.roles, role) for role in ROLES]))] == number.role
        assert min(field.visible) > 0.99
        roles = located.roles_at(field.field)
        assert roles == field.roles


def test_hidden_corners_are_told_of() -> None:
    quad = np.array([[(100, 50), (140, 50), (140, 60), (100, 60)]], np.float32)
    targets = targets_of(Truth(quad, np.array([[True, False, True, True]]), np.array([0], np.int8), 0))
    seen = targets.visible[targets.roles == 0]
    assert len(seen) >= 2 and (seen == (1, 0, 1, 1)).all()


def test_corners_stand_in_the_order_of_the_view_however_the_writing_is_turned() -> None:
    quad = np.array([(100, 50), (140, 50), (140, 60), (100, 60)], np.float32)
    one = [
        targets_of(Truth(np.roll(quad, turn, axis=0)[None], np.ones((1, 4), bool), np.array([0], np.int8), turn))
        for turn in range(4)
    ]
    assert all((targets.values == one[0].values).all() for targets in one)


def test_the_nearer_of_two_numbers_gets_a_sub_cell() -> None:
    near = np.array([(96, 60), (112, 60), (112, 64), (96, 64)], np.float32)
    far = near + np.array((7, -3), np.float32)
    roles = np.array([0, 1], np.int8)
    both = targets_of(Truth(np.stack([near, far]), np.ones((2, 4), bool), roles, 0))
    swapped = targets_of(Truth(np.stack([far, near]), np.ones((2, 4), bool), roles[::-1].copy(), 0))
    assert (both.roles == swapped.roles).all() and (both.values == swapped.values).all()


def test_a_view_without_numbers_has_none() -> None:
    empty = Truth(np.zeros((0, 4, 2), np.float32), np.zeros((0, 4), bool), np.zeros(0, np.int8), 2)
    targets = targets_of(empty)
    assert (targets.roles == NONE).all() and targets.turn == 2


def test_nothing_is_found_on_a_map_of_none() -> None:
    located: Located = decode(
        as_cells(targets_of(Truth(np.zeros((0, 4, 2), np.float32), np.zeros((0, 4), bool), np.zeros(0, np.int8), 0))),
        0.25,
        0,
        view_of(np.full((240, 320), 9, np.uint8)),
    )
    assert located.fields == ()
