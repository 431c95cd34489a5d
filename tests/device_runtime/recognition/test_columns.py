"""Where columns lie is worked out once, for every width of a strip."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.recognition.columns import Columns

COLUMNS = Columns(first_px=-1, stride_px=2, sub_columns=2)


@pytest.mark.parametrize(("width_px", "count"), [(1, 2), (4, 2), (5, 4), (6, 4), (160, 80)])
def test_a_begun_step_counts_as_a_whole_one(width_px: int, count: int) -> None:
    assert COLUMNS.step_px == 4
    assert COLUMNS.count(width_px) == count


def test_centres_are_one_stride_apart() -> None:
    centers = COLUMNS.x_px(4)
    assert centers.dtype == np.float32
    np.testing.assert_array_equal(centers, [-1, 1, 3, 5])
