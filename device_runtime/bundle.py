"""A model bundle: a folder with model.tflite, model.onnx and manifest.json, which says all that a reader must know.

The manifest holds the hashes of both models and a checksum of itself, so that no changed byte goes unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from msgspec import Meta, Struct

from device_runtime.calibration import Calibration
from device_runtime.engines.fit import check_fit
from device_runtime.engines.net import Net
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import BundleError, FileError, PosteyeError
from device_runtime.files.regular import read_regular
from device_runtime.version import VERSION

SCHEMA_VERSION = 1
DEFAULT_BUNDLE, SMALL_BUNDLE = SHIPPED = ("digits", "digits-small")  # that come with the program
MODEL_FILE, ONNX_FILE, MANIFEST_FILE = "model.tflite", "model.onnx", "manifest.json"

_FILE_LIMIT_BYTES = 64_000_000  # a hundred times what the shipped models have
_REMEDY = "copy or convert the bundle again"
Positive = Annotated[float, Meta(gt=0, lt=1e30)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
VersionText = Annotated[str, Meta(pattern=r"^\d{1,6}\.\d{1,6}\.\d{1,6}$")]
_Width = Annotated[int, Meta(ge=4, le=65536, multiple_of=4)]


class Hashes(Struct, frozen=True, forbid_unknown_fields=True):
    """SHA-256 of the bundle's model files, in hexadecimal."""

    tflite: Sha256
    onnx: Sha256


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """The strip that the model takes: q = pixel + zero_point, ink = pixel * scale; padded to one of widths_px."""

    scale: Positive
    zero_point: Annotated[int, Meta(ge=-128, le=127)]
    height_px: Annotated[int, Meta(ge=1, le=1024)]
    widths_px: Annotated[tuple[_Width, ...], Meta(min_length=1, max_length=64)]


class Output(Struct, frozen=True, forbid_unknown_fields=True):
    """The scores that the model gives: logit = (q - zero_point) * scale, and where its columns lie in the strip."""

    scale: Positive
    zero_point: Annotated[int, Meta(ge=-128, le=127)]
    sub_columns: Annotated[int, Meta(ge=1, le=16)]
    column_stride_px: Annotated[int, Meta(ge=1, le=64)]
    first_column_px: Annotated[int, Meta(ge=-64, le=64)]
    receptive_field_px: Annotated[int, Meta(ge=1, le=1024)]


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of manifest.json; docs/bundle.md explains every key."""

    schema_version: int
    minimum_runtime: VersionText
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    version: VersionText
    alphabet: Annotated[str, Meta(min_length=1, max_length=256)]
    input: Input
    output: Output
    calibration: dict[str, Calibration]  # by segmenter; none = not calibrated
    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    accuracy: dict[str, Any]
    sha256: Hashes
    checksum: Sha256


class Sealed(Protocol):
    """What the manifest of every kind of bundle holds."""

    @property
    def schema_version(self) -> int: ...
    @property
    def minimum_runtime(self) -> str: ...
    @property
    def sha256(self) -> Hashes: ...
    @property
    def checksum(self) -> str: ...


AnyManifest = TypeVar("AnyManifest", bound=Sealed)


class _Versions(Struct):
    """The two keys that every schema has."""

    schema_version: int
    minimum_runtime: str = "unknown"


@dataclass(frozen=True)
class Bundle:
    """A bundle that was verified; model holds the bytes of model.tflite."""

    folder: Path
    manifest: Manifest
    model: bytes

    def calibration(self, segmenter: str) -> Calibration:
        """Return the calibration for a segmentation method; raises PosteyeError when the bundle has none."""
        found = self.manifest.calibration.get(segmenter)
        if found is None:
            raise PosteyeError(
                f"the bundle {self.folder} was not calibrated for --segmenter {segmenter}; run posteye calibrate"
            )
        return found


def load_bundle(path: Path | str | None = None) -> Bundle:
    """Read and verify a bundle: of a folder, or by its name one that comes with the program; None = the default one.

    A folder of that name goes before.

    Raises BundleError when a file is missing or damaged (it says which), when the model is not the one that the
    manifest describes or asks for too much, or when the bundle asks for a newer program.
    """
    folder = find_bundle(path)
    manifest, model = read_sealed(folder, Manifest, SCHEMA_VERSION, _mistake, check_fit)
    return Bundle(folder, manifest, model)


def find_bundle(path: Path | str | None = None) -> Path:
    """The folder that is meant by a path, or by the name of a bundle that comes with the program; None = the default.

    A folder of that name goes before.
    """
    folder = Path(shipped(DEFAULT_BUNDLE) if path is None else path)
    return shipped(str(path)) if str(path) in SHIPPED and not folder.exists() else folder


def shipped(name: str) -> Path:
    """The folder of a bundle that comes with the program."""
    return Path(__file__).parent / "bundles" / name


def read_sealed(
    folder: Path,
    kind: type[AnyManifest],
    schema_version: int,
    check: Callable[[AnyManifest], str | None],
    fit: Callable[[AnyManifest, Net], None],
) -> tuple[AnyManifest, bytes]:
    """Read a bundle's manifest and the bytes of model.tflite, and verify all three files.

    Args:
        folder: of the bundle.
        kind: what its manifest must be.
        schema_version: the newest that is known of this kind.
        check: says what types and ranges cannot say is wrong with a manifest; None when nothing is.
        fit: raises BundleError when the model is not the one that the manifest describes.

    Raises:
        BundleError: a file is missing or damaged, the model does not fit or asks for too much, or the bundle asks for
            a newer program.
    """
    if not folder.is_dir():
        raise BundleError(f"there is no bundle at {folder}: give a folder that holds {MANIFEST_FILE}")
    manifest = _manifest(folder, kind, schema_version, check)
    model = _verified(folder, MODEL_FILE, manifest.sha256.tflite)
    _verified(folder, ONNX_FILE, manifest.sha256.onnx)
    try:
        fit(manifest, read_net(model))
    except BundleError as error:
        raise BundleError(f"the bundle {folder}: {error}; {_REMEDY}") from error
    return manifest, model


def checksum(manifest: Sealed) -> str:
    """SHA-256 of what the manifest says, whatever its layout: of its compact JSON with 64 zeros as `checksum`."""
    assert isinstance(manifest, Struct)
    blank = msgspec.structs.replace(manifest, checksum="0" * 64)
    return hashlib.sha256(msgspec.json.encode(blank)).hexdigest()


def _mistake(manifest: Manifest) -> str | None:
    """Say what only a writer's mistake can have put into a scanner's manifest; None when nothing is wrong."""
    widths = manifest.input.widths_px
    if len(set(manifest.alphabet)) != len(manifest.alphabet):
        return "its alphabet repeats a character"
    return None if list(widths) == sorted(set(widths)) else "its widths do not rise"


def _manifest(
    folder: Path, kind: type[AnyManifest], schema_version: int, check: Callable[[AnyManifest], str | None]
) -> AnyManifest:
    text = _bytes(folder, MANIFEST_FILE)
    try:
        versions = msgspec.json.decode(text, type=_Versions)
        if versions.schema_version > schema_version:
            raise _too_new(folder, schema_version, f"has schema {versions.schema_version}", versions.minimum_runtime)
        manifest = msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BundleError(f"{folder / MANIFEST_FILE} is damaged: {error}; {_REMEDY}") from error
    if _numbers(manifest.minimum_runtime) > _numbers(VERSION):
        raise _too_new(folder, schema_version, "is newer", manifest.minimum_runtime)
    # The checksum finds damage, the rest a writer's mistake.
    complaint: str | None = None
    if checksum(manifest) != manifest.checksum:
        complaint = "its checksum does not match"
    elif manifest.schema_version != schema_version:
        complaint = f"there is no schema {manifest.schema_version}"
    if complaint := complaint or check(manifest):
        raise BundleError(f"{folder / MANIFEST_FILE} is damaged: {complaint}; {_REMEDY}")
    return manifest


def _verified(folder: Path, name: str, sha256: str) -> bytes:
    data = _bytes(folder, name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BundleError(f"{folder / name} is damaged: its SHA-256 is not that of the manifest; {_REMEDY}")
    return data


def _bytes(folder: Path, name: str) -> bytes:
    try:
        return read_regular(folder / name, _FILE_LIMIT_BYTES)
    except FileError as error:
        raise BundleError(f"{folder / name} cannot be read ({error}); {_REMEDY}") from error


def _too_new(folder: Path, schema_version: int, how: str, minimum: str) -> BundleError:
    return BundleError(
        f"the bundle {folder} {how}; posteye {VERSION} reads schema {schema_version}: "
        f"install posteye {minimum} or newer"
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
