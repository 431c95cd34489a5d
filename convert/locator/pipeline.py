"""The locator's conversion from end to end: training folder -> ONNX -> TFLite -> parity gate -> bundle."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from convert.backends import Formats, all_backends
from convert.bundle.writer import check_target, make_manifest, write_bundle
from convert.errors import ConvertError
from convert.locator.folder import TrainedLocator, load_trained, load_views
from convert.locator.gate import MapReport, compare_maps, unfold_map
from convert.onnx_files.export import export_locator
from convert.onnx_files.reader import read_onnx
from convert.pipeline import REPORT_FILE, common_parts
from convert.tflite_writer import write_tflite
from device_runtime.engines.net import Net
from device_runtime.engines.numpy_engine import NumpyEngine
from device_runtime.files.atomic import write_text
from device_runtime.piece.locator.bundle import SCHEMA_VERSION, LocatorManifest
from device_runtime.piece.locator.grid import CELL_PX, ROLES, SUB_CELLS
from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX
from train.locator.model import products

MOST_BYTES, MOST_PRODUCTS = 200_000, 30_000_000
_OLDEST_READER = "0.1.0"  # the first posteye that reads this schema
_DESCRIPTION = "posteye locator, int8"


def convert_locator(folder: Path, out: Path, name: str, views: int, tell: Callable[[str], None]) -> MapReport:
    """Convert what training left, compare all engines on views, and write the bundle if they agree.

    Args:
        folder: Of the training; the report goes to parity.json in it either way.
        out: The bundle's folder.
        name: The bundle's name.
        views: How many are compared.
        tell: Called with a line at each step.

    Raises:
        ConvertError: When the folder is unfit, the net is too large, or `out` holds something else.
        PosteyeError: When an interpreter is missing.
    """
    check_target(out)
    trained = load_trained(folder)
    pixels = load_views(folder, views)
    onnx_model = export_locator(trained.net)
    net = read_onnx(onnx_model)
    onnx_bytes = onnx_model.SerializeToString(deterministic=True)
    tflite = write_tflite(net, _DESCRIPTION, WIDTH_PX)
    work = products(trained.net.channels)
    tell(f"model.onnx {len(onnx_bytes):,} bytes, model.tflite {len(tflite):,} bytes, {work:,} multiply-accumulates")
    if len(tflite) > MOST_BYTES or work > MOST_PRODUCTS:
        raise ConvertError(
            f"the net is too large: at most {MOST_BYTES:,} bytes and {MOST_PRODUCTS:,} multiply-accumulates are "
            "allowed; train one with fewer channels"
        )
    manifest = describe(net, trained, name)
    engines = partial(NumpyEngine, tflite)
    formats = Formats(trained.net.head_map, onnx_bytes, tflite, engines, net.output, unfold_map)
    grid = net.output.scale, net.output.zero_point
    report = compare_maps(all_backends(formats), pixels, grid, lambda backend: tell(f"parity: {backend}"))
    write_text(folder / REPORT_FILE, json.dumps(dataclasses.asdict(report), indent=1) + "\n")
    if report.holds:
        write_bundle(out, manifest, tflite, onnx_bytes)
    return report


def describe(net: Net, trained: TrainedLocator, name: str) -> LocatorManifest:
    """Describe a converted locator in a manifest that is not yet sealed.

    Args:
        net: As it was converted.
        trained: Its provenance.
        name: The bundle's.

    Raises:
        ConvertError: When something in it is out of range.
    """
    source, target = dataclasses.asdict(net.input), dataclasses.asdict(net.output)
    parts = {
        "schema_version": SCHEMA_VERSION,
        "minimum_runtime": _OLDEST_READER,
        **common_parts(name, trained),
        "input": {**source, "height_px": HEIGHT_PX, "width_px": WIDTH_PX},
        "output": {**target, "cell_px": CELL_PX, "sub_cells": SUB_CELLS, "roles": ROLES},
    }
    return make_manifest(parts, LocatorManifest)
