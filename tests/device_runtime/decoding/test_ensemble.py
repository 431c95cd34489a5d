"""Test-time augmentation: when a field is read at other widths, and how the readings are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import (
    CONFIDENCE_THRESHOLD,
    STRETCHES,
    Look,
    View,
    combine,
    is_doubtful,
    read_augmented,
    stretch,
)
from device_runtime.decoding.strip_reader import looking
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Candidate, Character, Decoding, Strip

STRIP = Strip(np.zeros((32, 100), np.uint8), np.array([[2.0, 0.0, 5.0], [0.0, 2.0, 7.0]]), True)
UNSURE = CONFIDENCE_THRESHOLD - 0.1


def seen(
    *listed: tuple[str, float], strip: Strip = STRIP, unlisted: Mapping[str, float] | None = None, at_px: float = 0.0
) -> Look:
    """A look with made-up candidates.

    Args:
        listed: the codes that it finds itself.
        strip: that it looks at.
        unlisted: what it believes of other codes when it is asked; nothing of those that are not named.
        at_px: where the first character of any code stands.
    """
    believed = {**(unlisted or {}), **dict(listed)}

    def judge(codes: Sequence[str]) -> Decoding:
        characters = tuple(Character(char, 0.5, at_px + x) for x, char in enumerate(codes[0]))
        return Decoding(tuple(Candidate(code, believed.get(code, 0.0)) for code in codes), characters, None)

    found = [code for code, _ in listed]
    return Look(View(strip, judge(found) if found else Decoding((), (), None)), judge)


def test_sure_readings_stand() -> None:
    calls = []

    def look(strip: Strip) -> Look:
        calls.append(strip.pixels.shape[1])
        return seen(("12", CONFIDENCE_THRESHOLD))

    found = read_augmented(STRIP, look)
    assert found.decoding.candidates == (Candidate("12", CONFIDENCE_THRESHOLD),) and calls == [100]


def test_doubtful_readings_are_looked_at_again_wider_and_narrower() -> None:
    calls = []

    def look(strip: Strip) -> Look:
        calls.append(strip.pixels.shape[1])
        return seen(("12", UNSURE))

    read_augmented(STRIP, look)
    assert calls == [100, 130, 87]


def test_nothing_is_looked_for_where_there_is_no_ink() -> None:
    empty = Strip(STRIP.pixels, STRIP.image_from_strip, False)
    assert not is_doubtful(seen(strip=empty).view)
    assert is_doubtful(seen().view)


def test_views_that_are_too_long_are_left_out() -> None:
    def look(strip: Strip) -> Look:
        if strip.pixels.shape[1] > 100:
            raise PosteyeError("too long")
        return seen(("12", UNSURE if strip is STRIP else 0.1))

    found = read_augmented(STRIP, look)
    assert found.decoding.candidates == (Candidate("12", (UNSURE + 0.1) / 2),)  # the mean of the two that there were


def test_a_code_that_a_view_does_not_list_counts_with_its_posterior_there() -> None:
    one = seen(("12", 0.5), ("92", 0.1), unlisted={"72": 0.3})
    both = combine([one, seen(("72", 0.6), unlisted={"12": 0.2})])
    assert [c.code for c in both.decoding.candidates] == ["72", "12"]
    assert [c.confidence for c in both.decoding.candidates] == pytest.approx([0.45, 0.35])


def test_agreement_counts_more_than_one_loud_voice() -> None:
    both = combine([seen(("12", 0.5), ("72", 0.4)), seen(("72", 0.8), ("12", 0.1))])
    assert [c.code for c in both.decoding.candidates] == ["72", "12"]
    assert both.decoding.candidates[0].confidence == pytest.approx(0.6)


def test_a_code_that_no_view_likes_best_may_win() -> None:
    views = [seen((code, 0.4), ("9", 0.35), at_px=x) for code, x in (("1", 10), ("2", 20))]
    views.append(seen(("3", 0.4), ("9", 0.39), strip=stretch(STRIP, 1.3), at_px=30))
    found = combine(views)
    assert [c.code for c in found.decoding.candidates] == ["9", "1"]
    # Its characters are where the view that believes it most sees it.
    assert found.decoding.characters == (Character("9", 0.5, 30.0),) and found.strip is views[2].view.strip


def test_the_order_is_that_of_the_means_and_they_sum_to_one_at_most() -> None:
    both = combine([seen(("1", 0.4), ("2", 0.35), ("4", 0.1)), seen(("3", 0.5), ("2", 0.3), ("4", 0.2))])
    assert [c.code for c in both.decoding.candidates] == ["2", "3", "1"]
    confidences = [c.confidence for c in both.decoding.candidates]
    assert confidences == sorted(confidences, reverse=True) and sum(confidences) <= 1


def test_the_surest_view_shows_the_code_that_has_a_place_in_it() -> None:
    def nowhere(codes: Sequence[str]) -> Decoding:
        return Decoding(tuple(Candidate(code, 0.9) for code in codes), (), None)

    other = seen(("12", 0.2), at_px=7)
    found = combine([Look(View(STRIP, Decoding((), (), None)), nowhere), other])
    assert [c.x_px for c in found.decoding.characters] == [7.0, 8.0]
    assert found.decoding.candidates[0].confidence == pytest.approx(0.55)


def test_one_empty_look_leaves_the_other_with_half_the_belief() -> None:
    assert combine([seen(), seen(("9", 0.8))]).decoding.candidates[0] == Candidate("9", 0.4)
    assert combine([seen(), seen()]).decoding.candidates == ()


def test_of_codes_that_differ_in_separators_alone_the_better_one_is_kept() -> None:
    found = combine([seen(("12345-6789", 0.3)), seen(("123456789", 0.5), ("9", 0.1))])
    assert [c.code for c in found.decoding.candidates] == ["123456789", "9"]


def test_more_codes_than_can_be_judged_at_once_leave_the_best() -> None:
    codes = [f"{i:02d}" for i in range(3 * MOST_CANDIDATES)]
    looks = [seen(*((code, 0.01) for code in codes[part::3])) for part in range(2)]
    found = combine([*looks, seen(*((code, 0.011) for code in codes[2::3]))])
    assert [c.code for c in found.decoding.candidates] == codes[2::3]


def line(*digits: Mapping[str, float]) -> Lattice:
    """A lattice with a blank, then for each digit a column of probabilities with a blank after it."""
    values = np.full((2 * len(digits) + 1, 12), 1e-3)
    values[::2, 10] = 1.0
    for place, chances in enumerate(digits):
        for char, chance in chances.items():
            values[2 * place + 1, int(char)] += chance
    values /= values.sum(axis=1, keepdims=True)
    x_px = np.arange(len(values), dtype=np.float32)
    return scan_lattice(penalties_of_values(-np.log(values).astype(np.float32), x_px, DIGITS))


def test_lattices_give_the_means_of_what_they_say_of_each_code_alone() -> None:
    decoder = Decoder(Grammar.from_pattern(r"\d{2}"), DIGITS, n_best=2)
    lattices = {
        100: line({"1": 0.5, "7": 0.5}, {"2": 0.9}),
        130: line({"1": 0.6, "4": 0.4}, {"2": 0.5, "3": 0.5}),
        87: line({"7": 0.3, "9": 0.7}, {"2": 1.0}),
    }
    widths = sorted(lattices, key=[100, 130, 87].index)
    lists = [[c.code for c in decoder.decode(lattices[w]).candidates] for w in widths]
    union = {code for codes in lists for code in codes}
    assert len(union) > max(map(len, lists))

    found = read_augmented(STRIP, looking(lambda strip: lattices[strip.pixels.shape[1]], decoder))

    means = {c: sum(decoder.judge(lattices[w], [c]).candidates[0].confidence for w in widths) / 3 for c in union}
    best = sorted(means, key=lambda code: -means[code])[:2]
    assert [c.code for c in found.decoding.candidates] == best
    assert [c.confidence for c in found.decoding.candidates] == pytest.approx([means[c] for c in best], rel=0.01)
    assert [c.char for c in found.decoding.characters] == list(best[0])
    assert min(c.confidence for c in found.decoding.characters) >= found.decoding.candidates[0].confidence


def test_every_stretch_is_another_width_than_the_first_look() -> None:
    assert len({1.0, *STRETCHES}) == 1 + len(STRETCHES)


def test_stretched_strip_points_at_the_same_places() -> None:
    wider = stretch(STRIP, 1.3)
    assert wider.pixels.shape == (32, 130)
    np.testing.assert_allclose(wider.image_from_strip @ (130, 32, 1), STRIP.image_from_strip @ (100, 32, 1))
