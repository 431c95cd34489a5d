"""Characters are cut where they stand, and chosen so that no digit is rarer than another."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.verifier.crops import Crops, balanced, characters, crop, joined, numbers
from device_runtime.decoding.ensemble import Look, View
from device_runtime.errors import PosteyeError
from device_runtime.types import Candidate, Character, Decoding, Strip
from train.synthesis.shards import Shard


@pytest.mark.parametrize("x_px", [0, 3, 31, 58, 59])
def test_a_character_stands_in_the_middle_of_its_crop_with_paper_beyond_the_strip(x_px: int) -> None:
    strip = np.zeros((32, 60), np.uint8)
    strip[5, x_px] = 200
    found = crop(strip, float(x_px))
    assert found.shape == (32, 28)
    assert np.argwhere(found).tolist() == [[5, 14]]


def test_places_beyond_the_strip_give_paper() -> None:
    strip = np.full((32, 60), 255, np.uint8)
    assert crop(strip, -80.0).shape == crop(strip, 500.0).shape == (32, 28)
    assert not crop(strip, 500.0).any()


def test_strips_with_one_number_are_taken_whatever_stands_beside_it() -> None:
    targets = ["#7614#", "~49~", "#", "~", "", "#3#47500", "12345678", "123456789", "~205~"]
    shard = Shard([np.full((32, 40), 9, np.uint8)] * len(targets), targets)
    assert [found for _, found in numbers(shard)] == ["7614", "49", "12345678", "205"]
    assert [found for _, found in numbers(shard, frozenset(["49", "205"]))] == ["7614", "12345678"]


def test_characters_are_those_of_the_truth_beside_its_rivals() -> None:
    asked: list[list[str]] = []

    def look(strip: Strip) -> Look:
        if strip.pixels.shape[1] > 100:
            raise PosteyeError("too long")

        def judge(codes: object) -> Decoding:
            asked.append(list(codes))  # type: ignore[call-overload]
            return Decoding((), (Character("1", 0.5, 8.0), Character("7", 0.99, 30.0)), None)

        return Look(View(strip, Decoding((Candidate("11", 0.6), Candidate("17", 0.4)), (), None)), judge)

    pixels = np.zeros((32, 50), np.uint8)
    pixels[:, 30] = 77
    strip, long = (Strip(p, np.eye(2, 3), True) for p in (pixels, np.zeros((32, 200), np.uint8)))
    found = characters([(strip, "17"), (long, "17")], look)
    assert asked == [["17", "11"]]
    assert found.digits.tolist() == [1, 7] and found.doubtful.tolist() == [True, False]
    assert not found.pixels[0].any() and found.pixels[1][:, 14].tolist() == [77] * 32


def test_no_strip_gives_no_crop_and_parts_are_joined() -> None:
    none = characters([], lambda strip: pytest.fail("nothing is to be looked at"))
    assert len(none) == 0 and none.pixels.shape == (0, 32, 28)
    some = Crops(np.ones((2, 32, 28), np.uint8), np.array([4, 9]), np.array([True, False]))
    assert joined([none, some, some]).digits.tolist() == [4, 9, 4, 9]


def test_every_digit_is_drawn_as_often_and_doubtful_ones_up_to_a_half() -> None:
    digits = np.repeat(np.arange(10), 30)
    doubtful = np.tile(np.arange(30) < 12, 10)
    doubtful[digits == 3] = np.arange(30) < 2
    crops = Crops(np.zeros((300, 32, 28), np.uint8), digits, doubtful)
    found = balanced(crops, 10, seed=1)
    assert np.bincount(found.digits).tolist() == [10] * 10
    assert np.bincount(found.digits[found.doubtful]).tolist() == [5, 5, 5, 2, 5, 5, 5, 5, 5, 5]
    assert found.digits.tolist() == balanced(crops, 10, seed=1).digits.tolist() != sorted(found.digits.tolist())
