"""A folder as `posteye train` leaves it, with the untrained stub scanner and random strips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.stub import STUB_CHANNELS, make_stub_scanner, random_strips

STRIPS = 12


def saved(**changes: Any) -> dict[str, Any]:
    """What qat.pt holds."""
    return {
        "state": make_stub_scanner().state_dict(),
        "channels": STUB_CHANNELS,
        "recipe": {"epochs": 3, "rate": 0.001},
        "seed": 7,
        "sources": ["random numbers"],
        "metrics": {"float": 0.99, "int8": 0.985},
        **changes,
    }


def make_trained_folder(place: Path) -> Path:
    """Make the folder, which must not exist, with qat.pt and STRIPS strips for the parity gate; returns it."""
    place.mkdir()
    torch.save(saved(), place / "qat.pt")
    strips = random_strips(STRIPS, seed=11, widest_px=160)
    widths = np.array([strip.shape[1] for strip in strips], np.int32)
    pixels = np.zeros((STRIPS, 32, widths.max()), np.uint8)
    for row, strip in zip(pixels, strips, strict=True):
        row[:, : strip.shape[1]] = strip
    np.savez(place / "parity_strips.npz", pixels=pixels, widths=widths, labels=np.array(["7"] * STRIPS))
    return place
