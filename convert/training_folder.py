"""Reads what `posteye train` leaves for the conversion: the quantised model and strips for the parity gate.

What every training leaves is read here too, whatever its net.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray

from convert.errors import ConvertError
from train.scanner.quantization import QuantScanner, empty_quant_scanner

MODEL_FILE, STRIPS_FILE = "qat.pt", "parity_strips.npz"
_CURE = "give the folder that `posteye train --out` wrote, after it finished"


class SavedNet(Struct):
    """The parts of the file that every training keeps its finished net in."""

    state: dict[str, Any]
    channels: tuple[int, ...]
    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    metrics: dict[str, Any]


class _SavedScanner(SavedNet):
    """The parts of qat.pt."""

    column_offset_px: int = 0


@dataclass(frozen=True)
class Provenance:
    """How a finished net came about.

    Attributes:
        recipe: How it was trained.
        seed: Of the training.
        sources: What its strips or pieces were made of, by name.
        metrics: What was measured of it.
    """

    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    metrics: dict[str, Any]


@dataclass(frozen=True)
class Trained(Provenance):
    """A finished scanner with its provenance.

    Attributes:
        scanner: On its integer grids.
        column_offset_px: How far right of a column's centre it really looks.
    """

    scanner: QuantScanner
    column_offset_px: int


_Saved = TypeVar("_Saved", bound=SavedNet)
_Net = TypeVar("_Net")


def load_trained(folder: Path) -> Trained:
    """Load qat.pt of a training folder and put the scanner on its integer grids.

    Raises:
        ConvertError: When the file is missing or unfit.
    """

    def build(saved: _SavedScanner) -> QuantScanner:
        scanner = empty_quant_scanner(saved.channels)
        scanner.load_state_dict(saved.state)
        return scanner

    saved, scanner = load_net(folder / MODEL_FILE, _SavedScanner, build, "posteye train", _CURE)
    scanner.finish()
    return Trained(saved.recipe, saved.seed, saved.sources, saved.metrics, scanner, saved.column_offset_px)


def load_strips(folder: Path, count: int) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """The strips that a training left for the parity gate.

    Args:
        folder: Of the training.
        count: How many of them.

    Returns:
        uint8 [32, W] each, and their strings.

    Raises:
        ConvertError: When parity_strips.npz is missing, unfit or too short.
    """
    path = folder / STRIPS_FILE
    pixels, widths, labels = load_arrays(path, ("pixels", "widths", "labels"), _CURE)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or not len(pixels) == len(widths) == len(labels):
        raise ConvertError(f"{path} does not hold strips uint8 [N, 32, W], N widths and N labels; train again")
    if len(pixels) < count:
        raise ConvertError(f"{path} holds {len(pixels)} strips, fewer than the {count} asked for with --strips")
    strips = [pixels[i, :, : int(widths[i])] for i in range(count)]
    return strips, [str(label) for label in labels[:count]]


def load_net(
    path: Path, parts: type[_Saved], build: Callable[[_Saved], _Net], training: str, cure: str
) -> tuple[_Saved, _Net]:
    """Load a finished net.

    Args:
        path: Of the file.
        parts: What it must hold.
        build: Makes the net of them.
        training: The command that writes such a file.
        cure: What the error for a missing file says to do.

    Returns:
        What the file holds, and the net.

    Raises:
        ConvertError: When the file is missing or unfit.
    """
    if not path.is_file():
        raise ConvertError(f"there is no {path}: {cure}")
    try:
        saved = msgspec.convert(torch.load(path, map_location="cpu", weights_only=True), parts)
        return saved, build(saved)
    except (msgspec.ValidationError, pickle.UnpicklingError, RuntimeError, ValueError, EOFError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ConvertError(f"{path} is no model of `{training}`: {reason}; train again") from error


def load_arrays(path: Path, names: Sequence[str], cure: str) -> list[NDArray[Any]]:
    """Load the arrays of these names.

    Args:
        path: Of the file.
        names: Of the arrays.
        cure: What the error for a missing file says to do.

    Raises:
        ConvertError: When the file is missing or does not hold them.
    """
    if not path.is_file():
        raise ConvertError(f"there is no {path}: {cure}")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except (KeyError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ConvertError(f"{path} cannot be read: {error}; train again") from error
