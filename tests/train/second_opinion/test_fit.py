"""The calibration of the pair: what it is fitted to, and what its thresholds keep."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibrations import made_calibration
from train.second_opinion.fit import Asked, fit_pair

ALONE = made_calibration((0.01, 0.9, 0.3), (0.1, 0.7, 0.6))


def asked(count: int, seed: int, alone: float = 0.5, sure: float = 0.98) -> list[Asked]:
    """Fields whose posteriors are right about themselves: surer ones are right more often."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        both = float(random.choice([0.3, 0.6, sure]))
        right = bool(random.random() < (0.998 if both == sure else both))
        found.append(Asked(alone, both, right, ((both, right), (0.999, True))))
    return found


def test_thresholds_keep_their_errors_in_every_kind() -> None:
    kinds = {"numbers": asked(900, 1), "codes": asked(900, 2)}
    found = fit_pair(kinds, ALONE, "made up")
    assert [point.max_error for point in found.table] == [0.01, 0.1] and found.strings == 1800
    for point in found.table:
        for fields in kinds.values():
            accepted = [one for one in fields if found.code(one.both) >= point.threshold]
            wrong = sum(not one.right for one in accepted)
            assert (wrong + 1) / (len(accepted) + 1) <= point.max_error
    assert found.table[0].threshold > found.table[1].threshold or found.table[1].accept_rate > 0.3


def test_a_kind_that_cannot_keep_an_error_takes_it_from_all() -> None:
    wrong = [Asked(0.5, 0.98, i % 2 == 0, ((0.98, True),)) for i in range(400)]
    found = fit_pair({"numbers": asked(900, 1), "codes": wrong}, ALONE, "made up")
    assert found.table == ()


def test_what_our_net_accepts_alone_at_an_error_does_not_count_for_it() -> None:
    # At 10 % the net accepts these itself: their many right codes must not make room for wrong ones of the others.
    easy = [Asked(0.8, 0.98, True, ((0.98, True),)) for _ in range(5000)]
    hard = [Asked(0.5, 0.98, i % 5 != 0, ((0.98, True),)) for i in range(500)]
    assert [point.max_error for point in fit_pair({"numbers": easy + hard}, ALONE, "made up").table] == []
    eased = fit_pair({"numbers": [*easy, *hard[1:5]]}, ALONE, "made up")
    assert eased.table and eased.table[0].max_error == 0.01


def test_sure_characters_stay_sure() -> None:
    found = fit_pair({"numbers": asked(900, 3)}, ALONE, "made up")
    assert found.character(0.999) > found.character(0.3)
    assert found.code(0.98) == pytest.approx(0.998, abs=0.02)
