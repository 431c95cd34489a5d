"""The compiled core says the same of boxes, struck codes, blots, runs of ink and posteriors as NumPy and Python."""

from __future__ import annotations

from array import array
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device_runtime.calibration import Scale
from device_runtime.core import block, checks, strips
from device_runtime.core.arena import ThreadArena
from device_runtime.core.library import library, trouble
from device_runtime.decoding.spoiled import fault_by_numpy
from device_runtime.image.boxes import may_have_boxes_by_numpy
from device_runtime.image.pixels import to_gray
from device_runtime.piece.evidence.words import ink_runs_by_numpy
from device_runtime.samples import load_samples
from tests.device_runtime.core.drawn import KINDS, draw
from tests.device_runtime.image.boxed import Form, field

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")

Gray = NDArray[np.uint8]
Place = tuple[NDArray[np.float64], checks.Columns, checks.Columns | None]
SEEDS = st.integers(0, 2**32 - 1)
kept = settings(derandomize=True, deadline=None, max_examples=200)
UPRIGHT = np.eye(2, 3)
SHAPES = [(1, 1), (1, 8000), (8000, 1), (2, 3), (5, 6), (6, 5), (64, 8000), (4800, 60), (4800, 99), (257, 3)]
SHAPES += [(47, 20), (48, 19), (95, 26), (96, 38), (97, 39), (143, 25), (144, 40), (1, 32000), (32000, 1)]


def assert_equal(gray: Gray, matrix: NDArray[np.float64], seen: checks.Columns, code: checks.Columns | None) -> str:
    """That all is said alike of a field; what it is, in words."""
    boxes, fault = may_have_boxes_by_numpy(gray), fault_by_numpy(gray, matrix, seen, code)
    assert checks.may_have_boxes(gray) == boxes
    assert checks.spoiled(gray, matrix, seen, code) == fault
    for level in (0, 90, 254, 255):
        assert checks.ink_runs(gray, level) == ink_runs_by_numpy(gray, level)
    return f"{fault}{' in boxes' if boxes else ''}"


def placed(gray: Gray, random: np.random.Generator) -> Place:
    """A map from a strip to about a field, and columns of it."""
    scale = gray.shape[0] / 32 * random.uniform(0.4, 1.6)
    shear, slope, *offsets = random.uniform((-0.6, -0.1, -20, -12), (0.6, 0.1, 20, 12)).tolist()
    matrix = scale * np.array([[random.uniform(0.6, 1.3), shear, offsets[0]], [slope, 1.0, offsets[1] / 4]])
    begin = int(random.integers(-40, 60))
    columns = int(random.choice([0, 1, 2, 8, 9, 30, 200]))
    first, last = sorted(random.integers(0, columns + 1, 2).tolist())
    return matrix, (begin, begin + columns), None if random.random() < 0.2 else (first, last)


@kept
@given(st.sampled_from(KINDS), st.integers(1, 200), st.integers(1, 400), SEEDS)
@example("noise", 1, 1, 0)
def test_the_same_is_said_of_every_field(kind: str, height: int, width: int, seed: int) -> None:
    assert_equal(draw(kind, height, width, seed), *placed(draw(kind, height, width, seed), np.random.default_rng(seed)))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_same_is_said_of_every_size(shape: tuple[int, int]) -> None:
    for kind in ("noise", "writing", "ruled", "even"):
        gray = draw(kind, *shape, seed=sum(shape))
        assert_equal(gray, *placed(gray, np.random.default_rng(sum(shape))))


def written(random: np.random.Generator, what: str) -> Gray:
    """A code in the middle of a field with a stroke through it, a blot beside it, or both."""
    gray = np.full((64, 260), int(random.integers(150, 256)), np.uint8)
    ink = int(random.integers(0, 120))
    for number, digit in enumerate("71345"):
        cv2.putText(gray, digit, (60 + 28 * number, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.1, ink, 2, cv2.LINE_AA)
    if "struck" in what:
        rows = random.integers(24, 42, 2).tolist()
        ends = (int(random.integers(40, 62)), rows[0]), (int(random.integers(190, 220)), rows[1])
        cv2.line(gray, *ends, int(random.integers(0, 160)), int(random.integers(1, 4)), cv2.LINE_AA)
    if "blot" in what:
        center, axes = (int(random.integers(20, 60)), 34), tuple(random.integers(6, 20, 2).tolist())
        cv2.ellipse(gray, center, axes, 0, 0, 360, ink, -1)
    return gray if random.random() < 0.7 else np.asarray(255 - gray, np.uint8)


def test_the_same_is_said_of_struck_codes_and_of_blots() -> None:
    found: set[str] = set()
    for seed in range(240):
        random = np.random.default_rng(seed)
        gray = written(random, ["plain", "struck", "blot", "struck blot"][seed % 4])
        # A strip of half the field's size, moved, sheared and stretched a little.
        matrix = np.array([[2.0, random.uniform(-0.2, 0.2), 0], [random.uniform(-0.03, 0.03), 2.0, 0]])
        matrix[:, 2] += random.uniform(-3, 3, 2)
        found.add(assert_equal(gray, matrix, (10, 116), (18, 88)))
    assert {"None", "struck", "blot"} <= found


def test_the_same_is_said_of_boxes() -> None:
    found: list[bool] = []
    for seed in range(120):
        random = np.random.default_rng(seed)
        kind, count = ("separate", "joined", "comb")[seed % 3], int(random.integers(3, 10))
        level = int(random.integers(20, 170))
        turn, drawn = random.uniform(-4, 4), random.random() < 0.8
        form = Form(kind, count, turn=turn, color=(level, level, level), drawn=drawn)
        gray = to_gray(field("482750391"[:count], form))
        gray = gray if random.random() < 0.7 else np.asarray(255 - gray, np.uint8)
        factor = random.uniform(0.2, 3)
        gray = np.asarray(cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        found.append(may_have_boxes_by_numpy(gray))
        assert checks.may_have_boxes(gray) == found[-1]
    assert 20 < sum(found) < 110


def test_the_same_is_said_of_dashed_frames() -> None:
    """Rows of dashes above each other, level, bent or scattered: what tells the tops of boxes from writing."""
    found: list[bool] = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        gray = np.full((int(random.integers(20, 140)), 330), 220, np.uint8)
        height, scatter, fall = gray.shape[0], int(random.integers(0, 6)), random.uniform(-0.03, 0.03)
        for x in range(int(random.integers(2, 20)), 300, int(random.integers(18, 26))):
            for side in (height // 4, 3 * height // 4):
                y = max(0, side + int(random.integers(-scatter, scatter + 1)) + int(fall * x))
                gray[y : y + 2, x : x + int(random.integers(12, 18))] = 40
        found.append(may_have_boxes_by_numpy(gray))
        assert checks.may_have_boxes(gray) == found[-1]
    assert 10 < sum(found) < 190


@pytest.mark.parametrize("sample", load_samples(), ids=lambda s: s.file)
def test_the_same_is_said_of_every_sample(sample) -> None:  # type: ignore[no-untyped-def]
    gray = np.asarray(cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE), np.uint8)
    for one in (gray, np.asarray(255 - gray, np.uint8), gray[::2, ::-1], gray.T):
        strip = strips.normalize(one, 20.0)
        width = strip.pixels.shape[1]
        assert_equal(one, strip.image_from_strip, (-20, width + 20), (20, width + 20))
        inked = strip.pixels[5:28, 3:]
        assert checks.ink_runs(inked, 90) == ink_runs_by_numpy(inked, 90)


def test_from_an_arena_of_nothing_the_same_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "ARENA", ThreadArena(first_bytes=0))
    for kind in KINDS:
        gray = draw(kind, 90, 500, 3)
        assert_equal(gray, *placed(gray, np.random.default_rng(5)))


def test_threads_do_not_share_memory() -> None:
    grays = [draw(kind, 64, 100 + 37 * seed, seed) for kind in ("writing", "ruled", "noise") for seed in range(8)]

    def said(gray: Gray) -> tuple[object, ...]:
        columns = 0, gray.shape[1] // 2
        return checks.spoiled(gray, UPRIGHT, columns, columns), checks.ink_runs(gray, 90)

    expected = [said(gray) for gray in grays]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            assert list(pool.map(said, grays)) == expected


@pytest.mark.parametrize(
    ("number", "seen", "code"),
    [
        (float("nan"), (0, 9), None),
        (float("inf"), (0, 9), None),
        (2.0**41, (0, 9), None),
        (1.0, (9, 8), None),
        (1.0, (-1048577, 0), None),
        (1.0, (0, 1048577), None),
        (1.0, (0, 9), (-2, 3)),
        (1.0, (0, 9), (4, 3)),
        (1.0, (0, 9), (3, 10)),
    ],
)
def test_a_place_out_of_range_is_refused(number: float, seen: checks.Columns, code: checks.Columns | None) -> None:
    matrix = UPRIGHT.copy()
    matrix[1, 2] = number
    with pytest.raises(ValueError, match="core"):
        checks.spoiled(np.zeros((9, 9), np.uint8), matrix, seen, code)


@pytest.mark.parametrize("shape", [(0, 9), (9, 0), (1, 65536)])
def test_an_image_of_no_size_is_refused(shape: tuple[int, int]) -> None:
    image = np.zeros(shape, np.uint8)
    for call in (
        lambda: checks.may_have_boxes(image),
        lambda: checks.spoiled(image, UPRIGHT, (0, 9), None),
        lambda: checks.ink_runs(image, 90),
    ):
        with pytest.raises(ValueError, match=f"{shape[1]} x {shape[0]} px"):
            call()


@settings(kept, max_examples=400)
@given(st.lists(st.floats(0, 1), max_size=30), st.floats(1e-6, 1e29), st.floats(-999, 999))
@example([0.0, 1e-13, 1e-12, 0.5, 1 - 1e-12, 1.0, 1 + 1e-15], 1.0, 0.0)
@example([0.25, 0.999999], 1.3, -0.2)
def test_posteriors_are_calibrated_to_the_same_bits(given_: list[float], temperature: float, offset: float) -> None:
    scale = Scale(temperature, offset)
    expected = [scale(posterior) for posterior in given_]
    assert array("d", scale.each(given_)).tobytes() == array("d", expected).tobytes()


def test_of_no_posteriors_none_is_calibrated() -> None:
    assert checks.calibrated([], 1.0, 0.0) == []


@pytest.mark.parametrize(("posterior", "temperature", "offset"), [(np.nan, 1, 0), (0.5, 0, 0), (0.5, 1, 1e3)])
def test_a_calibration_out_of_range_is_refused(posterior: float, temperature: float, offset: float) -> None:
    with pytest.raises(ValueError, match="calibrate"):
        checks.calibrated([0.5, posterior], temperature, offset)


@pytest.mark.parametrize("level", [-1, 256])
def test_a_level_that_no_pixel_has_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match="core"):
        checks.ink_runs(np.zeros((9, 9), np.uint8), level)
