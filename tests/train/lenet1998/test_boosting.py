"""Filtered training sets of boosting, and the sum of the nets."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from train.lenet1998.boosting import disagreements, half_wrong, summed_scores


def test_second_set_is_half_wrong_by_the_first_net() -> None:
    right = np.ones(1000, bool)
    right[::25] = False
    numbers = half_wrong(right, 301, np.random.default_rng(1))
    assert len(numbers) == 301 and (~right[numbers]).sum() == 150
    wrong, times = np.unique(numbers[~right[numbers]], return_counts=True)
    assert len(wrong) == 40 and set(times) <= {3, 4}  # 150 out of 40: each as often as the others
    assert len(np.unique(numbers[right[numbers]])) == 151  # there are enough right ones: none comes twice
    assert (~right[numbers[:150]]).sum() not in (0, 150)  # mixed


def test_third_set_is_where_the_two_disagree() -> None:
    first = np.zeros(500, np.int64)
    second = first.copy()
    second[100:120] = 3
    numbers = disagreements(first, second, 50, np.random.default_rng(1))
    assert len(numbers) == 50 and set(numbers) == set(range(100, 120))


def test_nothing_to_filter_is_said() -> None:
    random = np.random.default_rng(1)
    with pytest.raises(PosteyeError, match="none or all"):
        half_wrong(np.ones(5, bool), 4, random)
    with pytest.raises(PosteyeError, match="agree"):
        disagreements(np.arange(3), np.arange(3), 4, random)


def test_two_weak_votes_outweigh_one() -> None:
    one, other = np.array([[0.9, 0.0]], np.float32), np.array([[0.0, 0.5]], np.float32)
    assert summed_scores([one, other, other]).argmax() == 1
    np.testing.assert_allclose(summed_scores([one, other, other]), [[0.9, 1.0]])
