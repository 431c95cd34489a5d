"""From a frame to fields: every engine finds the same, and a place can be asked for its role."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.engines import pick
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.decode import decode
from device_runtime.piece.locator.grid import CELL_COLUMNS, CELL_ROWS, OUTPUTS
from device_runtime.piece.locator.located import Located, LocatedField, Roles
from device_runtime.piece.locator.locator import Locator
from device_runtime.piece.locator.view import view_of
from device_runtime.types import Field
from tests.engines_here import ALL_ENGINES
from tests.locator_stub import stub_locator_bundle
from tests.stub_pieces import stub_piece
from train.locator.shards import gray_of


@pytest.fixture(scope="module")
def expected() -> list[Located]:
    return found_by("numpy")


def found_by(engine: str) -> list[Located]:
    """What an engine finds on stub pieces, standing and lying."""
    bundle = load_locator(stub_locator_bundle())
    locate = Locator(bundle, pick(engine, bundle.model))
    random = np.random.default_rng(4)
    return [locate(gray_of(stub_piece(random).image)) for _ in range(6)]


@pytest.mark.parametrize("engine", ALL_ENGINES)
def test_all_engines_find_the_same(engine: str, expected: list[Located]) -> None:
    for one, other in zip(found_by(engine), expected, strict=True):
        assert one.fields == other.fields and one.turns == other.turns
        assert one.role_map.tobytes() == other.role_map.tobytes()


def located(cell: tuple[int, int], role: int) -> Located:
    """A map of a lying frame of 640 x 480 px that is sure of a role in one cell, and of none elsewhere."""
    cells = np.zeros((CELL_ROWS, CELL_COLUMNS, OUTPUTS), np.int8)
    subs = cells[..., :-4].reshape(CELL_ROWS, CELL_COLUMNS, 4, -1)
    subs[..., 3] = 40
    subs[cell][:, 3] = 0
    subs[cell][:, role] = 40
    return decode(cells, 0.25, 0, view_of(np.full((480, 640), 200, np.uint8)))


def box(left: float, top: float, right: float, bottom: float) -> Field:
    return Field(((left, top), (right, top), (right, bottom), (left, bottom)))


@pytest.mark.parametrize("role", [0, 1, 2])
def test_a_field_found_otherwise_gets_the_role_of_its_place(role: int) -> None:
    whole = located((10, 5), role)  # around (80, 160) px of the view, (160, 320) px of the frame
    there = whole.roles_at(box(130, 310, 200, 335))
    assert int(np.argmax((there.destination, there.sender, there.other, there.none))) == role
    assert whole.roles_at(box(400, 100, 470, 120)).none > -0.01


@pytest.mark.parametrize("turn", range(4))
def test_the_line_of_a_number_has_paper_around_it(turn: int) -> None:
    corners = np.roll(np.array([(100, 50), (160, 50), (160, 62), (100, 62)], np.float64), turn, axis=0)
    if turn % 2:  # writing that runs down or up
        corners = corners[:, ::-1][::-1]
    field = Field(tuple((float(x), float(y)) for x, y in corners))
    line = LocatedField(field, Roles(-1.0, -1.0, -1.0, -1.0), (1.0,) * 4).line()
    around = np.array(line.field.corners) - corners
    height = float(np.hypot(*(corners[3] - corners[0])))
    assert line.height_px == pytest.approx(height)
    along = (corners[1] - corners[0]) / np.hypot(*(corners[1] - corners[0]))
    down = (corners[3] - corners[0]) / height
    np.testing.assert_allclose(around @ along, np.array([-2, 2, 2, -2]) * height)
    np.testing.assert_allclose(around @ down, np.array([-0.5, -0.5, 0.5, 0.5]) * height)


def test_a_field_outside_the_frame_is_answered_too() -> None:
    assert located((10, 5), 0).roles_at(box(-900, -900, -800, -850)).none > -0.01
