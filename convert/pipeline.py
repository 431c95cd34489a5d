"""The conversion from end to end: training folder -> ONNX -> TFLite -> parity gate -> bundle."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convert.backends import Scores, backends
from convert.bundle.writer import check_target, make_manifest, write_bundle
from convert.onnx_files.export import export_onnx
from convert.onnx_files.reader import read_onnx
from convert.parity import Decode, Report, check_parity
from convert.tflite_writer import write_tflite
from convert.training_folder import Provenance, Trained, load_strips, load_trained
from device_runtime.bundle import SCHEMA_VERSION, Manifest
from device_runtime.decoding.decoder import Decoder
from device_runtime.engines.net import Net
from device_runtime.files.atomic import write_text
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import score_reader
from device_runtime.version import VERSION
from train.scanner.model import COLUMNS, RECEPTIVE_FIELD_PX

# A strip is padded to the next of them, and the net works on the padding too: so they lie close where codes lie.
WIDTHS_PX = (64, 80, 96, 112, 128, 144, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024)
REPORT_FILE = "parity.json"
_OLDEST_READER = "0.1.0"  # the first posteye that reads schema 1
_ANY_FIELD = r"\d{1,9}"  # what the strips of the parity gate hold


def convert_folder(folder: Path, out: Path, name: str, strips: int, tell: Callable[[str], None]) -> Report:
    """Convert what training left, compare all backends on strips, and write the bundle if they agree.

    Args:
        folder: Of the training; the report goes to parity.json in it either way.
        out: The bundle's folder.
        name: The bundle's name.
        strips: How many are compared.
        tell: Called with a line at each step.

    Raises:
        ConvertError: When the folder is unfit, or `out` holds something else.
        PosteyeError: When an interpreter is missing.
    """
    check_target(out)
    trained = load_trained(folder)
    pixels, labels = load_strips(folder, strips)
    onnx_model = export_onnx(trained.scanner)
    net = read_onnx(onnx_model)
    onnx_bytes, tflite = onnx_model.SerializeToString(deterministic=True), write_tflite(net)
    manifest = describe(net, trained, name)
    tell(f"model.onnx {len(onnx_bytes):,} bytes, model.tflite {len(tflite):,} bytes")
    contestants = backends(trained.scanner, onnx_bytes, tflite, net.output)
    report = check_parity(contestants, pixels, labels, WIDTHS_PX, decoder(manifest), tell)
    write_text(folder / REPORT_FILE, json.dumps(dataclasses.asdict(report), indent=1) + "\n")
    if report.holds:
        write_bundle(out, manifest, tflite, onnx_bytes)
    return report


def describe(net: Net, trained: Trained, name: str) -> Manifest:
    """Describe a converted net in a manifest that is not yet sealed.

    Args:
        net: As it was converted.
        trained: Its provenance.
        name: The bundle's.

    Raises:
        ConvertError: When something in it is out of range.
    """
    parts = {
        "schema_version": SCHEMA_VERSION,
        "minimum_runtime": _OLDEST_READER,
        **common_parts(name, trained),
        "alphabet": DIGITS,
        "input": {
            **dataclasses.asdict(net.input),
            "height_px": net.height_px,
            "widths_px": WIDTHS_PX,
        },
        "output": {
            **dataclasses.asdict(net.output),
            "sub_columns": COLUMNS.sub_columns,
            "column_stride_px": COLUMNS.stride_px,
            "first_column_px": COLUMNS.first_px + trained.column_offset_px,
            "receptive_field_px": RECEPTIVE_FIELD_PX,
        },
        "calibration": {},
    }
    return make_manifest(parts, Manifest)


def common_parts(name: str, trained: Provenance) -> dict[str, Any]:
    """The keys of a manifest that say whose net it is and how it came about, whatever the net.

    Args:
        name: The bundle's.
        trained: The net's provenance.
    """
    return {
        "name": name,
        "version": VERSION,
        "recipe": trained.recipe,
        "seed": trained.seed,
        "sources": trained.sources,
        "accuracy": trained.metrics,
    }


def decoder(manifest: Manifest) -> Decode:
    """The function that reads the string off a model's scores as the device does, or None where it finds none."""
    decode = Decoder(Grammar.from_pattern(_ANY_FIELD, manifest.alphabet), manifest.alphabet, n_best=1).decode
    penalties = score_reader(manifest)

    def read(scores: Scores) -> str | None:
        found = decode(scan_lattice(penalties(scores)))
        return found.candidates[0].code if found.candidates else None

    return read
