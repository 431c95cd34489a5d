"""The verdict shifts belief between codes of one length, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.verifier.hybrid import Field, believed, differing, outcome, read
from device_runtime.decoding.ensemble import Look, View
from device_runtime.errors import PosteyeError
from device_runtime.types import Candidate, Character, Decoding, Strip


def field(truth: str, codes: Sequence[str], posteriors: Sequence[float], places: Sequence[int]) -> Field:
    """A field with blank crops."""
    crops = np.zeros((len(places), 32, 28), np.uint8)
    return Field(truth, tuple(codes), np.array(posteriors), np.array(places, np.int64), crops)


def scored(**probabilities: float) -> list[float]:
    """Log-probabilities of the ten digits; d1=0.7 gives digit 1 0.7."""
    rest = (1 - sum(probabilities.values())) / (10 - len(probabilities))
    return [float(np.log(probabilities.get(f"d{digit}", rest))) for digit in range(10)]


def test_codes_that_differ_in_a_character_are_weighed_by_the_log_odds_of_the_pair() -> None:
    doubtful = field("417", ["411", "417", "41"], [0.5, 0.25, 0.15], [2])
    found = believed(doubtful, np.array([scored(d1=0.1, d7=0.8)]), 1.0)
    masses = np.array([0.5, 0.25 * 8, 0.15])
    assert found == pytest.approx(masses / (masses.sum() + 0.1))
    root = np.array([0.5, 0.25 * 8**0.5, 0.15])
    assert believed(doubtful, np.array([scored(d1=0.1, d7=0.8)]), 0.5) == pytest.approx(root / (root.sum() + 0.1))


def test_a_weight_of_zero_leaves_the_decoder_alone() -> None:
    doubtful = field("417", ["411", "417", "41"], [0.5, 0.25, 0.15], [2])
    assert believed(doubtful, np.array([scored(d7=0.9)]), 0.0) == pytest.approx([0.5, 0.25, 0.15])


def test_penalties_of_several_characters_add_up() -> None:
    doubtful = field("17", ["11", "77", "17"], [0.4, 0.3, 0.2], [0, 1])
    found = believed(doubtful, np.array([scored(d1=0.6, d7=0.3), scored(d1=0.2, d7=0.6)]), 1.0)
    assert found / found[0] == pytest.approx([1.0, 0.75 * 0.5 * 3, 0.5 * 3])


def test_a_field_without_codes_or_doubt_stays_as_it_is() -> None:
    assert believed(field("1", [], [], []), np.zeros((0, 10)), 1.0).shape == (0,)
    assert believed(field("1", ["1"], [0.995], []), np.zeros((0, 10)), 1.0) == pytest.approx([0.995])


def test_codes_of_another_length_and_separators_are_not_compared() -> None:
    assert differing("411", "417") == [2] and differing("411", "41") == [] and differing("411", "411") == []
    assert differing("41-1", "4107") == [3]


def test_every_field_gets_the_scores_of_its_own_characters() -> None:
    fields = [
        field("1", ["7", "1"], [0.6, 0.4], [0]),
        field("9", ["9"], [0.99], []),
        field("5", [], [], []),
        field("4", ["4", "9"], [0.6, 0.4], [0]),
    ]
    scores = np.array([scored(d1=0.9, d7=0.01), scored(d4=0.01, d9=0.9)])
    alone, together = outcome(fields, scores, 0.0), outcome(fields, scores, 1.0)
    assert alone.right.tolist() == [False, True, False, True]
    assert together.right.tolist() == [True, True, False, False]
    assert together.confidences[[1, 2]].tolist() == [0.99, 0.0] and together.confidences[0] > 0.95


def looked(strip: Strip, codes: Sequence[tuple[str, float]], places_px: Sequence[float]) -> Look:
    """A look that finds codes whose best one's characters stand at given places."""
    found = tuple(Candidate(code, posterior) for code, posterior in codes)
    characters = tuple(Character(char, 0.5, x) for char, x in zip(codes[0][0], places_px, strict=True))
    decoding = Decoding(found, characters, None)
    return Look(View(strip, decoding), lambda asked: decoding)


def test_characters_in_which_codes_differ_are_cut_from_the_strip_at_its_own_width() -> None:
    pixels = np.zeros((32, 100), np.uint8)
    pixels[:, 40] = 200

    def look(strip: Strip) -> Look:
        if strip.pixels.shape[1] == 100:
            return looked(strip, [("41", 0.5), ("47", 0.3), ("4", 0.1)], [20, 40])
        if strip.pixels.shape[1] > 100:
            return looked(strip, [("41", 0.5), ("47", 0.3), ("4", 0.1)], [26, 52])
        raise PosteyeError("too long")

    found = read(Strip(pixels, np.eye(2, 3), True), "47", look)
    assert found.codes == ("41", "47", "4") and found.places.tolist() == [1]
    assert found.crops[0][:, 14].tolist() == [200] * 32


def test_the_place_in_a_wider_view_is_brought_back_to_the_strip() -> None:
    pixels = np.zeros((32, 100), np.uint8)
    pixels[:, 40] = 200

    def look(strip: Strip) -> Look:
        width = strip.pixels.shape[1]
        sure = 0.7 if width == 130 else 0.4  # the wider view believes the code most, and places its characters
        return looked(strip, [("41", sure), ("47", 0.2)], [0.2 * width, 0.4 * width])

    found = read(Strip(pixels, np.eye(2, 3), True), "47", look)
    assert found.crops[0][:, 14].tolist() == [200] * 32


def test_sure_and_unreadable_fields_show_nothing() -> None:
    strip = Strip(np.zeros((32, 40), np.uint8), np.eye(2, 3), True)
    sure = read(strip, "47", lambda one: looked(one, [("47", 0.995), ("41", 0.001)], [20, 40]))
    assert sure.codes == ("47", "41") and not len(sure.places) and sure.crops.shape == (0, 32, 28)

    def refuse(_: Strip) -> Look:
        raise PosteyeError("too long")

    assert read(strip, "47", refuse).codes == ()
