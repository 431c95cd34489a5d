"""Reads what `python -m train.locator` leaves for the conversion: the quantised net and views for the parity gate."""

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
from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX
from train.locator.model import QuantLocator, empty_quant_locator
from train.locator.result import NET_FILE, PARITY_FILE

_CURE = "give the folder of `python -m train.locator`, after it finished"


class _Saved(Struct):
    """The parts of the file."""

    state: dict[str, Any]
    channels: tuple[int, ...]
    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    metrics: dict[str, Any]


@dataclass(frozen=True)
class TrainedLocator:
    """A finished locator with its provenance.

    Attributes:
        net: On its integer grids.
        recipe: How it was trained.
        seed: Of the training.
        sources: What its pieces were made of, by name.
        metrics: What was measured of it.
    """

    net: QuantLocator
    recipe: dict[str, Any]
    seed: int
    sources: tuple[str, ...]
    metrics: dict[str, Any]


def load_trained(folder: Path) -> TrainedLocator:
    """Load the net of a training folder.

    Raises:
        ConvertError: When the file is missing or unfit.
    """
    path = folder / NET_FILE
    if not path.is_file():
        raise ConvertError(f"there is no {path}: {_CURE}")
    try:
        saved = msgspec.convert(torch.load(path, map_location="cpu", weights_only=True), _Saved)
        net = empty_quant_locator(saved.channels)
        net.load_state_dict(saved.state)
        net.finish()
    except (msgspec.ValidationError, pickle.UnpicklingError, RuntimeError, ValueError, EOFError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ConvertError(f"{path} is no model of `python -m train.locator`: {reason}; train again") from error
    return TrainedLocator(net, saved.recipe, saved.seed, saved.sources, saved.metrics)


def load_views(folder: Path, count: int) -> NDArray[np.uint8]:
    """The views that a training left for the parity gate, uint8 [count, 240, 320].

    Raises:
        ConvertError: When their file is missing, unfit or too short.
    """
    path = folder / PARITY_FILE
    if not path.is_file():
        raise ConvertError(f"there is no {path}: {_CURE}")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            views: NDArray[np.uint8] = arrays["views"]
    except (KeyError, ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ConvertError(f"{path} cannot be read: {error}; train again") from error
    if views.dtype != np.uint8 or views.shape[1:] != (HEIGHT_PX, WIDTH_PX):
        raise ConvertError(f"{path} does not hold views uint8 [N, {HEIGHT_PX}, {WIDTH_PX}]; train again")
    if len(views) < count:
        raise ConvertError(f"{path} holds {len(views)} views, fewer than the {count} asked for with --views")
    return views[:count]
