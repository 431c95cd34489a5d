"""Fields of turned pictures."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.piece.quarters import field_before_turn, turn, turned_field
from device_runtime.types import Field

WIDTH, HEIGHT = 60, 40
FIELD = Field(((10, 5), (30, 5), (30, 12), (10, 12)))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_field_goes_with_its_picture(quarters: int) -> None:
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture[5:12, 10:30] = 9
    picture[5, 10] = 200  # at the first corner
    turned = turn(picture, quarters)
    corners = turned_field(FIELD, quarters, WIDTH, HEIGHT).corners
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    inside = turned[int(min(ys)) : int(max(ys)), int(min(xs)) : int(max(xs))]
    assert inside.size == 140 and inside.min() == 9 and turned.sum() == inside.sum()
    rows, columns = (turned == 200).nonzero()
    first = corners[0]
    assert abs(columns[0] + 0.5 - first[0]) == abs(rows[0] + 0.5 - first[1]) == 0.5


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_and_back_again(quarters: int) -> None:
    turned = turned_field(FIELD, quarters, WIDTH, HEIGHT)
    assert field_before_turn(turned, quarters, WIDTH, HEIGHT) == FIELD
