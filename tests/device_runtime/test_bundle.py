"""A bundle is read whole, or refused with the file and the remedy in the message."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from convert.bundle.writer import write_bundle
from device_runtime.bundle import (
    MANIFEST_FILE,
    MODEL_FILE,
    ONNX_FILE,
    Input,
    load_bundle,
)
from device_runtime.errors import BundleError
from tests.stub import stub_bundle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(stub_bundle(), tmp_path / "stub")
    return tmp_path / "stub"


def _edit(folder: Path, **changes: Any) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    manifest.update(changes)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))


def test_a_sound_bundle_says_what_it_is(folder: Path) -> None:
    bundle = load_bundle(folder)
    manifest = bundle.manifest
    assert bundle.model == (folder / MODEL_FILE).read_bytes()
    assert (manifest.name, manifest.alphabet, manifest.input.height_px) == ("stub", "0123456789", 32)
    output = manifest.output
    assert (output.column_stride_px, output.first_column_px, output.receptive_field_px) == (2, -1, 57)
    assert load_bundle(str(folder)).manifest == manifest


def test_the_layout_of_the_manifest_does_not_matter(folder: Path) -> None:
    _edit(folder)  # written by another JSON library
    assert load_bundle(folder).manifest.name == "stub"


@pytest.mark.parametrize("name", [MODEL_FILE, ONNX_FILE])
@pytest.mark.parametrize("place", [0, 4, 1000, -1])
def test_one_changed_byte_in_a_model_is_found(folder: Path, name: str, place: int) -> None:
    data = bytearray((folder / name).read_bytes())
    data[place] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(BundleError, match=rf"{name} is damaged"):
        load_bundle(folder)


def test_no_changed_byte_in_the_manifest_changes_what_is_read(folder: Path) -> None:
    sound = load_bundle(folder).manifest
    text = (folder / MANIFEST_FILE).read_bytes()
    refused = 0
    for place in range(len(text)):
        data = bytearray(text)
        data[place] ^= 1
        (folder / MANIFEST_FILE).write_bytes(data)
        try:
            assert load_bundle(folder).manifest == sound, place  # white space
        except BundleError as error:
            assert "\n" not in str(error) and str(folder) in str(error)
            refused += 1
    assert refused > len(text) / 2


@pytest.mark.parametrize("text", ["[" * 9000, '{"recipe": ' + "[" * 9000, '{"schema_version": 1e400}', "\ud800"])
def test_a_manifest_that_no_parser_finishes_is_damaged(folder: Path, text: str) -> None:
    (folder / MANIFEST_FILE).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BundleError, match=r"manifest\.json is damaged"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, ONNX_FILE, MANIFEST_FILE])
def test_a_missing_or_empty_file_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    with pytest.raises(BundleError, match=name):
        load_bundle(folder)
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"{name} cannot be read"):
        load_bundle(folder)


def test_a_place_without_a_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"there is no bundle at .*nowhere"):
        load_bundle(tmp_path / "nowhere")
    with pytest.raises(BundleError, match=r"manifest\.json cannot be read"):
        load_bundle(tmp_path)


def test_a_newer_schema_says_which_program_reads_it(folder: Path) -> None:
    _edit(folder, schema_version=2, minimum_runtime="3.1.0", tensors={"new": "key"})
    with pytest.raises(BundleError, match=r"has schema 2; .*install posteye 3\.1\.0 or newer"):
        load_bundle(folder)


def test_a_bundle_for_a_newer_program_is_refused(folder: Path) -> None:
    _edit(folder, minimum_runtime="99.0.0")
    with pytest.raises(BundleError, match=r"install posteye 99\.0\.0 or newer"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"colour": "green"}, "colour"),
        ({"alphabet": ""}, "alphabet"),
        ({"schema_version": "1"}, "schema_version"),
        ({"minimum_runtime": "newest"}, "minimum_runtime"),
        ({"seed": 1.5}, "seed"),
        ({"calibration": {"scan": {"code": [0.0, 0.0]}}}, "calibration"),
        ({"calibration": {"scan": {"code": [1.0, 0.0], "character": [1.0, 0.0], "table": [[0.1, 0.5]]}}}, "table"),
        ({"input": {"scale": 0.004, "zero_point": -128, "height_px": 32, "widths_px": [95]}}, "widths_px"),
        ({"sha256": {"tflite": "../../etc/passwd", "onnx": "0" * 64}}, "sha256"),
        ({"alphabet": "0123456788"}, "checksum"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_damaged(folder: Path, changes: dict[str, Any], complaint: str) -> None:
    _edit(folder, **changes)
    with pytest.raises(BundleError, match=rf"manifest\.json is damaged: .*{complaint}"):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"alphabet": "0123456788"}, "repeats a character"),
        ({"schema_version": 0}, "there is no schema 0"),
        ({"input": Input(0.004, -128, 32, (160, 96))}, "widths do not rise"),
    ],
)
def test_a_sealed_manifest_with_a_mistake_is_refused(folder: Path, changes: dict[str, Any], complaint: str) -> None:
    wrong = msgspec.structs.replace(load_bundle(folder).manifest, **changes)
    write_bundle(folder, wrong, (folder / MODEL_FILE).read_bytes(), (folder / ONNX_FILE).read_bytes())
    with pytest.raises(BundleError, match=rf"manifest\.json is damaged: .*{complaint}"):
        load_bundle(folder)
