"""Regions: pixels or shares, and what is none."""

from __future__ import annotations

import pytest

from device_runtime.errors import ImageError, PosteyeError
from device_runtime.region import Region


@pytest.mark.parametrize(
    ("text", "pixels"),
    [
        ("10,20,30,40", (10, 20, 30, 40)),
        ("0.5,0.25,0.5,0.5", (100, 25, 100, 50)),
        ("0,0,1,1", (0, 0, 200, 100)),
        ("190,90,50,50", (190, 90, 10, 10)),
        (" 2 , 3 , 4.5 , 1 ", (2, 3, 5, 1)),
    ],
)
def test_where_a_region_lies(text: str, pixels: tuple[int, int, int, int]) -> None:
    assert Region.from_text(text).pixels(200, 100) == pixels


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "window", "1,2,3,x", "nan,0,1,1", "inf,0,9,9", "-1,0,5,5", "0,0,0,5"]
)
def test_what_is_no_region(text: str) -> None:
    with pytest.raises(PosteyeError, match="is no region; give x,y,width,height in pixels, or all four as shares"):
        Region.from_text(text)


def test_a_region_beside_the_picture_is_an_error_of_the_image() -> None:
    with pytest.raises(ImageError, match="200 x 100 px and has nothing in the region"):
        Region(300, 0, 20, 20).pixels(200, 100)
