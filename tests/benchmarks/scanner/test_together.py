"""Several nets are read together, and what each looks at is counted."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.scanner.together import HEADS, Net, Read, read, row
from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import CONFIDENCE_THRESHOLD, read_augmented
from device_runtime.decoding.strip_reader import looking
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.image.normalize import normalize
from device_runtime.recognition.recognizer import scan_recognizer
from device_runtime.samples import load_samples
from device_runtime.types import Strip
from tests.device_runtime.lettering import write
from train.data.labelled import Labeled


def strip_of(text: str) -> Strip:
    """A lettered number's strip."""
    field = np.full((60, 260), 230, np.uint8)
    write(field, text, 20, 44, 2.0, 20)
    return normalize(field)


def test_looks_and_work_are_those_of_the_nets_that_were_asked() -> None:
    decoder = Decoder(Grammar.from_pattern(r"\d{5}"), DIGITS)
    small, large = (Net(load_bundle(name), decoder) for name in ("digits-small", "digits"))
    blank = Strip(np.zeros((32, 50), np.uint8), np.eye(2, 3), False)
    data = Labeled([strip_of("80331"), blank], ["80331", "12345"], ["a", "b"])
    sure = read(data, [small, large], 0.0, "sure")
    assert (small.looks, large.looks, sure.doubted) == (1, 0, 0.0)
    assert sure.exact == 0.5 and sure.macs == small.macs / 2
    doubted = read(data, [small, large], 1.1, "doubted")
    assert (small.looks, large.looks, doubted.doubted) == (2, 3, 0.5)
    assert doubted.macs > 4 * sure.macs


def test_a_row_has_a_cell_for_each_head() -> None:
    cells = row(["digits-small", "digits"], 0.95, Read(0.9, (0.5, 0.6), 0.7, 45e6), Read(1.0, (0.8, 0.9), 0.3, 90e6))
    assert len(cells) == len(HEADS)
    assert cells[:2] == ["digits-small, digits", "0.95"] and cells[-2:] == ["70% and 30%", "45.0 and 90.0"]


def test_one_net_alone_reads_as_the_device_does() -> None:
    decoder = Decoder(Grammar.from_pattern(r"\d{5}"), DIGITS)
    field = np.asarray(cv2.imread(str(load_samples()[4].path), cv2.IMREAD_GRAYSCALE), np.uint8)
    (scan, net), strip = (scan_recognizer(load_bundle()), Net(load_bundle(), decoder)), normalize(field)
    expected = read_augmented(strip, looking(scan, decoder)).decoding.candidates[0]
    found = read(Labeled([strip], [expected.code], ["a"]), [net], CONFIDENCE_THRESHOLD, "one")
    assert found.exact == 1.0 and net.looks == (3 if found.doubted else 1)
