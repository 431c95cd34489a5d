"""Rows of boxes and combs are taken out; digits that touch them stay, and so does every field without them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime import Reader
from device_runtime.image.boxes import may_have_boxes, without_boxes
from device_runtime.image.load import load_gray
from device_runtime.image.pixels import to_gray
from device_runtime.samples import load_samples
from tests.device_runtime.image.boxed import Form, Image, field

REPORTED = Path(__file__).parents[2] / "data" / "reported"


def printed(text: str, rule_at: int | None = None) -> Image:
    image = np.full((80, 40 + 34 * len(text)), 235, np.uint8)
    cv2.putText(image, text, (20, 55), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 30, 3, cv2.LINE_AA)
    if rule_at:
        cv2.line(image, (12, rule_at), (image.shape[1] - 12, rule_at), 60, 2)
    return image


@pytest.mark.parametrize("turn", [0.0, 2.0, -1.5])
@pytest.mark.parametrize("count", [3, 5, 9])
@pytest.mark.parametrize("kind", ["separate", "joined", "comb"])
def test_boxes_are_counted_and_taken_out(kind: str, count: int, turn: float) -> None:
    code = "482750391"[:count]
    gray = to_gray(field(code, Form(kind, count, turn=turn)))
    cleared, found = without_boxes(gray)
    alone = to_gray(field(code, Form(kind, count, turn=turn, drawn=False)))
    assert found == count
    lines = (gray < 150) & (alone > 200)
    assert np.median(cleared[lines]) > 200
    assert (cleared[alone < 60] < 110).mean() > 0.97


@pytest.mark.parametrize("level", [20, 60, 110, 150])
def test_boxes_of_any_darkness_are_taken_out(level: int) -> None:
    gray = to_gray(field("48275", Form("separate", color=(level, level, level))))
    assert without_boxes(gray)[1] == 5


@pytest.mark.parametrize("kind", ["separate", "joined", "comb"])
def test_light_boxes_on_dark_ground_are_taken_out(kind: str) -> None:
    negative = np.asarray(255 - to_gray(field("48275", Form(kind))), np.uint8)
    cleared, found = without_boxes(negative)
    assert found == 5 and np.median(cleared) < 40


def test_digits_that_cross_a_line_are_not_cut() -> None:
    image = np.full((150, 340), 240, np.uint8)
    for x in range(40, 300, 52):
        cv2.rectangle(image, (x, 40), (x + 42, 105), 60, 2)
        cv2.line(image, (x + 20, 50), (x + 24, 130), 30, 4, cv2.LINE_AA)  # a 1 that goes down through its box
    cleared, found = without_boxes(image)
    assert found == 5
    _, _, stats, _ = cv2.connectedComponentsWithStats((cleared < 120).astype(np.uint8))
    high = [height for height, area in zip(stats[1:, 3], stats[1:, 4], strict=True) if area > 100]
    assert len(high) == 5 and min(high) >= 76


@pytest.mark.parametrize("sample", load_samples(), ids=lambda sample: sample.file)
def test_samples_have_no_boxes(sample) -> None:  # type: ignore[no-untyped-def]
    gray = load_gray(sample.path)
    assert not may_have_boxes(gray)
    assert without_boxes(gray)[0] is gray


@pytest.mark.parametrize("text", ["10115", "00000", "88888", "HHHHH", "EEEEE", "1111111", "BERLIN 10115"])
@pytest.mark.parametrize("rule_at", [None, 66, 12])
def test_print_and_ruled_lines_are_left_as_they_are(text: str, rule_at: int | None) -> None:
    gray = printed(text, rule_at)
    assert without_boxes(gray)[0] is gray


def test_two_boxes_and_ten_are_left_as_they_are() -> None:
    for count in (2, 10):
        gray = to_gray(field("4827503914"[:count], Form("joined", count)))
        assert without_boxes(gray)[0] is gray


def test_empty_boxes_are_left_as_they_are_or_leave_nothing() -> None:
    gray = to_gray(field("", Form("joined")))
    assert Reader(pattern=r"\d{5}").read(gray, field=True).reading.status != "accepted"


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (2, 3), (31, 9)])
def test_every_shape_is_taken(shape: tuple[int, int]) -> None:
    for image in (np.full(shape, 200, np.uint8), np.random.default_rng(1).integers(0, 256, shape, np.uint8)):
        assert without_boxes(image)[0].shape == shape


@pytest.mark.parametrize("seed", range(12))
def test_random_lines_never_crash(seed: int) -> None:
    random = np.random.default_rng(seed)
    image = np.full((int(random.integers(20, 300)), int(random.integers(20, 600))), 230, np.uint8)
    for _ in range(int(random.integers(1, 40))):
        ends = [tuple(int(v) for v in random.integers(0, 600, 2)) for _ in range(2)]
        if random.random() < 0.8:
            ends[1] = (ends[1][0], ends[0][1]) if random.random() < 0.5 else (ends[0][0], ends[1][1])
        cv2.line(image, ends[0], ends[1], int(random.integers(0, 200)), int(random.integers(1, 6)))
    assert without_boxes(image)[0].shape == image.shape


def test_a_look_for_boxes_needs_no_opencv() -> None:
    code = (
        "import sys, numpy as np; from device_runtime.image.prepare import prepared;"
        "prepared(np.full((60, 200), 200, np.uint8)); assert 'cv2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


CODES = {
    "box01": "42875", "box05": "14452", "box07": "79778", "box09": "73949", "box11": "76047", "box13": "96753",
    "box15": "99438", "box18": "32448", "box20": "81504", "box22": "15514", "box24": "13851", "box26": "02505",
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_reported_boxes_are_read(name: str) -> None:
    assert Reader(country="FR").read(REPORTED / f"{name}.png", field=True).reading.code == CODES[name]
