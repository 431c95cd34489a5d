"""The threshold itself: a code is accepted from it on and not a hair below, so that the error promised is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.calibration import Calibration, Scale
from device_runtime.decoding.rejection import NO_CODE_POSTERIOR, decide
from device_runtime.types import Candidate, Character, Decoding, Outside
from tests.calibrations import made_calibration
from train.evaluation.calibration import MAX_ERRORS, fit_calibration

MAX_ERROR = 0.01
scales = st.builds(Scale, st.floats(0.2, 20.0), st.floats(-4.0, 4.0))


def decoding(posterior: float) -> Decoding:
    """One candidate of one character."""
    return Decoding((Candidate("1", posterior),), (Character("1", posterior, 0.0),), None)


def asking_for(threshold: float, scale: Scale) -> Calibration:
    return made_calibration((MAX_ERROR, threshold, 0.5), code=scale, character=scale)


@given(posterior=st.floats(0.01, 1.0), scale=scales)
def test_the_threshold_is_accepted_and_the_next_number_below_it_is_not(posterior: float, scale: Scale) -> None:
    confidence = scale(posterior)
    at, above = (asking_for(t, scale) for t in (confidence, float(np.nextafter(confidence, 2.0))))
    assert decide(decoding(posterior), at, MAX_ERROR, has_ink=True).status == "accepted"
    assert decide(decoding(posterior), above, MAX_ERROR, has_ink=True).status == "rejected"


@given(posterior=st.floats(0.01, 1.0), share=st.floats(0.9, 1.1), scale=scales)
def test_the_confidence_reported_is_the_one_that_decides(posterior: float, share: float, scale: Scale) -> None:
    threshold = share * scale(posterior)
    reading = decide(decoding(posterior), asking_for(threshold, scale), MAX_ERROR, has_ink=True)
    assert (reading.status == "accepted") == (reading.confidence >= threshold)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_of_the_strings_that_were_fitted_no_more_wrong_codes_are_accepted_than_promised(temperature: float) -> None:
    rng = np.random.default_rng(3)
    posteriors = 1 / (1 + np.exp(-rng.normal(3.0, 3.0, 1500)))
    right = rng.random(1500) < Scale(temperature, 0.0).all(posteriors)
    fitted = fit_calibration(posteriors, right, posteriors, right)
    rates = {point.max_error: point.accept_rate for point in fitted.table}
    assert 0.1 in rates
    for max_error in (error for error in MAX_ERRORS if error in rates):
        verdicts = [decide(decoding(p), fitted, max_error, has_ink=True).status == "accepted" for p in posteriors]
        accepted = np.array(verdicts)
        assert accepted.mean() == pytest.approx(rates[max_error])
        assert (~right[accepted]).mean() <= max_error


# Half of the doubt is what must be exceeded or reached; these numbers are exact in binary.
@pytest.mark.parametrize(("share", "named"), [(0.25, True), (0.2, False), (0.3, True)])
def test_a_rival_or_a_number_outside_is_named_from_half_of_the_doubt_on(share: float, named: bool) -> None:
    plain = made_calibration((MAX_ERROR, 0.9, 0.5))
    characters = (Character("1", 0.5, 0.0),)
    rival = Decoding((Candidate("1", 0.5), Candidate("2", share)), characters, None)
    outside = Decoding((Candidate("1", 0.5),), characters, Outside("77", share, False))
    for found, reason in ((rival, "rival code 2"), (outside, "not in the grammar: read 77")):
        told = decide(found, plain, MAX_ERROR, has_ink=True).reason
        assert told == (reason if named else "low confidence in character 1 ('1')")


def test_a_code_as_likely_as_the_limit_is_reported_and_a_less_likely_one_stays_a_candidate() -> None:
    plain = asking_for(0.9, Scale(1.0, 0.0))
    at, below = (
        decide(decoding(posterior), plain, MAX_ERROR, has_ink=True)
        for posterior in (NO_CODE_POSTERIOR, float(np.nextafter(NO_CODE_POSTERIOR, 0.0)))
    )
    assert (at.status, at.code) == ("rejected", "1")
    assert (below.status, below.code) == ("no_code", None)
    assert [candidate.code for candidate in below.candidates] == ["1"]
