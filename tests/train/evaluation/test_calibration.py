"""The fit of scales and thresholds against what they are defined to be, worked out another way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple
from numpy.typing import NDArray

from device_runtime.calibration import Calibration
from device_runtime.errors import PosteyeError
from train.evaluation.calibration import MAX_ERRORS, PULL, fit_calibration, fit_scale

verdicts = st.lists(
    st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.9, 0.99, 0.999]), st.booleans()), min_size=1, max_size=80
)


def columns(pairs: list[tuple[float, bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([p for p, _ in pairs]), np.array([right for _, right in pairs])


@settings(max_examples=30)
@given(verdicts)
def test_the_fitted_scale_is_where_likelihood_and_pull_balance(pairs: list[tuple[float, bool]]) -> None:
    """The slope of the loss is zero there: -log-likelihood plus the pull towards the posterior as it is."""
    posterior, right = columns(pairs)
    fitted = fit_scale(posterior, right)
    assume(0.1 < fitted.temperature < 20)  # between its limits
    logit = np.log(posterior / (1 - posterior))
    doubt = 1 / (1 + np.exp(-logit / fitted.temperature - fitted.offset)) - right
    slopes = doubt @ logit + PULL * (1 / fitted.temperature - 1), doubt.sum() + PULL * fitted.offset
    assert np.abs(slopes).max() < 1e-6


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_thresholds_are_the_lowest_confidences_that_keep_the_error_on_every_kind(seed: int, count: int) -> None:
    """Many strings share one confidence, and few are wrong: most thresholds must take a whole group or leave it."""
    random = np.random.default_rng(seed)
    posterior = random.choice([0.5, 0.9, 0.99, 0.999], 60 * count)
    right = random.random(60 * count) < 0.85 + 0.15 * posterior
    names = [str(number) for number in random.integers(0, count, 60 * count)]
    fitted = fit_calibration(posterior, right, posterior, right, names)
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
    np.testing.assert_allclose(np.ravel([astuple(point) for point in fitted.table]), np.ravel(expected))


def test_codes_and_characters_have_scales_of_their_own() -> None:
    random = np.random.default_rng(2)
    posterior = random.uniform(0.5, 0.999, (2, 400))
    right = random.random((2, 400)) < np.array([[0.95], [0.6]])
    fitted = fit_calibration(posterior[0], right[0], posterior[1], right[1])
    assert fitted.code == fit_scale(posterior[0], right[0])
    assert fitted.character == fit_scale(posterior[1], right[1]) != fitted.code


def test_a_steep_fit_with_a_far_string_does_not_overflow() -> None:
    """Many strings near a half, parted cleanly, make the scale steep; one that is surely wrong is far out on it."""
    logit = np.concatenate([np.repeat([-0.05, 0.05], 20_000), [-27.0]])
    with np.errstate(over="raise"):
        fitted = fit_scale(1 / (1 + np.exp(-logit)), logit > 0)
    assert fitted.temperature == pytest.approx(0.05)  # no steeper than that


@pytest.mark.parametrize("right", ["at random", "the unsure ones alone"])
def test_a_posterior_that_tells_nothing_or_the_contrary_is_all_but_ignored(right: str) -> None:
    posterior = np.tile([0.01, 0.3, 0.7, 0.99], 500)
    verdict = np.arange(2000) // 4 % 2 == 0 if right == "at random" else posterior < 0.5
    assert fit_scale(posterior, verdict).temperature == pytest.approx(50)


def test_verdicts_may_be_ones_and_zeros() -> None:
    random = np.random.default_rng(4)
    posterior = random.uniform(0.5, 1.0, 300)
    right = random.random(300) < 0.97
    as_numbers, as_booleans = ([*map(kind, right)] for kind in (int, bool))
    numbers = fit_calibration(posterior, as_numbers, posterior, as_numbers)
    assert numbers == fit_calibration(posterior, as_booleans, posterior, as_booleans) and numbers.table


def strings(count: int, temperature: float, offset: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Posteriors and truth of strings whose log odds of being right are logit / temperature + offset."""
    rng = np.random.default_rng(0)
    logit = rng.normal(4.0, 3.0, count)
    return 1 / (1 + np.exp(-logit)), rng.random(count) < 1 / (1 + np.exp(-logit / temperature - offset))


def fit(posterior: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray) -> Calibration:
    return fit_calibration(posterior, right, posterior, right)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("offset", [-1.0, 0.0, 0.5])
def test_fitting_recovers_the_scale(temperature: float, offset: float) -> None:
    fitted = fit_scale(*strings(20_000, temperature, offset))
    assert fitted.temperature == pytest.approx(temperature, rel=0.1)
    assert fitted.offset == pytest.approx(offset, abs=0.15)


@pytest.mark.parametrize("right", [True, False])
def test_a_fit_to_strings_that_are_all_right_or_all_wrong_stays_finite(right: bool) -> None:
    fitted = fit_scale(np.linspace(0.1, 1.0, 50), np.full(50, right))
    assert np.isfinite([fitted.temperature, fitted.offset]).all()
    assert (fitted(0.5) > 0.9) == right


def test_thresholds_keep_their_errors_and_one_more_on_the_strings_of_the_fit_and_no_lower_one_does() -> None:
    posterior, right = strings(3000, 2.0)
    fitted = fit(posterior, right)
    calibrated = fitted.code.all(posterior)
    assert [point.max_error for point in fitted.table] == [e for e in MAX_ERRORS if e >= fitted.table[0].max_error]
    for max_error, threshold, accept_rate in map(astuple, fitted.table):
        accepted = calibrated >= threshold
        assert accepted.mean() == pytest.approx(accept_rate)
        assert (np.sum(~right[accepted]) + 1) / (accepted.sum() + 1) <= max_error
        for lower in calibrated[calibrated < threshold]:
            more = calibrated >= lower
            assert (np.sum(~right[more]) + 1) / (more.sum() + 1) > max_error
    assert sorted(p.accept_rate for p in fitted.table) == [p.accept_rate for p in fitted.table]


def test_strings_of_one_confidence_are_accepted_together() -> None:
    fitted = fit([0.9] * 40 + [0.5], [True, False] * 20 + [False])
    assert fitted.table == ()


def test_an_error_that_no_threshold_keeps_has_no_row() -> None:
    posterior = np.linspace(0.99, 0.5, 60)
    right = np.arange(60) % 20 != 19
    fitted = fit(posterior, right)
    assert [point.max_error for point in fitted.table] == [0.05, 0.1]
    with pytest.raises(PosteyeError, match=r"max error 0.01 cannot be promised; .* is 0.05"):
        fitted.threshold(0.01)


def test_a_threshold_keeps_its_error_on_every_kind_of_string() -> None:
    easy, hard = strings(2000, 1.0), strings(2000, 3.0)
    posterior, right = (np.concatenate(pair) for pair in zip(easy, hard, strict=True))
    kinds = ["print"] * 2000 + ["hand"] * 2000
    fitted = fit_calibration(posterior, right, posterior, right, kinds)
    mixed = fit_calibration(posterior, right, posterior, right)
    confidence = fitted.code.all(posterior)
    for max_error, threshold, accept_rate in map(astuple, fitted.table):
        accepted = confidence >= threshold
        assert accepted.mean() == pytest.approx(accept_rate)
        for part in (slice(None, 2000), slice(2000, None)):
            assert np.mean(~right[part][accepted[part]]) <= max_error
    assert fitted.threshold(0.05) > mixed.threshold(0.05)
    with pytest.raises(ValueError, match="one kind a string"):
        fit_calibration(posterior, right, posterior, right, kinds[1:])


def test_few_strings_promise_no_small_error() -> None:
    assert [point.max_error for point in fit([0.9] * 60, [True] * 60).table] == [0.02, 0.05, 0.1]


@pytest.mark.parametrize(("confidences", "correct"), [([], []), ([0.5], [True, False]), ([[0.5]], [[True]])])
def test_a_fit_needs_one_verdict_a_posterior(confidences: list, correct: list) -> None:
    with pytest.raises(ValueError, match="one verdict a posterior"):
        fit(confidences, correct)
