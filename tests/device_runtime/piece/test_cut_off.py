"""Lines that go on outside a region, however the picture lies."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.piece.cut_off import if_not_cut
from device_runtime.piece.quarters import turned_field
from device_runtime.types import Field, Reading
from tests.device_runtime.lettering import write

WIDTH, HEIGHT = 600, 300
ACCEPTED = Reading("accepted", "80331", None, 0.99, (), ())


def around(box: tuple[float, float, float, float], margin: float = 5) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return left - margin, top - margin, right + margin, bottom + margin


def judged(region: tuple[int, int, int, int], ends: tuple[float, float], quarters: int, text: str) -> Reading:
    """What is said of a code between two columns, read in a region of a picture with a line of text."""
    page = np.full((HEIGHT, WIDTH), 235, np.uint8)
    _, top, _, bottom = around(write(page, text, 100, 150))
    field = Field(((ends[0], top), (ends[1], top), (ends[1], bottom), (ends[0], bottom)))
    (x, y), (right, low) = region[:2], (region[0] + region[2], region[1] + region[3])
    outline = Field(((x, y), (right, y), (right, low), (x, low)))
    xs, ys = zip(*turned_field(outline, quarters, WIDTH, HEIGHT).corners, strict=True)
    inside = (int(min(xs)), int(min(ys)), int(max(xs) - min(xs)), int(max(ys) - min(ys)))
    turned = np.ascontiguousarray(np.rot90(page, quarters))
    return if_not_cut(ACCEPTED, turned_field(field, quarters, WIDTH, HEIGHT), inside, turned)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_line_that_goes_on_is_no_code(quarters: int) -> None:
    left, _, cut, _ = write(np.zeros((HEIGHT, WIDTH), np.uint8), "80331", 100, 150)
    right = write(np.zeros((HEIGHT, WIDTH), np.uint8), "8033150667", 100, 150)[2]
    begun, rest = judged((0, 100, cut + 1, 80), (left - 5, cut + 1), quarters, "8033150667"), (cut + 1, right + 5)
    assert (begun.status, begun.reason) == (
        "rejected",
        "the region cuts off the writing at the right; leave more room there",
    )
    ended = judged((cut + 1, 100, 300, 80), rest, quarters, "8033150667")
    assert (ended.status, ended.reason) == (
        "rejected",
        "the region cuts off the writing at the left; leave more room there",
    )


def test_a_field_may_end_a_little_before_the_edge_and_hold_a_spot() -> None:
    page = np.full((HEIGHT, WIDTH), 245, np.uint8)
    left, top, cut, bottom = write(page, "80331", 100, 150, ink=140)
    write(page, "4", round(cut) + 12, 150, ink=140)  # set wide apart
    page[130:134, 130:134] = 0
    field = Field(((left - 5, top - 5), (cut + 2, top - 5), (cut + 2, bottom + 5), (left - 5, bottom + 5)))
    found = if_not_cut(ACCEPTED, field, (0, 100, round(cut) + 9, 80), page)
    assert (found.status, found.code) == ("rejected", "80331")


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_line_that_ends_before_the_edge_or_far_from_it_stays(quarters: int) -> None:
    left, _, end, _ = write(np.zeros((HEIGHT, WIDTH), np.uint8), "80331", 100, 150)
    assert judged((0, 100, end + 1, 80), (left - 5, end + 1), quarters, "80331") == ACCEPTED
    assert judged((0, 0, WIDTH, HEIGHT), (left - 5, end + 1), quarters, "8033150667") == ACCEPTED
    assert judged((0, 100, end + 40, 80), (left - 5, end + 1), quarters, "8033150667") == ACCEPTED
