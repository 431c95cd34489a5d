"""The compiled core makes the same strips, bit for bit, as OpenCV and NumPy."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device_runtime.core import block, strips
from device_runtime.core.arena import ThreadArena
from device_runtime.core.library import library, trouble
from device_runtime.geometry import BODY_HEIGHT_PX
from device_runtime.image.opencv.normalize import normalize
from device_runtime.image.opencv.polarity import polarity_and_panel
from device_runtime.image.opencv.resize import resize_exact
from device_runtime.samples import load_samples
from device_runtime.types import Strip
from tests.device_runtime.core.drawn import KINDS, draw
from tests.device_runtime.image.opencv.overhanging import CUT, WHOLE

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")

Gray = NDArray[np.uint8]
SEEDS = st.integers(0, 2**32 - 1)
kept = settings(derandomize=True, deadline=None, max_examples=150)


def bits(strip: Strip) -> tuple[object, ...]:
    """All that a strip holds, to be compared bit for bit."""
    image = strip.pixels
    assert image.dtype == np.uint8 and image.flags.c_contiguous and image.flags.owndata and image.flags.writeable
    assert strip.image_from_strip.dtype == np.float64 and strip.image_from_strip.shape == (2, 3)
    return (
        image.shape,
        image.tobytes(),
        strip.image_from_strip.tobytes(),
        strip.has_ink,
        strip.second_line,
        strip.cut,
    )


def assert_equal(field: Gray, body_height_px: float = BODY_HEIGHT_PX) -> None:
    assert bits(strips.normalize(field, body_height_px)) == bits(normalize(field, body_height_px))
    ink, (expected, panel) = strips.polarity(field), polarity_and_panel(field)
    assert ink == "panel" or (ink == expected.value and panel is None)


@kept
@given(st.sampled_from(KINDS), st.integers(1, 200), st.integers(1, 400), SEEDS)
@example("ruled", 64, 6, 1)
@example("even", 64, 200, 1)
def test_every_field_gives_the_same_strip(kind: str, height: int, width: int, seed: int) -> None:
    assert_equal(draw(kind, height, width, seed))


@settings(kept, max_examples=60)
@given(st.sampled_from(("writing", "lines", "ruled", "leaning", "uneven", "panel")), st.floats(-5, 90), SEEDS)
@example("writing", 0.0, 0)
def test_every_body_height_gives_the_same_strip(kind: str, body_height_px: float, seed: int) -> None:
    assert_equal(draw(kind, 70, 260, seed), body_height_px)


@pytest.mark.parametrize("body_height_px", [16.0, 20.0, 23.0, 60.0, -1.0])
@pytest.mark.parametrize("name", [*CUT, *WHOLE])
def test_a_line_that_a_strip_would_cut_gives_the_same_strip(name: str, body_height_px: float) -> None:
    image = (CUT | WHOLE)[name]().image
    for turned in (image, image[::-1], image[:, ::-1]):
        assert_equal(np.ascontiguousarray(turned), body_height_px)


def test_uneven_writing_is_fitted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [draw("uneven", 50 + seed, 300, seed) for seed in range(60)]
    for field in fields:
        assert_equal(field)
    strips_of_fitted = [normalize(field).image_from_strip.tobytes() for field in fields]
    monkeypatch.setattr("device_runtime.image.opencv.normalize.fitted", lambda pieces, line, body_px: line)
    as_measured = [normalize(field).image_from_strip.tobytes() for field in fields]
    assert (
        sum(a != b for a, b in zip(strips_of_fitted, as_measured, strict=True)) >= 12
    )  # of 60, whatever font OpenCV draws


@pytest.mark.parametrize("sample", load_samples(), ids=lambda s: s.file)
def test_every_sample_gives_the_same_strip(sample) -> None:  # type: ignore[no-untyped-def]
    field = np.asarray(cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE), np.uint8)
    assert_equal(field)
    assert_equal(np.asarray(255 - field, np.uint8))


SHAPES = (
    [(1, 1), (1, 700), (700, 1), (2, 3), (5, 6), (6, 5), (6, 6), (6, 9000), (900, 6), (9, 1160), (7, 1030)]
    + [(64, 6), (64, 55), (64, 56), (64, 57), (63, 57), (65, 57)]
    + [(64 * factor + more, 200) for factor in (2, 3, 4) for more in (-1, 0, 1)]
    + [(257, 3), (1300, 90), (1, 65535), (65535, 1)]
)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_size_gives_the_same_strip(shape: tuple[int, int]) -> None:
    for kind in ("noise", "writing", "ruled"):
        assert_equal(draw(kind, *shape, seed=sum(shape)))


def test_a_line_that_leaves_the_field_before_its_middle_is_cut_nowhere() -> None:
    """A steep line at one end of a long field: where it would cross the field's middle is far above its first row."""
    field = np.full((64, 700), 220, np.uint8)
    for index in range(4):
        left, top = 8 + 34 * index, 20 + 7 * index
        field[top : top + 20, left : left + 9] = 30
    assert_equal(field)
    assert_equal(np.ascontiguousarray(field[:, ::-1]))


@settings(kept, max_examples=80)
@given(*(st.integers(1, 260) for _ in range(4)), SEEDS)
def test_every_size_is_resized_to_every_other_alike(
    height: int, width: int, rows: int, columns: int, seed: int
) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    np.testing.assert_array_equal(strips.resize(image, columns, rows), resize_exact(image, columns, rows))


def test_any_layout_in_memory_gives_the_same_strip() -> None:
    page = draw("writing", 200, 700, 4)
    for field in (page[20:150, 30:400], page[::2, ::3], page[::-1], page[:, ::-1], page.T, np.asfortranarray(page)):
        assert bits(strips.normalize(field, 20.0)) == bits(normalize(np.ascontiguousarray(field), 20.0))
        assert strips.polarity(field) == strips.polarity(np.ascontiguousarray(field))
    even = np.broadcast_to(np.uint8(90), (50, 80))
    assert bits(strips.normalize(even, 20.0)) == bits(normalize(np.array(even), 20.0))


def test_from_an_arena_of_nothing_the_same_strips_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    arena = ThreadArena(first_bytes=0)
    for room in (block, strips):
        monkeypatch.setattr(room, "ARENA", arena)
    for kind in KINDS:
        assert_equal(draw(kind, 90, 500, 3))
    assert strips.resize(draw("noise", 90, 80, 1), 70, 30).shape == (30, 70)


def test_a_strip_stays_when_the_next_is_made() -> None:
    first = strips.normalize(draw("writing", 60, 200, 1), 20.0)
    before = bits(first)
    strips.normalize(draw("noise", 60, 200, 2), 20.0)
    strips.resize(first.pixels, 300, 32)
    assert bits(first) == before


def test_threads_do_not_share_memory() -> None:
    fields = [draw(kind, 64, 100 + 37 * seed, seed) for kind in ("writing", "ruled", "noise") for seed in range(8)]
    expected = [bits(normalize(field)) for field in fields]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            assert [bits(strip) for strip in pool.map(lambda field: strips.normalize(field, 20.0), fields)] == expected


@pytest.mark.parametrize("body_height_px", [float("nan"), float("inf"), -float("inf")])
def test_a_body_height_that_is_no_number_is_refused(body_height_px: float) -> None:
    with pytest.raises(ValueError, match="core"):
        strips.normalize(draw("writing", 60, 200, 1), body_height_px)


@pytest.mark.parametrize("shape", [(0, 9), (9, 0), (1, 65536)])
def test_an_image_of_no_size_is_refused(shape: tuple[int, int]) -> None:
    image = np.zeros(shape, np.uint8)
    for call in (
        lambda: strips.normalize(image, 20.0),
        lambda: strips.polarity(image),
        lambda: strips.resize(image, 9, 9),
    ):
        with pytest.raises(ValueError, match=f"{shape[1]} x {shape[0]} px"):
            call()


@pytest.mark.parametrize("size", [(0, 9), (9, 0), (-1, 9), (9, 65536)])
def test_a_result_of_no_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="core"):
        strips.resize(np.zeros((9, 9), np.uint8), *size)


def test_only_bytes_are_images() -> None:
    with pytest.raises(TypeError, match="float64"):
        strips.normalize(np.zeros((60, 200)), 20.0)  # type: ignore[arg-type]


def test_a_usual_field_needs_no_opencv() -> None:
    program = """
import sys, numpy as np
from device_runtime.image.normalize import normalize
from device_runtime.image.polarity import inked
from device_runtime.image.resize import resize_exact
field = np.full((70, 200), 220, np.uint8)
field[20:50, 40:48] = field[20:50, 90:98] = field[20:50, 140:148] = 30
(dark,) = inked(field)
strip = normalize(dark.gray)
assert strip.has_ink and resize_exact(strip.pixels, 300, 32).any()
assert "cv2" not in sys.modules, "OpenCV was imported"
"""
    subprocess.run([sys.executable, "-c", program], check=True)
