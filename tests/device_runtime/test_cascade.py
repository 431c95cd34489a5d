"""Two nets that read as a cascade: which is asked, what counts, and that measuring and reading are one way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from convert.bundle.writer import write_bundle
from device_runtime import Reader
from device_runtime.bundle import ONNX_FILE, Companion, load_bundle, shipped
from device_runtime.clock import Clock
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import CONFIDENCE_THRESHOLD, read_augmented
from device_runtime.decoding.strip_reader import looks_of
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.image.normalize import normalize
from device_runtime.recognition.recognizer import scan_recognizer
from device_runtime.recognition.scanner import Scanner
from device_runtime.samples import load_samples
from tests.device_runtime.lettering import write

FIVE = r"\d{5}"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default bundle's net after that of digits-small."""
    folder = tmp_path_factory.mktemp("cascade") / "digits"
    shutil.copytree(shipped("digits"), folder)
    second = load_bundle(shipped("digits"))
    small = Companion("digits-small", load_bundle("digits-small").manifest.sha256.tflite)
    manifest = msgspec.structs.replace(second.manifest, companions=(small,))
    write_bundle(folder, manifest, second.model, (folder / ONNX_FILE).read_bytes())
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the bundles whose nets are asked, as it happens."""
    names: list[str] = []
    scores = Scanner.scores

    def counted(self: Scanner, pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
        names.append(self.manifest.name)
        return scores(self, pixels)

    monkeypatch.setattr(Scanner, "scores", counted)
    return names


def fields() -> Iterator[NDArray[np.uint8]]:
    """Lettered digits, and handwritten samples of five digits, as they are and blurred until they are in doubt."""
    lettered = np.full((60, 260), 230, np.uint8)
    write(lettered, "80331", 20, 44, 2.0, 20)
    yield lettered
    for sample in load_samples():
        if "hand" in sample.file and sample.field and len(sample.expected or "") == 5:
            gray = cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE)
            yield np.asarray(gray, np.uint8)
            yield np.asarray(cv2.GaussianBlur(gray, (0, 0), len(gray) / 14), np.uint8)


def test_the_second_net_is_asked_where_the_first_one_doubts_and_nowhere_else(bundle: Path, asked: list[str]) -> None:
    reader, clock, kinds = Reader(pattern=FIVE, bundle=bundle), Clock(), set()
    for field in fields():
        asked.clear()
        (one,) = reader._lines.read(field, clock)
        assert asked == ["digits-small"]
        believed = max((c.confidence for c in one.view.decoding.candidates), default=0.0)
        (found,) = reader._lines.augmented([one], clock)
        doubtful = believed < CONFIDENCE_THRESHOLD
        assert asked[1:] == ["digits"] * 3 * doubtful and (found is one) != doubtful
        kinds.add(doubtful)
    assert kinds == {True, False}


def test_reading_and_measuring_come_to_the_same_beliefs(bundle: Path) -> None:
    reader, clock, seen = Reader(pattern=FIVE, bundle=bundle), Clock(), set()
    looks = looks_of(scan_recognizer(load_bundle(bundle)), Decoder(Grammar.from_pattern(FIVE), DIGITS, 3))
    for field in fields():
        (one,) = reader._lines.augmented(reader._lines.read(field, clock), clock)
        measured = read_augmented(normalize(field), looks)
        assert one.view.decoding == measured.decoding
        assert one.view.by is not None and measured.by is not None
        assert one.view.by.manifest.name == measured.by.manifest.name
        seen.add(one.view.by.manifest.name)
    assert seen == {"digits", "digits-small"}  # who showed the winner


def test_all_scans_of_a_line_are_told_the_given_one_first(bundle: Path) -> None:
    lines = Reader(pattern=FIVE, bundle=bundle)._lines
    (one,) = lines.read(next(fields()), Clock())
    assert one.scanned is not None
    scans = lines.scans(one.scanned)
    width = scans[0].strip.pixels.shape[1]
    assert [scan.by.scanner.manifest.name for scan in scans] == ["digits-small", "digits", "digits", "digits"]
    assert [scan.strip.pixels.shape[1] for scan in scans] == [width, width, round(1.3 * width), round(0.87 * width)]
