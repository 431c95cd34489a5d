"""One belief of all looks at a line: whose code wins, and what of the others is kept."""

from __future__ import annotations

import numpy as np

from device_runtime.clock import Clock
from device_runtime.decoding.ensemble import View
from device_runtime.image.polarity import inked
from device_runtime.image.prepare import prepared
from device_runtime.reader import Reader
from device_runtime.second_opinion.belief import Believer, concluded
from device_runtime.types import Candidate, Character, Decoding, Strip
from tests.device_runtime.second_opinion.made import NUMBERS, Told, doubtful_field


def view(*codes: str, doubt: str | None = None, width_px: int = 64) -> View:
    """A view of a strip with these codes, the first the best."""
    strip = Strip(np.zeros((32, width_px), np.uint8), np.eye(2, 3), True)
    signs = tuple(Character(char, 0.5, 10.0 * i) for i, char in enumerate(codes[0])) if codes else ()
    return View(strip, Decoding(tuple(Candidate(code, 0.5) for code in codes), signs, None, doubt))


def test_the_code_that_both_believe_most_wins_with_the_places_of_the_first_view_that_has_it() -> None:
    first, second = view("12", "13", width_px=64), view("13", "12", width_px=96)
    found = concluded([first, second], {"12": 0.2, "13": 0.7, "1": 0.05}, 2)
    assert [(c.code, c.confidence) for c in found.decoding.candidates] == [("13", 0.7), ("12", 0.2)]
    assert found.strip is second.strip and [c.char for c in found.decoding.characters] == ["1", "3"]


def test_a_code_without_places_cannot_win_and_is_held_to_the_winner() -> None:
    found = concluded([view("12", "13"), view("14")], {"12": 0.3, "13": 0.5, "14": 0.1}, 3)
    assert [(c.code, c.confidence) for c in found.decoding.candidates] == [("12", 0.3), ("13", 0.3), ("14", 0.1)]


def test_what_speaks_against_the_winner_in_any_view_is_kept_and_against_others_not() -> None:
    views = [view("12"), view("12", doubt="letters touch it"), view("13", doubt="zeros")]
    assert concluded(views, {"12": 0.8, "13": 0.1}, 3).decoding.doubt == "letters touch it"
    assert concluded([view("12"), views[2]], {"12": 0.8, "13": 0.1}, 3).decoding.doubt is None


def test_views_that_found_nothing_are_passed_over() -> None:
    assert concluded([view(), view("12")], {"12": 0.8}, 1).decoding.candidates == (Candidate("12", 0.8),)


def test_both_together_believe_an_agreed_code_more_and_the_posteriors_are_shares() -> None:
    field, code = doubtful_field()
    lines, clock = Reader(pattern=NUMBERS, n_best=8)._lines, Clock()
    (one,) = lines.augmented(lines.read(field, clock), clock)
    assert one.scanned is not None
    (ink,) = inked(prepared(field))
    agreed, other = (Believer(lines, Told(text)).belief(one.scanned, ink) for text in (code, code + "1"))
    best = agreed.view.decoding.candidates[0]
    assert best.code == code and best.confidence > one.view.decoding.candidates[0].confidence
    assert agreed.opinion.agrees and not other.opinion.agrees and other.opinion.code == code + "1"
    for belief in (agreed, other):
        confidences = [candidate.confidence for candidate in belief.view.decoding.candidates]
        assert confidences == sorted(confidences, reverse=True) and 0 < sum(confidences) <= 1 + 1e-9
        assert belief.view.decoding.free == one.scanned.decode().free
