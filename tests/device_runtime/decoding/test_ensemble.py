"""Test-time augmentation: when a field is read at other widths, and how the readings are put together."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.decoding.ensemble import STRETCHES, View, combine, is_doubtful, read_augmented, stretch
from device_runtime.errors import PosteyeError
from device_runtime.types import Candidate, Decoding, Strip

STRIP = Strip(np.zeros((32, 100), np.uint8), np.array([[2.0, 0.0, 5.0], [0.0, 2.0, 7.0]]), True)


def seen(*candidates: tuple[str, float], strip: Strip = STRIP) -> View:
    """A view with made-up candidates."""
    return View(strip, Decoding(tuple(Candidate(*c) for c in candidates), (), None))


def test_sure_readings_stand() -> None:
    calls = []

    def look(strip: Strip) -> Decoding:
        calls.append(strip.pixels.shape[1])
        return seen(("12", 0.99)).decoding

    found = read_augmented(STRIP, look)
    assert found.decoding.candidates[0].code == "12" and calls == [100]


def test_doubtful_readings_are_looked_at_again_wider_and_narrower() -> None:
    calls = []

    def look(strip: Strip) -> Decoding:
        calls.append(strip.pixels.shape[1])
        return seen(("12", 0.4)).decoding

    read_augmented(STRIP, look)
    assert calls == [100, 130, 87]


def test_nothing_is_looked_for_where_there_is_no_ink() -> None:
    empty = Strip(STRIP.pixels, STRIP.image_from_strip, False)
    assert not is_doubtful(seen(strip=empty))
    assert is_doubtful(seen())


def test_views_that_are_too_long_are_left_out() -> None:
    def look(strip: Strip) -> Decoding:
        if strip.pixels.shape[1] > 100:
            raise PosteyeError("too long")
        return seen(("12", 0.4)).decoding

    found = read_augmented(STRIP, look)
    assert found.decoding.candidates[0] == Candidate("12", 0.4)  # believed by both views that there were


def test_agreement_counts_more_than_one_loud_voice() -> None:
    both = combine([seen(("12", 0.5), ("72", 0.4)), seen(("72", 0.8), ("12", 0.1))])
    assert [c.code for c in both.decoding.candidates] == ["72", "12"]
    assert both.decoding.candidates[0].confidence == pytest.approx(0.6)


def test_two_of_three_views_outvote_a_louder_one() -> None:
    three = combine([seen(("12", 0.45)), seen(("72", 0.9)), seen(("12", 0.6))])
    assert three.decoding.candidates[0].code == "12"
    assert three.decoding.candidates[0].confidence == pytest.approx(0.35)


def test_candidates_stay_sorted_and_sum_to_one_at_most() -> None:
    both = combine([seen(("1", 0.4), ("2", 0.35)), seen(("3", 0.4), ("2", 0.35))])
    confidences = [c.confidence for c in both.decoding.candidates]
    assert both.decoding.candidates[0].code in ("1", "3")
    assert confidences == sorted(confidences, reverse=True) and sum(confidences) <= 1


def test_one_empty_look_leaves_the_other_with_half_the_belief() -> None:
    assert combine([seen(), seen(("9", 0.8))]).decoding.candidates[0] == Candidate("9", 0.4)
    assert combine([seen(), seen()]).decoding.candidates == ()


def test_every_stretch_is_another_width_than_the_first_look() -> None:
    assert len({1.0, *STRETCHES}) == 1 + len(STRETCHES)


def test_stretched_strip_points_at_the_same_places() -> None:
    wider = stretch(STRIP, 1.3)
    assert wider.pixels.shape == (32, 130)
    np.testing.assert_allclose(wider.image_from_strip @ (130, 32, 1), STRIP.image_from_strip @ (100, 32, 1))
