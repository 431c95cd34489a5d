"""Light ink on dark is told from dark ink on light, and read as well."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime import Reader
from device_runtime.image.polarity import Polarity, inked, polarity, resolve
from device_runtime.samples import load_samples
from device_runtime.types import Candidate, Reading

REPORTED = Path(__file__).parents[2] / "data" / "reported"
LIGHT_ON_DARK = (
    ("white_on_black01.png", "80331"),
    ("white_on_black03.png", "10115"),
    ("white_pen01.png", "80331"),
    ("white_pen03.png", "10115"),
)


def drawn(text: str = "80331", paper: int = 220, ink: int = 40, rows: int = 60) -> NDArray[np.uint8]:
    """Text in even ink on even paper."""
    image = np.full((rows, 28 * len(text) + 40), paper, np.uint8)
    cv2.putText(image, text, (16, rows - 16), cv2.FONT_HERSHEY_SIMPLEX, 1.3, ink, 3, cv2.LINE_AA)
    return image


def reading(status: str, code: str | None, confidence: float, reason: str | None = None) -> Reading:
    candidates = (Candidate(code, confidence),) if code else ()
    return Reading(status, code, reason, confidence, (), candidates)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", [True, False])
@pytest.mark.parametrize(("file", "code"), LIGHT_ON_DARK)
def test_reported_light_writing_is_read(file: str, code: str, field: bool) -> None:
    assert Reader(country="DE").read(REPORTED / file, field=field).reading.code == code


@pytest.mark.parametrize("sample", [s for s in load_samples() if s.expected], ids=lambda s: s.file)
def test_a_sample_and_its_negative_read_alike(sample) -> None:  # type: ignore[no-untyped-def]
    gray = cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE)
    reader = Reader(**sample.grammar)
    upright, negative = reader.read(gray, field=True), reader.read(255 - gray, field=True)
    assert (polarity(gray), polarity(255 - gray)) == (Polarity.DARK, Polarity.LIGHT)
    assert negative.reading == upright.reading
    assert negative.as_dict()["characters"] == upright.as_dict()["characters"]


def test_shadow_is_no_dark_paper() -> None:
    light = np.linspace(0.25, 1, drawn().shape[1])
    assert polarity(np.rint(drawn() * light).astype(np.uint8)) is Polarity.DARK
    assert polarity(np.rint(drawn(paper=60, ink=230) * light).astype(np.uint8)) is Polarity.LIGHT


def test_sparks_of_noise_do_not_hide_dark_ink() -> None:
    random = np.random.default_rng(3)
    image = drawn(paper=150, ink=100)
    image[random.random(image.shape) < 0.03] = 255
    assert polarity(image) is Polarity.DARK


def test_a_dark_field_is_given_as_it_is() -> None:
    image = drawn()
    (only,) = inked(image)
    assert only.gray is image and (only.left, only.top) == (0, 0)


def test_a_panel_is_cut_out_and_places_stay_those_of_the_field() -> None:
    panel = drawn(paper=25, ink=240)
    field = np.full((panel.shape[0] + 40, panel.shape[1] + 90), 235, np.uint8)
    field[25 : 25 + panel.shape[0], 60 : 60 + panel.shape[1]] = panel
    negative = inked(field)[-1]
    assert abs(negative.left - 60) <= 2 and abs(negative.top - 25) <= 2
    assert abs(negative.gray.shape[1] - panel.shape[1]) <= 4 and int(np.median(negative.gray)) > 200
    reader = Reader(pattern=r"\d{5}")
    found = reader.read(field, field=True).as_dict()
    alone = reader.read(panel, field=True).as_dict()
    assert found["code"] == alone["code"] == "80331"
    for there, here in zip(found["characters"], alone["characters"], strict=True):
        assert abs(there["x"] - 60 - here["x"]) < 4


def test_a_dark_label_on_a_light_page_is_located_and_read() -> None:
    page = np.full((420, 620), 230, np.uint8)
    cv2.putText(page, "Sender", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2, cv2.LINE_AA)
    page[200:360, 150:520] = 30
    for y, text in ((250, "High Street"), (320, "80331 Town")):
        cv2.putText(page, text, (180, y), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 235, 3, cv2.LINE_AA)
    result = Reader(country="DE").read(page)
    assert result.reading.code == "80331"
    assert result.field is not None and 280 < result.field.corners[0][1] < 320


def test_the_better_polarity_is_the_answer() -> None:
    dark, light = reading("rejected", "11111", 0.3, "low"), reading("accepted", "80331", 0.99)
    assert resolve(dark, light) is light
    assert resolve(light, dark) is light
    nothing = reading("no_code", None, 0.0, "no ink")
    assert resolve(nothing, nothing) is nothing


def test_two_believed_polarities_are_not_accepted() -> None:
    settled = resolve(reading("rejected", "11111", 0.6, "low"), reading("accepted", "80331", 0.99))
    assert (settled.status, settled.code, settled.reason) == ("rejected", "80331", "reads 11111 as dark ink")


def test_a_reason_tells_that_both_were_tried() -> None:
    settled = resolve(reading("rejected", "11111", 0.4, "rival code 11117"), reading("no_code", None, 0.0, "no ink"))
    assert settled.reason == "rival code 11117; no better as light ink"
