"""A locator's bundle is verified like the scanner's, and a manifest that this program does not know is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from device_runtime.bundle import MANIFEST_FILE, MODEL_FILE, ONNX_FILE, checksum, load_bundle
from device_runtime.errors import BundleError
from device_runtime.piece.locator.bundle import LocatorManifest, load_locator
from tests.locator_stub import stub_locator_bundle
from tests.stub import stub_bundle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(stub_locator_bundle(), tmp_path / "bundle"))


def reseal(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest, and seal it again as a hostile writer would."""
    path = folder / MANIFEST_FILE
    parts = json.loads(path.read_text())
    change(parts)
    manifest = msgspec.json.decode(json.dumps(parts), type=LocatorManifest)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, checksum=checksum(manifest))))


def test_a_whole_bundle_loads(folder: Path) -> None:
    bundle = load_locator(folder)
    assert bundle.manifest.name == "stub" and bundle.model == (folder / MODEL_FILE).read_bytes()


@pytest.mark.parametrize("name", [MODEL_FILE, ONNX_FILE, MANIFEST_FILE])
def test_a_changed_byte_is_found(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(BundleError, match=f"{name} is damaged"):
        load_locator(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, ONNX_FILE, MANIFEST_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"{name} cannot be read"):
        load_locator(folder)


@pytest.mark.parametrize(
    ("part", "key", "value", "complaint"),
    [
        ("input", "width_px", 640, "its views have 640 x 240 px"),
        ("input", "height_px", 1 << 40, "its views have"),
        ("input", "zero_point", 3, "the manifest asks for Grid"),
        ("input", "scale", 0.5, "the manifest asks for Grid"),
        ("output", "scale", 0.5, "the manifest asks for Grid"),
        ("output", "cell_px", 8, "its map is laid out in another way"),
        ("output", "sub_cells", 4, "its map is laid out in another way"),
        ("output", "roles", ["sender", "destination", "other", "none"], "its map is laid out in another way"),
    ],
)
def test_another_view_or_map_is_refused(folder: Path, part: str, key: str, value: object, complaint: str) -> None:
    reseal(folder, lambda parts: parts[part].update({key: value}))
    with pytest.raises(BundleError, match=complaint):
        load_locator(folder)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("schema_version", 2, "has schema 2"),
        ("schema_version", 0, "there is no schema 0"),
        ("minimum_runtime", "99.0.0", "is newer"),
    ],
)
def test_another_version_is_refused(folder: Path, key: str, value: object, complaint: str) -> None:
    reseal(folder, lambda parts: parts.update({key: value}))
    with pytest.raises(BundleError, match=complaint):
        load_locator(folder)


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000, "\xff", '{"schema_version": "one"}'])
def test_what_is_no_manifest_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST_FILE).write_bytes(text.encode("latin-1"))
    with pytest.raises(BundleError, match="is damaged"):
        load_locator(folder)


def test_the_model_of_a_scanner_is_refused(folder: Path) -> None:
    for name in (MODEL_FILE, ONNX_FILE):
        shutil.copy(stub_bundle() / name, folder / name)
    hashes = json.loads((stub_bundle() / MANIFEST_FILE).read_text())["sha256"]
    reseal(folder, lambda parts: parts.update(sha256=hashes))
    with pytest.raises(BundleError, match="takes views of 32 rows"):
        load_locator(folder)


def test_neither_kind_of_bundle_passes_for_the_other(folder: Path) -> None:
    with pytest.raises(BundleError, match="is damaged"):
        load_bundle(folder)
    with pytest.raises(BundleError, match="is damaged"):
        load_locator(stub_bundle())
