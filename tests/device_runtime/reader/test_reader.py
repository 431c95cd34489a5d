"""The whole reader with the shipped bundle: samples, errors, and input that nobody should read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device_runtime import Reader
from device_runtime.bundle import DEFAULT_BUNDLE
from device_runtime.errors import BundleError, GrammarError, ImageError, PosteyeError
from device_runtime.samples import Sample, load_samples
from tests.engines_here import ALL_ENGINES

BUNDLE = Path(__file__).parents[3] / "device_runtime" / "bundles" / DEFAULT_BUNDLE


@pytest.fixture(scope="module")
def reader() -> Reader:
    """A reader of five digits."""
    return Reader(pattern=r"\d{5}")


@pytest.mark.parametrize("engine", ALL_ENGINES)
@pytest.mark.parametrize("sample", load_samples(), ids=lambda s: s.file)
def test_samples_are_read_by_every_engine(sample: Sample, engine: str) -> None:
    reading = Reader(**sample.grammar, engine=engine).read(sample.path, field=True, upright=True).reading
    if sample.expected is None:
        assert reading.status != "accepted" and reading.reason
    else:
        assert (reading.status, reading.code) == ("accepted", sample.expected)


def test_result_has_the_public_keys(reader: Reader) -> None:
    sample = load_samples()[0]
    found = reader.read(sample.path, field=True, upright=True).as_dict()
    assert list(found) == [
        "source",
        "code",
        "status",
        "reason",
        "confidence",
        "characters",
        "candidates",
        "field",
        "fields",
        "engine",
        "timing_ms",
    ]
    assert [c["char"] for c in found["characters"]] == list(found["code"])
    places = [c["x"] for c in found["characters"]]
    width = cv2.imread(str(sample.path)).shape[1]
    assert places == sorted(places) and places[0] >= 0 and places[-1] <= width
    assert set(found["timing_ms"]) == {"locate", "normalize", "scan", "decode", "total"}
    assert found["field"] is None and found["fields"] == [] and found["candidates"][0]["code"] == found["code"]


def test_a_code_on_a_larger_image_is_located() -> None:
    sample = next(s for s in load_samples() if "print" in s.file)
    gray = cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE)
    page = np.full((gray.shape[0] + 300, gray.shape[1] + 300), int(np.median(gray)), np.uint8)
    page[150 : 150 + gray.shape[0], 150 : 150 + gray.shape[1]] = gray
    result = Reader(**sample.grammar).read(page)
    assert result.reading.code == sample.expected
    assert result.field is not None
    (x0, y0), (x1, y1) = result.field.corners[0], result.field.corners[2]
    assert x0 < 300 and x1 > gray.shape[1] and y0 > 100 and y1 < page.shape[0] - 100


@pytest.mark.parametrize(
    "image",
    [
        np.full((60, 200), 0, np.uint8),
        np.full((60, 200), 255, np.uint8),
        np.full((1, 1), 7, np.uint8),
        np.full((3, 20_000), 128, np.uint8),
    ],
    ids=["black", "white", "1x1", "thin"],
)
@pytest.mark.parametrize("field", [True, False])
def test_nothing_is_read_from_nothing(reader: Reader, image: np.ndarray, field: bool) -> None:
    reading = reader.read(image, field=field).reading
    assert (reading.status, reading.code) == ("no_code", None)
    assert reading.reason


def test_a_field_far_too_long_says_so(reader: Reader) -> None:
    image = np.full((60, 20_000), 220, np.uint8)
    for x in range(20, 19_000, 40):
        cv2.putText(image, "4", (x, 48), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 3, cv2.LINE_AA)
    reading = reader.read(image, field=True).reading
    assert reading.status == "no_code" and reading.reason is not None
    assert "too long" in reading.reason


def test_noise_is_not_accepted(reader: Reader) -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        noise = random.integers(0, 256, (60, 200), dtype=np.uint8)
        assert reader.read(noise, field=True).reading.status != "accepted"


def test_sixteen_bits_and_alpha_read_like_eight_bits(reader: Reader, tmp_path: Path) -> None:
    gray = cv2.imread(str(load_samples()[0].path), cv2.IMREAD_GRAYSCALE)
    wide = tmp_path / "wide.png"
    cv2.imwrite(str(wide), gray.astype(np.uint16) * 257)
    alpha = tmp_path / "alpha.png"
    cv2.imwrite(str(alpha), np.dstack([gray, gray, gray, np.full_like(gray, 255)]))
    expected = reader.read(gray, field=True).reading
    assert reader.read(wide, field=True).reading == expected
    assert reader.read(alpha, field=True).reading == expected


def test_errors_are_for_users(tmp_path: Path) -> None:
    with pytest.raises(GrammarError, match="XX"):
        Reader(country="XX")
    with pytest.raises(GrammarError, match="A"):
        Reader(pattern=r"[A-Z]\d")
    with pytest.raises(GrammarError, match=r"no code is in both DE and pattern \\d"):
        Reader(country="DE", pattern=r"\d")
    with pytest.raises(PosteyeError, match="engine"):
        Reader(engine="abacus")
    with pytest.raises(PosteyeError, match="cannot be promised"):
        Reader(max_error=1e-9)
    with pytest.raises(ImageError, match="shape"):
        Reader().read(np.zeros((2, 2, 7), np.uint8))
    with pytest.raises(BundleError, match="no bundle"):
        Reader(bundle=tmp_path / "none")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"n_best": 0}, "n_best is 0; give a whole number of candidates, 1 to 20"),
        ({"n_best": 21}, "n_best is 21; give a whole number of candidates, 1 to 20"),
        ({"n_best": 2.5}, "n_best is 2.5; give a whole number of candidates, 1 to 20"),
        ({"bundle": 5}, "bundle is 5; give the path of a folder, or None for the shipped one"),
        ({"max_error": "1"}, "max_error is '1'; give a share of wrong codes such as 0.01"),
        ({"max_error": float("nan")}, "max_error is nan; give a share of wrong codes such as 0.01"),
    ],
)
def test_a_value_of_no_use_is_named(option: dict[str, Any], message: str) -> None:
    with pytest.raises(PosteyeError) as error:
        Reader(**option)
    assert str(error.value) == message


def test_a_result_is_shown_without_its_pixels(reader: Reader) -> None:
    assert "array(" not in repr(reader.read(load_samples()[0].path, field=True))


@pytest.mark.parametrize("file", ["model.tflite", "model.onnx", "manifest.json"])
def test_one_changed_byte_is_noticed(tmp_path: Path, file: str) -> None:
    copy = shutil.copytree(BUNDLE, tmp_path / "copy")
    data = bytearray((copy / file).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / file).write_bytes(data)
    with pytest.raises(BundleError, match=file):
        Reader(bundle=copy)


def test_a_smaller_error_never_accepts_more(reader: Reader) -> None:
    strict = Reader(pattern=r"\d{5}", max_error=0.005)
    for sample in load_samples()[:5]:
        if strict.read(sample.path, field=True, upright=True).reading.status == "accepted":
            assert reader.read(sample.path, field=True, upright=True).reading.status == "accepted"
