"""The calibration of the pair: what it is fitted to, and what its thresholds keep."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest

from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from device_runtime.second_opinion.belief import Believer
from device_runtime.types import Candidate, Character, Decoding
from tests.calibrations import made_calibration
from tests.device_runtime.second_opinion.made import NUMBERS, Told, doubtful_field
from train.second_opinion.fields import Labelled
from train.second_opinion.fit import Seen, Together, fit_pair, judged, see

ALONE = made_calibration((0.01, 0.9, 0.3), (0.1, 0.7, 0.6))
SURE = 0.98


def one(posterior: float, right: bool, alone: float = 0.5) -> Seen:
    """A field that was asked about."""
    return Seen(alone, right, Together(posterior, right, ((posterior, right), (0.999, True))))


def asked(count: int, seed: int) -> list[Seen]:
    """Fields whose posteriors are right about themselves: surer ones are right more often."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        posterior = float(random.choice([0.3, 0.6, SURE]))
        found.append(one(posterior, bool(random.random() < (0.998 if posterior == SURE else posterior))))
    return found


def test_thresholds_keep_their_errors_and_no_lower_one_does() -> None:
    kinds = {"numbers": asked(900, 1), "codes": asked(900, 2)}
    found = fit_pair(kinds, ALONE, "made up")
    assert [point.max_error for point in found.table] == [0.01, 0.1] and found.strings == 1800
    both = [field.both for fields in kinds.values() for field in fields if field.both]

    def error(threshold: float) -> float:
        accepted = [pair.right for pair in both if found.code(pair.posterior) >= threshold - 1e-12]
        return (accepted.count(False) + 1) / (len(accepted) + 1)

    for point in found.table:
        lower = [found.code(pair.posterior) for pair in both if found.code(pair.posterior) < point.threshold - 1e-9]
        assert error(point.threshold) <= point.max_error < error(max(lower))


def test_a_kind_with_more_than_twice_an_error_takes_it_from_all() -> None:
    for wrong, kept in ((100, [0.01, 0.1]), (30, [0.1]), (4, [])):
        bad = [one(SURE, i % wrong != 0) for i in range(600)]
        assert [point.max_error for point in fit_pair({"a": asked(9000, 1), "b": bad}, ALONE, "").table] == kept


def test_easy_fields_pay_for_no_more_than_as_much_again_of_the_hard_ones() -> None:
    # Our net alone accepts many and is right; of those that both are asked about one in 40 or 150 is wrong.
    easy = [Seen(0.95, True, None) for _ in range(5000)]
    often, seldom = ([one(SURE, i % part != 0) for i in range(600)] for part in (40, 150))
    assert [point.max_error for point in fit_pair({"numbers": easy + often}, ALONE, "").table] == [0.1]
    assert [point.max_error for point in fit_pair({"numbers": easy + seldom}, ALONE, "").table] == [0.01, 0.1]


def test_wrong_codes_of_our_net_alone_leave_less_room() -> None:
    hard = [one(SURE, i % 200 != 0) for i in range(600)]
    careless = [Seen(0.95, i % 50 != 0, None) for i in range(600)]
    assert [point.max_error for point in fit_pair({"numbers": hard + careless}, ALONE, "").table] == [0.1]


def test_what_our_net_accepts_at_an_error_is_not_counted_for_both() -> None:
    # At 10 % the net accepts these alone, so that there is nothing left to be accepted by both.
    fields = [one(SURE, True, alone=0.8) for _ in range(500)]
    assert [point.max_error for point in fit_pair({"numbers": fields}, ALONE, "").table] == [0.01]


def test_the_scales_are_those_of_what_was_asked_about() -> None:
    found = fit_pair({"numbers": asked(900, 3)}, ALONE, "made up")
    assert found.character(0.999) > found.character(0.3)
    assert found.code(SURE) == pytest.approx(0.998, abs=0.02) and found.source == "made up"


def test_a_reading_is_held_against_what_stands_there() -> None:
    signs = tuple(Character(char, confidence, 0.0) for char, confidence in zip("124", (0.9, 0.8, 0.7), strict=True))
    decoding = Decoding((Candidate("124", 0.6), Candidate("12", 0.2)), signs, None)
    assert judged(decoding, "124") == Together(0.6, True, ((0.9, True), (0.8, True), (0.7, True)))
    assert judged(decoding, "134") == Together(0.6, False, ((0.9, True), (0.8, False), (0.7, True)))
    assert judged(decoding, None) == Together(0.6, False, ((0.9, False), (0.8, False), (0.7, False)))


def test_reading_ends_when_both_were_asked_so_often_and_keeps_what_our_net_accepts() -> None:
    field, code = doubtful_field()
    sure = next(sample for sample in load_samples() if "print" in sample.file)
    lines = Reader(pattern=NUMBERS)._lines
    fields = cycle([Labelled(load_image(sure.path), sure.expected), Labelled(field, code), Labelled(field, "1")])
    found = see(lines, Believer(lines, Told(code)), fields, 2, "made up")
    pairs = [one.both for one in found if one.both]
    assert [pair.right for pair in pairs] == [True, False] and found[-1].both is pairs[-1]
    assert [one.right for one in found if one.both] == [True, False]
