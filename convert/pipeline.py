"""The conversion from end to end: training folder -> ONNX -> TFLite -> parity gate -> bundle."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from convert.backends import Scores, runners
from convert.bundle.writer import check_target, make_manifest, write_bundle
from convert.onnx_files.export import export_onnx
from convert.onnx_files.reader import read_onnx
from convert.parity import PX_PER_COLUMN, Decode, Report, check_parity
from convert.tflite_writer import write_tflite
from convert.training_folder import Trained, load_strips, load_trained
from device_runtime.bundle import RUNTIME_VERSION, SCHEMA_VERSION, Manifest
from device_runtime.decoding.decoder import Decoder
from device_runtime.engines.net import Net
from device_runtime.files.atomic import write_text
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import exponentials, penalties
from device_runtime.types import Penalties
from train.scanner.model import RECEPTIVE_FIELD_PX, SUB_COLUMNS

ALPHABET = "0123456789"
WIDTHS_PX = (96, 160, 256, 384, 640, 1024)
FIRST_COLUMN_PX = -1
REPORT_FILE = "parity.json"
_OLDEST_READER = "0.1.0"  # the first posteye that reads schema 1
_ANY_FIELD = r"\d{1,9}"  # what the strips of the parity gate hold


def convert_folder(folder: Path, out: Path, name: str, strips: int, tell: Callable[[str], None]) -> Report:
    """Convert what training left in `folder`, compare all runners on strips, and write the bundle if they agree.

    The report goes to parity.json in `folder` either way. tell: called with a line at each step.
    Raises ConvertError when the folder is unfit or `out` holds something else; PosteyeError when an interpreter
    is missing.
    """
    check_target(out)
    trained = load_trained(folder)
    pixels, labels = load_strips(folder, strips)
    onnx_model = export_onnx(trained.scanner)
    net = read_onnx(onnx_model)
    onnx_bytes, tflite = onnx_model.SerializeToString(deterministic=True), write_tflite(net)
    manifest = describe(net, trained, name)
    tell(f"model.onnx {len(onnx_bytes):,} bytes, model.tflite {len(tflite):,} bytes")
    contestants = runners(trained.scanner, onnx_bytes, tflite, net.output)
    report = check_parity(contestants, pixels, labels, WIDTHS_PX, decoder(net), tell)
    write_text(folder / REPORT_FILE, json.dumps(dataclasses.asdict(report), indent=1) + "\n")
    if report.holds:
        write_bundle(out, manifest, tflite, onnx_bytes)
    return report


def describe(net: Net, trained: Trained, name: str) -> Manifest:
    """The manifest of a converted net, not yet sealed; raises ConvertError when something in it is out of range."""
    parts = {
        "schema_version": SCHEMA_VERSION,
        "minimum_runtime": _OLDEST_READER,
        "name": name,
        "version": RUNTIME_VERSION,
        "alphabet": ALPHABET,
        "input": {
            "scale": net.input.scale,
            "zero_point": net.input.zero_point,
            "height_px": net.height_px,
            "widths_px": WIDTHS_PX,
        },
        "output": {
            "scale": net.output.scale,
            "zero_point": net.output.zero_point,
            "sub_columns": SUB_COLUMNS,
            "column_stride_px": PX_PER_COLUMN,
            "first_column_px": FIRST_COLUMN_PX + trained.column_offset_px,
            "receptive_field_px": RECEPTIVE_FIELD_PX,
        },
        "calibration": {},
        "recipe": trained.recipe,
        "seed": trained.seed,
        "sources": trained.sources,
        "accuracy": trained.metrics,
    }
    return make_manifest(parts)


def decoder(net: Net) -> Decode:
    """A function that reads the string off a strip's scores as the device does, or None where it finds none."""
    strings = Decoder(Grammar.from_pattern(_ANY_FIELD, ALPHABET), ALPHABET, n_best=1)
    scale = net.output.scale
    powers = exponentials(scale)

    def read(scores: Scores) -> str | None:
        places = FIRST_COLUMN_PX + PX_PER_COLUMN * np.arange(len(scores), dtype=np.float32)
        found = strings.decode(scan_lattice(Penalties(penalties(scores, scale, powers), places, ALPHABET)))
        return found.candidates[0].code if found.candidates else None

    return read
