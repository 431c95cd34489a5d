"""A page about over-segmentation shows what that read, and the cuts and the graph in which it was found."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from device_runtime import samples
from device_runtime.bundle import Bundle, load_bundle
from device_runtime.engines.numpy_engine import NumpyEngine
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_gray
from device_runtime.recognition.scanner import Scanner
from tests.train.report.parsed import Page
from train.commands.explain import explain as command
from train.report.explain_segments import Segmented, explain_segments, segments_page
from train.segmentation.draw import draw

FIELD = Path(samples.__file__).parent / "samples" / "08-print.png"


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return load_bundle()


def found_in(image: Path, bundle: Bundle) -> Segmented:
    return explain_segments(image, bundle, Scanner(bundle, NumpyEngine(bundle.model)), Grammar.from_pattern(r"\d{5}"))


def write(path: Path, pixels: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path


def test_page_shows_the_reading_the_cuts_and_the_graph(shipped: Bundle, tmp_path: Path) -> None:
    found = found_in(write(tmp_path / "<i>.png", load_gray(FIELD)), shipped)
    page = Page(segments_page(found))
    page.assert_safe()
    page.assert_pictures_have_words()
    assert page.inside("h1") == ["How 20095 was read"] and not page.all("i")
    reading, tiles = found.reading, page.inside("span")
    assert page.inside("b")[:3] == ["20095", f"{reading.confidence:.4f}", reading.candidates[1].code]
    assert tiles[0] == (f"{reading.status}: {reading.reason}" if reading.reason else reading.status)
    (picture,) = page.all("img")
    data = base64.b64decode(picture["src"].removeprefix("data:image/png;base64,"))
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(shown, draw(found.strip, found.lattice))
    cuts = re.search(r"strip with (\d+) cuts", picture["alt"])
    assert cuts and int(cuts[1]) == len(found.lattice.graph.cuts) and "20095" in picture["alt"]
    assert any("Grad-CAM" in text and "left out" in text for text in page.inside("p"))


def test_light_ink_is_read_as_dark_ink_is(shipped: Bundle, tmp_path: Path) -> None:
    dark, light = found_in(FIELD, shipped), found_in(write(tmp_path / "light.png", 255 - load_gray(FIELD)), shipped)
    assert light.reading == dark.reading and dark.reading.code == "20095"


def test_page_without_a_code(shipped: Bundle, tmp_path: Path) -> None:
    found = found_in(write(tmp_path / "empty.png", np.full((40, 90), 220, np.uint8)), shipped)
    page = Page(segments_page(found))
    assert page.inside("h1") == ["How nothing was read"] and "no_code: no ink" in page.inside("span")
    assert page.all("img")[0]["alt"].endswith("no number")


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    out = tmp_path / "cuts.html"
    options = ["--field", "--pattern", r"\d{5}", "--segmenter", "hos", "--out", str(out)]
    ran = CliRunner().invoke(command, [str(FIELD), *options])
    assert ran.exception is None and ran.stdout == f"20095: {out}\n"
    assert Page(out.read_text()).inside("h2") == ["The strip, its cuts and the segmentation graph"]


def test_scanning_stays_the_default(tmp_path: Path) -> None:
    pages = []
    for options in ([], ["--segmenter", "scan"]):
        out = tmp_path / "why.html"
        arguments = [str(FIELD), "--field", "--pattern", r"\d{5}", "--out", str(out), *options]
        assert CliRunner().invoke(command, arguments).exception is None
        pages.append(out.read_bytes())
    assert pages[0] == pages[1] and b"Grad-CAM: what speaks" in pages[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--field", "--character", "1"], "--character needs scanned columns"),
        (["--field", "--map", "."], "--map needs scanned columns"),
        ([], "--segmenter hos is for text fields; add --field"),
    ],
)
def test_options_that_need_columns_are_refused(options: list[str], message: str, tmp_path: Path) -> None:
    out = tmp_path / "cuts.html"
    error = CliRunner().invoke(command, [str(FIELD), "--segmenter", "hos", "--out", str(out), *options]).exception
    assert isinstance(error, PosteyeError) and str(error).startswith(message) and "\n" not in str(error)
    assert not out.exists()
