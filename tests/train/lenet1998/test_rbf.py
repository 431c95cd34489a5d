"""The digits' codes, checked against distances measured on the paper's figure."""

from __future__ import annotations

import numpy as np
import torch

from train.lenet1998.rbf import CODE_UNITS, COLUMNS, ROWS, digit_codes, digit_penalties, squared_distances


def between_codes() -> np.ndarray:
    codes = digit_codes()
    return np.square(codes[:, None] - codes).sum(2)


def test_codes_are_pictures_of_plus_and_minus_one() -> None:
    codes = digit_codes()
    assert codes.shape == (10, CODE_UNITS) and codes.dtype == np.float32
    assert set(np.unique(codes)) == {-1.0, 1.0}
    np.testing.assert_array_equal((codes > 0).sum(1), [35, 27, 33, 32, 41, 35, 39, 25, 43, 39])  # ink of each


def test_a_one_is_drawn_row_by_row() -> None:
    picture = digit_codes()[1].reshape(ROWS, COLUMNS) > 0
    np.testing.assert_array_equal(np.flatnonzero(picture[0]), [3, 4])
    np.testing.assert_array_equal(np.flatnonzero(picture[9]), [1, 2, 3, 4, 5, 6])
    assert not picture[10:].any()


def test_six_and_eight_are_nearest_and_no_two_further_than_200() -> None:
    distances = between_codes()
    pairs = distances[np.triu_indices(10, 1)]
    assert distances[6, 8] == pairs.min() == 48 and np.sort(pairs)[1] == 72
    assert pairs.max() == 200
    assert round(float(pairs.mean()) / 4, 1) == 31.1  # mean Hamming distance


def test_penalties_are_squared_distances() -> None:
    outputs = torch.zeros(2, CODE_UNITS)
    outputs[1] = torch.from_numpy(digit_codes()[8])
    penalties = digit_penalties(outputs)
    assert penalties[0].tolist() == [84.0] * 10  # all codes are as far from nothing
    assert penalties[1, 8] == 0 and penalties[1, 6] == 48
    torch.testing.assert_close(squared_distances(outputs, outputs)[0, 1], torch.tensor(84.0))
