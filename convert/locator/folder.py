"""Reads what `python -m train.locator` leaves for the conversion: the quantised net and views for the parity gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convert.errors import ConvertError
from convert.training_folder import Provenance, SavedNet, load_arrays, load_net
from device_runtime.piece.locator.view import HEIGHT_PX, WIDTH_PX
from train.locator.model import QuantLocator, empty_quant_locator
from train.locator.result import NET_FILE, PARITY_FILE

_CURE = "give the folder of `python -m train.locator`, after it finished"


@dataclass(frozen=True)
class TrainedLocator(Provenance):
    """A finished locator with its provenance.

    Attributes:
        net: On its integer grids.
    """

    net: QuantLocator


def load_trained(folder: Path) -> TrainedLocator:
    """Load the net of a training folder.

    Raises:
        ConvertError: When the file is missing or unfit.
    """

    def build(saved: SavedNet) -> QuantLocator:
        net = empty_quant_locator(saved.channels)
        net.load_state_dict(saved.state)
        net.finish()
        return net

    saved, net = load_net(folder / NET_FILE, SavedNet, build, "python -m train.locator", _CURE)
    return TrainedLocator(saved.recipe, saved.seed, saved.sources, saved.metrics, net)


def load_views(folder: Path, count: int) -> NDArray[np.uint8]:
    """The views that a training left for the parity gate, uint8 [count, 240, 320].

    Raises:
        ConvertError: When their file is missing, unfit or too short.
    """
    path = folder / PARITY_FILE
    views: NDArray[np.uint8]
    (views,) = load_arrays(path, ("views",), _CURE)
    if views.dtype != np.uint8 or views.shape[1:] != (HEIGHT_PX, WIDTH_PX):
        raise ConvertError(f"{path} does not hold views uint8 [N, {HEIGHT_PX}, {WIDTH_PX}]; train again")
    if len(views) < count:
        raise ConvertError(f"{path} holds {len(views)} views, fewer than the {count} asked for with --views")
    return views[:count]
