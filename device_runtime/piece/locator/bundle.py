"""The locator's bundle: its model with a manifest of its own kind, verified as the scanner's is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from device_runtime.bundle import Hashes, Positive, Sha256, VersionText, read_sealed, shipped
from device_runtime.engines.limits import check_width
from device_runtime.engines.net import Grid, Net
from device_runtime.errors import BundleError
from device_runtime.piece.locator.grid import CELL_COLUMNS, CELL_PX, CELL_ROWS, OUTPUTS, ROLES, SUB_CELLS
from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX

SCHEMA_VERSION = 1
DEFAULT_LOCATOR = "locator"
_ZeroPoint = Annotated[int, Meta(ge=-128, le=127)]


class LocatorInput(Struct, frozen=True, forbid_unknown_fields=True):
    """The view that the model takes: q = pixel + zero_point, light = pixel * scale."""

    scale: Positive
    zero_point: _ZeroPoint
    height_px: int
    width_px: int


class LocatorOutput(Struct, frozen=True, forbid_unknown_fields=True):
    """The map that the model gives: value = (q - zero_point) * scale, laid out as `grid` says."""

    scale: Positive
    zero_point: _ZeroPoint
    cell_px: int
    sub_cells: int
    roles: tuple[str, ...]


class LocatorManifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of manifest.json of a locator's bundle."""

    schema_version: int
    minimum_runtime: VersionText
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    version: VersionText
    input: LocatorInput
    output: LocatorOutput
    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    accuracy: dict[str, Any]
    sha256: Hashes
    checksum: Sha256


@dataclass(frozen=True)
class LocatorBundle:
    """A locator's bundle that was verified; model holds the bytes of model.tflite."""

    folder: Path
    manifest: LocatorManifest
    model: bytes


def load_locator(path: Path | str | None = None) -> LocatorBundle:
    """Read and verify a locator's bundle; None = the one that comes with the program.

    Raises:
        BundleError: as for the scanner's: a file is missing, damaged or too new, or the model is not the one that the
            manifest describes or asks for too much.
    """
    folder = shipped(DEFAULT_LOCATOR) if path is None else Path(path)
    return LocatorBundle(folder, *read_sealed(folder, LocatorManifest, SCHEMA_VERSION, _mistake, _check_fit))


def _mistake(manifest: LocatorManifest) -> str | None:
    """What only a writer's mistake can have put into it: a view or a map that this program does not know."""
    source, target = manifest.input, manifest.output
    if (source.height_px, source.width_px) != (HEIGHT_PX, WIDTH_PX):
        return f"its views have {source.width_px} x {source.height_px} px instead of {WIDTH_PX} x {HEIGHT_PX}"
    if (target.cell_px, target.sub_cells, target.roles) != (CELL_PX, SUB_CELLS, ROLES):
        return "its map is laid out in another way"
    return None


def _check_fit(manifest: LocatorManifest, net: Net) -> None:
    """Check that a model takes the view and gives the map that the manifest tells of."""
    source, target = manifest.input, manifest.output
    facts: tuple[tuple[str, object, object], ...] = (
        ("takes views of {} rows", net.height_px, source.height_px),
        ("takes {}", net.input, Grid(source.scale, source.zero_point)),
        ("gives {}", net.output, Grid(target.scale, target.zero_point)),
        ("gives {} rows, columns and outputs", check_width(net, source.width_px), (CELL_ROWS, CELL_COLUMNS, OUTPUTS)),
    )
    for what, found, said in facts:
        if found != said:
            raise BundleError(f"model.tflite {what.format(found)}, and the manifest asks for {said}")
