"""The net is small enough, sees most of the piece, and computes on int8 grids what integers compute."""

from __future__ import annotations

import numpy as np
import torch

from convert.locator.pipeline import MOST_PRODUCTS
from convert.onnx_files.export import export_locator
from convert.onnx_files.reader import read_onnx
from convert.tflite_writer import write_tflite
from device_runtime.engines.numpy_engine import NumpyEngine
from device_runtime.piece.locator.grid import CELL_COLUMNS, CELL_ROWS, OUTPUTS
from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX
from tests.locator_stub import STUB_CHANNELS, make_stub_locator
from tests.stub_pieces import noise_views
from train.locator.batches import as_input
from train.locator.model import CHANNELS, LocatorNet, products, receptive_field_px
from train.scanner.quantization import OUTPUT_SCALE


def test_the_map_has_the_device_s_shape() -> None:
    net = LocatorNet(STUB_CHANNELS).eval()
    assert net(torch.zeros(2, 1, HEIGHT_PX, WIDTH_PX)).shape == (2, OUTPUTS, CELL_ROWS, CELL_COLUMNS)


def test_the_products_are_counted_and_few_enough() -> None:
    # The first layer: 120 x 160 places, 5 x 5 weights, 8 maps; and so on down to the head.
    places = [120 * 160, 60 * 80, 30 * 40] + [15 * 20] * 5
    weights = [25 * 8, 9 * 8 * 12, 9 * 12 * 24, 9 * 24 * 48, 9 * 48 * 40, 9 * 40 * 40, 9 * 40 * 40, 40 * OUTPUTS]
    assert products() == sum(a * b for a, b in zip(places, weights, strict=True)) <= MOST_PRODUCTS
    assert len(CHANNELS) == 7


def test_a_cell_sees_most_of_the_piece() -> None:
    rows, columns = receptive_field_px()
    assert rows >= 0.75 * HEIGHT_PX and columns >= 0.6 * WIDTH_PX


def test_training_on_grids_is_what_integers_compute() -> None:
    net = make_stub_locator()
    views = noise_views(4)
    with torch.no_grad():
        head = net(as_input(views)).permute(0, 2, 3, 1).numpy()
    engine = NumpyEngine(write_tflite(read_onnx(export_locator(net))))
    for view, expected in zip(views, np.rint(head / OUTPUT_SCALE).astype(np.int8), strict=True):
        found = engine.scores((view.astype(np.int16) - 128).astype(np.int8)[None, ..., None])[0]
        assert (found == expected).all()
    assert np.ptp(head) > 0
