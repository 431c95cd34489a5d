"""What a training leaves for the conversion: the finished net with its provenance, and views for the parity gate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from device_runtime.files.atomic import replacing
from device_runtime.piece.locator.decode import decode
from device_runtime.piece.locator.view import WIDTH_PX, View
from train.locator.batches import as_input
from train.locator.measure import Numbers, Tally, tally
from train.locator.model import QuantLocator
from train.locator.shards import Views
from train.locator.trainer import LocatorRecipe
from train.runs import checkpoint as saved
from train.scanner.quantization import OUTPUT_SCALE

NET_FILE, PARITY_FILE = "locator.pt", "parity_views.npz"
PARITY_VIEWS = 512
_BATCH = 32


def save_result(
    folder: Path,
    net: QuantLocator,
    recipe: LocatorRecipe,
    facts: dict[str, Any],
    sources: tuple[str, ...],
    held_out: Views,
) -> Tally:
    """Measure a finished net on views that it never saw, and write what `python -m convert.locator` takes.

    Args:
        folder: of the run.
        net: on its integer grids.
        recipe: how it was trained.
        facts: further facts about the training, by name.
        sources: names of what its pieces were made of.
        held_out: the views.
    """
    with replacing(folder / PARITY_FILE) as file:
        np.savez_compressed(file, views=np.stack(held_out.pixels[:PARITY_VIEWS]))
    found = measured(net, held_out)
    state = {
        "state": net.state_dict(),
        "channels": net.channels,
        "recipe": asdict(recipe) | facts,
        "seed": recipe.seed,
        "sources": list(sources),
        "metrics": asdict(found),
    }
    saved.save(state, folder / NET_FILE)
    return found


def measured(net: nn.Module, views: Views) -> Tally:
    """What a net finds in views, float or quantised, its map rounded to the grid that the device gets.

    Args:
        net: in any mode; left in evaluation mode.
        views: with their truth.
    """
    net.eval()
    located = []
    for start in range(0, len(views.pixels), _BATCH):
        pixels = views.pixels[start : start + _BATCH]
        with torch.no_grad():
            head = net(as_input(np.stack(pixels))).permute(0, 2, 3, 1).numpy()
        cells = np.clip(np.rint(head / np.float32(OUTPUT_SCALE)), -128, 127).astype(np.int8)
        located += [
            decode(one, OUTPUT_SCALE, 0, View(view, False, WIDTH_PX, (1.0, 1.0), 0, 0))
            for one, view in zip(cells, pixels, strict=True)
        ]
    return tally(located, [Numbers(t.corners.astype(np.float64), t.roles, t.turn) for t in views.truths])
