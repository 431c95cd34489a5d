"""Calibrated values, thresholds for an error, and what a calibration refuses to be."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from device_runtime.bundle import load_bundle
from device_runtime.calibration import Calibration, Scale
from device_runtime.errors import PosteyeError
from tests.calibrations import AS_IT_IS, made_calibration

PLAIN = made_calibration((0.01, 0.9, 0.5), (0.05, 0.6, 0.8))


def test_sure_strings_keep_their_order_near_one() -> None:
    assert AS_IT_IS(1 - 1e-9) > AS_IT_IS(1 - 1e-8) > AS_IT_IS(0.999)
    assert 0.0 < AS_IT_IS(0.0) < 1e-9
    assert 1 - 1e-9 < AS_IT_IS(1.0) <= 1.0


def test_one_posterior_is_calibrated_to_the_bit_as_many_are() -> None:
    scale = Scale(1.7, -0.3)
    posteriors = np.concatenate([np.linspace(0, 1, 501), np.logspace(-15, 0, 50), 1 - np.logspace(-15, 0, 50)])
    assert [scale(float(p)) for p in posteriors] == scale.all(posteriors).tolist()


def test_a_calibrated_value_is_the_sigmoid_of_the_scaled_log_odds() -> None:
    scale = Scale(1.7, -0.3)
    for posterior in (1e-9, 0.01, 0.5, 0.93, 1 - 1e-6):
        scaled = math.log(posterior / (1 - posterior)) / 1.7 - 0.3
        assert scale(posterior) == pytest.approx(1 / (1 + math.exp(-scaled)), rel=1e-9)


def test_between_two_rows_the_stricter_one_counts() -> None:
    assert [PLAIN.threshold(e) for e in (0.01, 0.049, 0.05, 1.0)] == [0.9, 0.9, 0.6, 0.6]


def test_a_model_without_calibration_promises_nothing() -> None:
    with pytest.raises(PosteyeError, match="no error rate can be promised"):
        made_calibration().threshold(0.05)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_must_be_positive(temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature"):
        Scale(temperature, 0.0)


def test_the_errors_of_a_table_rise() -> None:
    with pytest.raises(ValueError, match="do not rise"):
        made_calibration((0.05, 0.6, 0.8), (0.01, 0.9, 0.5))


def test_what_was_fitted_is_applied_as_it_stands_in_a_manifest() -> None:
    """One type is fitted, stored and applied: nothing is lost or rounded between them."""
    again = msgspec.json.decode(msgspec.json.encode(PLAIN), type=Calibration)
    assert again == PLAIN and again.threshold(0.02) == PLAIN.threshold(0.02)
    assert type(load_bundle().calibration("scan")) is Calibration
