"""Regions: pixels or shares, and what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
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
        ("0,0,1e308,1e308", (0, 0, 200, 100)),
        ("5,0,1e-200,1e-200", None),
        ("0,0,1e-200,1e-200", (0, 0, 1, 1)),
        ("1e308,0,1e308,50", None),
        ("0.5,0,0.5,1e308", (0, 0, 1, 100)),
    ],
)
def test_where_a_region_lies(text: str, pixels: tuple[int, int, int, int] | None) -> None:
    if pixels is None:
        with pytest.raises(ImageError, match="has nothing in the region"):
            Region.from_text(text).pixels(200, 100)
    else:
        assert Region.from_text(text).pixels(200, 100) == pixels


@pytest.mark.parametrize(
    "text",
    [
        *("", "1,2,3", "1,2,3,4,5", "window", "1,2,3,x", "-1,0,5,5", "0,0,0,5", "0,0,5,-5"),
        *("nan,0,1,1", "0,0,nan,1", "inf,0,9,9", "0,0,9,inf", "0,-inf,9,9", "0,0,1e309,9"),
    ],
)
def test_what_is_no_region(text: str) -> None:
    with pytest.raises(PosteyeError, match="is no region; give x,y,width,height in pixels, or all four as shares"):
        Region.from_text(text)


@pytest.mark.parametrize(
    "numbers", [("0", 0, 1, 1), (None, 0, 1, 1), (True, 0, 1, 1), (0, 0, 1j, 1), (0, 0, 10**400, 1)]
)
def test_what_is_no_number_makes_no_region(numbers: tuple[Any, ...]) -> None:
    with pytest.raises(PosteyeError, match="is no region; give x,y,width,height in pixels") as error:
        Region(*numbers)
    assert "\n" not in str(error.value) and len(str(error.value)) < 150


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.uint8, np.int64])
def test_numbers_of_numpy_make_a_region(kind: Any) -> None:
    assert Region(*map(kind, (5, 6, 7, 8))).pixels(200, 100) == (5, 6, 7, 8)


def test_a_region_beside_the_picture_is_an_error_of_the_image() -> None:
    with pytest.raises(ImageError, match="200 x 100 px and has nothing in the region"):
        Region(300, 0, 20, 20).pixels(200, 100)
