"""A net in torch says of a strip what the bundle written from it says on the device, in the same places."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from convert.backends import Backend, Scores
from convert.parity import check_parity
from convert.pipeline import decoder
from device_runtime.bundle import load_bundle
from device_runtime.engines.numpy_engine import NumpyEngine
from device_runtime.grammar.grammar import DIGITS
from device_runtime.recognition.scan_lattice import ScanLattice
from device_runtime.recognition.scanner import Scanner, pad_to_width
from device_runtime.types import Penalties, Strip
from tests.stub import random_strips, stub_bundle
from train.gtn.ctc import BLANK, RUBBISH
from train.scanner.batches import place
from train.scanner.from_bundle import restore_scanner
from train.scanner.penalties import net_penalties, net_recognizer, penalties_of

WIDTHS_PX = (13, 44, 46, 90, 91)  # mostly no multiple of the net's step of 4


@pytest.fixture(scope="module")
def device() -> Scanner:
    bundle = load_bundle(stub_bundle())
    return Scanner(bundle, NumpyEngine(bundle.model))


@pytest.fixture(scope="module")
def strips() -> list[NDArray[np.uint8]]:
    wide = [strip for strip in random_strips(60, 5) if strip.shape[1] >= max(WIDTHS_PX)]
    return [np.ascontiguousarray(strip[:, :width]) for strip, width in zip(wide, WIDTHS_PX, strict=False)]


def as_strip(pixels: NDArray[np.uint8]) -> Strip:
    return Strip(pixels, np.eye(2, 3), True)


def by_batch(pixels: list[NDArray[np.uint8]]) -> list[Penalties]:
    return [said for _, said in sorted(penalties_of(restore_scanner(load_bundle(stub_bundle())), pixels))]


def one_by_one(pixels: list[NDArray[np.uint8]]) -> list[Penalties]:
    recognize = net_recognizer(restore_scanner(load_bundle(stub_bundle())).eval())
    lattices = [recognize(as_strip(strip)) for strip in pixels]
    return [lattice.penalties for lattice in lattices if isinstance(lattice, ScanLattice)]


@pytest.mark.parametrize("read", [by_batch, one_by_one])
def test_columns_of_torch_are_those_of_the_device(
    read: Callable[[list[NDArray[np.uint8]]], list[Penalties]],
    device: Scanner,
    strips: list[NDArray[np.uint8]],
    one_thread: None,
) -> None:
    found = read(strips)
    assert len(found) == len(strips) == len(WIDTHS_PX)
    for pixels, mine in zip(strips, found, strict=True):
        theirs = device(as_strip(pixels))
        assert mine.alphabet == theirs.alphabet and (mine.blank, mine.rubbish) == (BLANK, RUBBISH)
        np.testing.assert_array_equal(mine.x_px, theirs.x_px)
        assert mine.values.shape == theirs.values.shape


def test_penalties_are_those_of_the_device_where_the_same_paper_stands_beside(
    device: Scanner, strips: list[NDArray[np.uint8]], one_thread: None
) -> None:
    net = restore_scanner(load_bundle(stub_bundle())).eval()
    for pixels in strips:
        padded = pad_to_width(pixels, device.manifest.input.widths_px)
        laid = torch.from_numpy(place([padded], [0], padded.shape[1]))
        (mine,) = net_penalties(net, laid, [pixels.shape[1]])
        np.testing.assert_allclose(mine.values, device(as_strip(pixels)).values, atol=1e-4)


def test_raw_logits_can_be_penalties(strips: list[NDArray[np.uint8]], one_thread: None) -> None:
    net = restore_scanner(load_bundle(stub_bundle())).eval()
    batch = torch.from_numpy(np.pad(strips[0], ((0, 0), (0, 3))) / np.float32(256))[None, None]
    (raw,) = net_penalties(net, batch, [13], DIGITS, torch.neg)
    (plain,) = net_penalties(net, batch, [13])
    np.testing.assert_allclose(raw.values, plain.values, atol=1e-4)  # normalised all the same


def test_the_parity_gate_compares_the_columns_that_the_device_reads(
    device: Scanner, strips: list[NDArray[np.uint8]]
) -> None:
    def run(padded: NDArray[np.uint8]) -> Scores:
        return np.stack([device.scores(strip) for strip in padded])

    backends = [Backend(name, "1", run) for name in "ab"]
    widths, read = device.manifest.input.widths_px, decoder(device.manifest)
    report = check_parity(backends, strips, [""] * len(strips), widths, read, lambda line: None)
    assert report.columns == sum(len(device.scores(strip)) for strip in strips)
