"""Writes a bundle folder, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from convert.bundle.folder_swap import CannotSwap, replacing_folder
from convert.errors import ConvertError
from device_runtime.bundle import MANIFEST_FILE, MODEL_FILE, ONNX_FILE, AnyManifest, Hashes, Sealed, checksum
from device_runtime.files.atomic import write_bytes

_UNSEALED = "0" * 64


def make_manifest(parts: dict[str, Any], kind: type[AnyManifest]) -> AnyManifest:
    """Make a manifest that is not yet sealed.

    Args:
        parts: All its keys but sha256 and checksum.
        kind: Of the manifest.

    Raises:
        ConvertError: When one is out of range.
    """
    unsealed = {"sha256": {"tflite": _UNSEALED, "onnx": _UNSEALED}, "checksum": _UNSEALED}
    try:
        # Through JSON, since the manifest must say the same after it was written and read.
        return msgspec.json.decode(msgspec.json.encode({**parts, **unsealed}), type=kind)
    except (msgspec.ValidationError, TypeError) as error:
        raise ConvertError(f"the model cannot be described in a manifest: {error}") from error


def check_target(folder: Path) -> None:
    """Check before the work that a bundle may be written to a folder.

    Raises:
        ConvertError: Something stands there that is no bundle, or no folder can be made there.
    """
    if folder.exists() and not (folder / MANIFEST_FILE).is_file():
        raise ConvertError(f"{folder} exists and is no bundle: choose another --out")
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise ConvertError(f"{folder} cannot be made: {above} is no folder to write in; choose another --out")


def write_bundle(folder: Path, manifest: Sealed, tflite: bytes, onnx: bytes) -> None:
    """Write a bundle; an older one there is replaced.

    At every instant `folder` is the old bundle or the new one, whole: `replacing_folder` says what holds after a power
    cut.

    Args:
        folder: Where to.
        manifest: Sealed here with the hashes of both models.
        tflite: The content of model.tflite.
        onnx: The content of model.onnx.

    Raises:
        ConvertError: When the folder holds something else or cannot be written.
        WriteError: For a full disk.
    """
    check_target(folder)
    assert isinstance(manifest, Struct)
    hashes = Hashes(hashlib.sha256(tflite).hexdigest(), hashlib.sha256(onnx).hexdigest())
    hashed = msgspec.structs.replace(manifest, sha256=hashes)
    sealed = msgspec.structs.replace(hashed, checksum=checksum(hashed))
    text = msgspec.json.format(msgspec.json.encode(sealed), indent=2) + b"\n"
    try:
        with replacing_folder(folder) as fresh:
            for name, data in ((MODEL_FILE, tflite), (ONNX_FILE, onnx), (MANIFEST_FILE, text)):
                write_bytes(fresh / name, data)
    except CannotSwap as error:
        raise ConvertError(
            f"the bundle {folder} cannot be replaced: {error.strerror}; give a new --out, or delete the old one first"
        ) from error
    except OSError as error:
        raise ConvertError(f"the bundle {folder} cannot be written: {error.strerror or error}") from error
