"""What a refused bundle says, whole: the file, what is wrong with it, and how to mend it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from convert.bundle.writer import write_bundle
from device_runtime.bundle import DEFAULT_BUNDLE, MANIFEST_FILE, MODEL_FILE, ONNX_FILE, Input, load_bundle
from device_runtime.errors import BundleError
from tests.stub import CALIBRATION, stub_bundle

REMEDY = "copy or convert the bundle again"
SHIPPED = Path(__file__).parents[2] / "device_runtime" / "bundles" / DEFAULT_BUNDLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(stub_bundle(), tmp_path / "stub")
    return tmp_path / "stub"


def complaint(folder: Path) -> str:
    with pytest.raises(BundleError) as caught:
        load_bundle(folder)
    return str(caught.value)


def edit(folder: Path, **changes: Any) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8")) | changes
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")


def test_a_bundle_knows_its_folder(folder: Path) -> None:
    assert load_bundle(folder).folder == folder
    assert load_bundle(None).folder.resolve() == SHIPPED.resolve()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alphabet": "0123456788"}, "its alphabet repeats a character"),
        ({"schema_version": 0}, "there is no schema 0"),
        ({"input": Input(0.004, -128, 32, (160, 96))}, "its widths do not rise"),
        ({"input": Input(0.004, -128, 32, (96, 96))}, "its widths do not rise"),
    ],
)
def test_a_writers_mistake_is_told_in_full(folder: Path, changes: dict[str, Any], words: str) -> None:
    wrong = msgspec.structs.replace(load_bundle(folder).manifest, **changes)
    write_bundle(folder, wrong, (folder / MODEL_FILE).read_bytes(), (folder / ONNX_FILE).read_bytes())
    assert complaint(folder) == f"{folder / MANIFEST_FILE} is damaged: {words}; {REMEDY}"


def test_a_table_whose_errors_do_not_rise_is_told(folder: Path) -> None:
    twice = msgspec.to_builtins(CALIBRATION) | {"table": [[0.1, 0.5, 0.9], [0.1, 0.9, 0.5]]}
    edit(folder, calibration={"scan": twice})
    said = complaint(folder)
    assert "is damaged: the errors in a calibration table do not rise" in said and said.endswith(REMEDY)


def test_damage_is_told_in_full(folder: Path) -> None:
    edit(folder, seed=99)
    assert complaint(folder) == f"{folder / MANIFEST_FILE} is damaged: its checksum does not match; {REMEDY}"
    (folder / MODEL_FILE).write_bytes(b"")
    shutil.copy(stub_bundle() / MANIFEST_FILE, folder / MANIFEST_FILE)
    words = "its SHA-256 is not that of the manifest"
    assert complaint(folder) == f"{folder / MODEL_FILE} is damaged: {words}; {REMEDY}"


@pytest.mark.parametrize(
    ("changes", "how"),
    [({"schema_version": 2, "minimum_runtime": "9.0.0"}, "has schema 2"), ({"minimum_runtime": "9.0.0"}, "is newer")],
)
def test_a_bundle_that_is_too_new_says_what_reads_it(folder: Path, changes: dict[str, Any], how: str) -> None:
    edit(folder, **changes)
    reads = "posteye 0.1.0 reads schema 1: install posteye 9.0.0 or newer"
    assert complaint(folder) == f"the bundle {folder} {how}; {reads}"


@pytest.mark.parametrize(
    ("version", "is_read"), [("0.1.0", True), ("0.0.99", True), ("0.1.1", False), ("0.10.0", False)]
)
def test_versions_are_compared_as_numbers(folder: Path, version: str, is_read: bool) -> None:
    manifest = msgspec.structs.replace(load_bundle(folder).manifest, minimum_runtime=version)
    write_bundle(folder, manifest, (folder / MODEL_FILE).read_bytes(), (folder / ONNX_FILE).read_bytes())
    if is_read:
        assert load_bundle(folder).manifest.minimum_runtime == version
    else:
        assert "is newer" in complaint(folder)
