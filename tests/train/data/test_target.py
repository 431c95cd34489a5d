"""The notation of targets is read and written in one place, and everyone takes the same from it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.data.target import Target
from train.gtn.ctc import topology
from train.gtn.tables import label_tables
from train.scanner.postprocess import one_number
from train.synthesis.shards import Shard

BODIES = st.from_regex(r"#?[0-9]{1,4}(#[0-9]{1,3}){0,2}#?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "target", "digits", "numbers"),
    [
        ("12500", Target("12500"), "12500", ("12500",)),
        ("~12500~", Target("12500", True, True), "12500", ("12500",)),
        ("#47500#", Target("#47500#"), "47500", ("47500",)),
        ("~90#", Target("90#", True), "90", ("90",)),
        ("3#47500~", Target("3#47500", False, True), "347500", ("3", "47500")),
        ("#", Target("#"), "", ()),
        ("~", Target("", True, True), "", ()),
        ("", Target(""), "", ()),
    ],
)
def test_what_a_target_says(text: str, target: Target, digits: str, numbers: tuple[str, ...]) -> None:
    found = Target.parse(text)
    assert found == target and found.text == text
    assert (found.digits, found.numbers) == (digits, numbers)


@given(BODIES, st.booleans(), st.booleans())
def test_what_is_written_is_read_back(body: str, before: bool, after: bool) -> None:
    target = Target(body, before and body[0] != "#", after and body[-1] != "#")
    assert Target.parse(target.text) == target


@pytest.mark.parametrize("text", ["1##2", "~#1", "1#~", "1~2", "~~1", "1x", "\u0661", "~#~"])
def test_what_cannot_be_spelled_is_refused_by_all(text: str) -> None:
    strips = Shard([np.zeros((32, 8), np.uint8)], [text])
    for read in (Target.parse, lambda t: topology([t]), lambda t: label_tables([t], "0123456789")):
        with pytest.raises(ValueError, match="target"):
            read(text)
    with pytest.raises(ValueError, match="target"):
        one_number(strips)


def test_the_alphabet_can_be_another() -> None:
    assert Target.parse("#ab~", "ab").symbols == "#ab"
    with pytest.raises(ValueError, match="cannot be spelled"):
        Target.parse("1", "ab")


def test_a_line_of_text_keeps_its_digits() -> None:
    assert Target.of_line("LOT 3, 47500 SUBANG").text == "#3#47500#"
    assert Target.of_line("47500").text == "47500"


def test_marks_may_stand_at_the_ends_of_a_number() -> None:
    assert Target.with_marks("12500").text == "~12500~"
