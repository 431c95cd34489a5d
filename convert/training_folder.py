"""Reads what `posteye train` leaves for the conversion: the quantised model and strips for the parity gate."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray

from convert.errors import ConvertError
from train.scanner.quantization import QuantScanner, empty_quant_scanner

MODEL_FILE, STRIPS_FILE = "qat.pt", "parity_strips.npz"


class _Saved(Struct):
    """The parts of qat.pt."""

    state: dict[str, Any]
    channels: tuple[int, ...]
    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    metrics: dict[str, Any]
    column_offset_px: int = 0


@dataclass(frozen=True)
class Trained:
    """A finished scanner with its provenance.

    Attributes:
        scanner: On its integer grids.
        recipe: How it was trained.
        seed: Of the training.
        sources: What its strips were made of, by name.
        column_offset_px: How far right of a column's centre it really looks.
        metrics: What was measured of it.
    """

    scanner: QuantScanner
    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    column_offset_px: int
    metrics: dict[str, Any]


def load_trained(folder: Path) -> Trained:
    """Load qat.pt of a training folder and put the scanner on its integer grids.

    Raises:
        ConvertError: When the file is missing or unfit.
    """
    path = folder / MODEL_FILE
    if not path.is_file():
        raise ConvertError(f"there is no {path}: give the folder that `posteye train --out` wrote, after it finished")
    try:
        saved = msgspec.convert(torch.load(path, map_location="cpu", weights_only=True), _Saved)
        scanner = empty_quant_scanner(saved.channels)
        scanner.load_state_dict(saved.state)
    except (msgspec.ValidationError, pickle.UnpicklingError, RuntimeError, ValueError, EOFError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ConvertError(f"{path} is no model of `posteye train`: {reason}; train again") from error
    scanner.finish()
    return Trained(scanner, saved.recipe, saved.seed, saved.sources, saved.column_offset_px, saved.metrics)


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
    if not path.is_file():
        raise ConvertError(f"there is no {path}: give the folder that `posteye train --out` wrote, after it finished")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            pixels, widths, labels = arrays["pixels"], arrays["widths"], arrays["labels"]
    except (KeyError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ConvertError(f"{path} cannot be read: {error}; train again") from error
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or not len(pixels) == len(widths) == len(labels):
        raise ConvertError(f"{path} does not hold strips uint8 [N, 32, W], N widths and N labels; train again")
    if len(pixels) < count:
        raise ConvertError(f"{path} holds {len(pixels)} strips, fewer than the {count} asked for with --strips")
    strips = [pixels[i, :, : int(widths[i])] for i in range(count)]
    return strips, [str(label) for label in labels[:count]]
