"""A field is prepared once: its preprinted colour and its boxes go, everything else stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime import Reader
from device_runtime.image.load import load_gray
from device_runtime.image.pixels import to_gray
from device_runtime.image.prepare import prepared
from device_runtime.samples import load_samples
from tests.device_runtime.image.boxed import Form, field


@pytest.mark.parametrize("sample", load_samples(), ids=lambda sample: sample.file)
def test_a_grey_field_without_boxes_is_returned_itself(sample) -> None:  # type: ignore[no-untyped-def]
    gray = load_gray(sample.path)
    assert prepared(gray) is gray


@pytest.mark.parametrize("pen", [(25, 25, 60), (60, 80, 200), (200, 40, 40)], ids=["dark", "blue", "red"])
@pytest.mark.parametrize("color", [(20, 20, 20), (110, 110, 110), (225, 110, 40), (60, 120, 60)])
@pytest.mark.parametrize("kind", ["separate", "joined", "comb"])
def test_writing_of_any_colour_in_boxes_of_any_colour_is_kept(
    kind: str, color: tuple[int, int, int], pen: tuple[int, int, int]
) -> None:
    gray = prepared(field("48275", Form(kind, color=color), pen))
    strokes = to_gray(field("48275", Form(kind, drawn=False), pen, noise=0)) < 150
    lines = (to_gray(field("", Form(kind, color=color), noise=0)) < 200) & ~strokes
    paper = float(np.median(gray))
    assert paper - float(np.median(gray[lines])) < 0.5 * (paper - float(np.median(gray[strokes])))


def test_the_order_of_channels_is_followed() -> None:
    rgb = field("48275", Form("separate", color=(225, 110, 40)))
    reader = Reader(pattern=r"\d{5}")
    expected = reader.read(rgb, field=True)
    swapped = reader.read(np.ascontiguousarray(rgb[:, :, ::-1]), field=True, order="BGR")
    assert swapped.reading == expected.reading and expected.reading.code == "48275"
