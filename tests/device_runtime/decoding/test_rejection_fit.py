"""The fit of scales and thresholds against what they are defined to be, worked out another way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device_runtime.decoding import rejection as reject
from device_runtime.decoding.rejection import MAX_ERRORS, Calibration, Scale

strings = st.lists(
    st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.9, 0.99, 0.999]), st.booleans()), min_size=1, max_size=80
)


def columns(pairs: list[tuple[float, bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([p for p, _ in pairs]), np.array([right for _, right in pairs])


@settings(max_examples=30)
@given(strings)
def test_the_fitted_scale_is_where_likelihood_and_pull_balance(pairs: list[tuple[float, bool]]) -> None:
    """The slope of the loss is zero there: -log-likelihood plus the pull towards the posterior as it is."""
    posterior, right = columns(pairs)
    fitted = Scale.fit(posterior, right)
    assume(0.1 < fitted.temperature < 20)  # between its limits
    logit = np.log(posterior / (1 - posterior))
    doubt = 1 / (1 + np.exp(-logit / fitted.temperature - fitted.offset)) - right
    slopes = doubt @ logit + reject._PULL * (1 / fitted.temperature - 1), doubt.sum() + reject._PULL * fitted.offset
    assert np.abs(slopes).max() < 1e-6


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_thresholds_are_the_lowest_confidences_that_keep_the_error_on_every_kind(seed: int, count: int) -> None:
    """Many strings share one confidence, and few are wrong: most thresholds must take a whole group or leave it."""
    random = np.random.default_rng(seed)
    posterior = random.choice([0.5, 0.9, 0.99, 0.999], 60 * count)
    right = random.random(60 * count) < 0.85 + 0.15 * posterior
    names = [str(number) for number in random.integers(0, count, 60 * count)]
    fitted = Calibration.fit(posterior, right, posterior, right, names)
    confidence, kind = fitted.code.all(posterior), np.array(names)

    def kept(part: NDArray[np.bool_], limit: float, error: float) -> bool:
        accepted = part & (confidence >= limit)
        return bool((right[accepted] == 0).sum() + 1 <= error * (accepted.sum() + 1) + 1e-12)

    expected = []
    for error in MAX_ERRORS:
        lowest = []
        for name in set(names):
            part = kind == name
            limits = [limit for limit in confidence[part] if kept(part, limit, error)]
            lowest.append(min(limits, default=None))
        if None not in lowest:
            strictest = float(max(limit for limit in lowest if limit is not None))
            expected.append((error, strictest, (confidence >= strictest).mean()))
    np.testing.assert_allclose(np.ravel(fitted.table), np.ravel(expected))


def test_codes_and_characters_have_scales_of_their_own() -> None:
    random = np.random.default_rng(2)
    posterior = random.uniform(0.5, 0.999, (2, 400))
    right = random.random((2, 400)) < np.array([[0.95], [0.6]])
    fitted = Calibration.fit(posterior[0], right[0], posterior[1], right[1])
    assert fitted.code == Scale.fit(posterior[0], right[0])
    assert fitted.character == Scale.fit(posterior[1], right[1]) != fitted.code


def test_a_steep_fit_with_a_far_string_does_not_overflow() -> None:
    """Many strings near a half, parted cleanly, make the scale steep; one that is surely wrong is far out on it."""
    logit = np.concatenate([np.repeat([-0.05, 0.05], 20_000), [-27.0]])
    with np.errstate(over="raise"):
        fitted = Scale.fit(1 / (1 + np.exp(-logit)), logit > 0)
    assert fitted.temperature == pytest.approx(0.05)  # no steeper than that


@pytest.mark.parametrize("right", ["at random", "the unsure ones alone"])
def test_a_posterior_that_tells_nothing_or_the_contrary_is_all_but_ignored(right: str) -> None:
    posterior = np.tile([0.01, 0.3, 0.7, 0.99], 500)
    verdict = np.arange(2000) // 4 % 2 == 0 if right == "at random" else posterior < 0.5
    assert Scale.fit(posterior, verdict).temperature == pytest.approx(50)


def test_verdicts_may_be_ones_and_zeros() -> None:
    random = np.random.default_rng(4)
    posterior = random.uniform(0.5, 1.0, 300)
    right = random.random(300) < 0.97
    as_numbers, as_booleans = ([*map(kind, right)] for kind in (int, bool))
    numbers = Calibration.fit(posterior, as_numbers, posterior, as_numbers)
    assert numbers == Calibration.fit(posterior, as_booleans, posterior, as_booleans) and numbers.table
