"""The loss knows the truth from other maps, and asks nothing of corners that cannot be seen."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from device_runtime.piece.locator.grid import CELL_COLUMNS, CELL_ROWS, CORNERS, OUTPUTS
from tests.stub_pieces import stub_views
from train.locator import loss
from train.locator.batches import as_input, training_batches, wanted_of
from train.locator.model import LocatorNet
from train.locator.targets import Truth

QUAD = np.array([[(100, 50), (140, 50), (140, 60), (100, 60)]], np.float32)


def gradient(visible: tuple[bool, ...]) -> torch.Tensor:
    """Where the corners' part pulls at a map of zeros, [2 rows, 2 columns] of all sub-cells."""
    truth = Truth(QUAD, np.array([visible]), np.array([0], np.int8), 0)
    head = torch.zeros(1, OUTPUTS, CELL_ROWS, CELL_COLUMNS, requires_grad=True)
    loss.parts(head, wanted_of([truth]))["corners"].backward()
    assert head.grad is not None
    return loss.split(head.grad)[0][0]


def test_hidden_corners_are_free() -> None:
    seen = gradient((True, True, True, True))[..., 4:-CORNERS].abs().sum(dim=(0, 1)).reshape(4, 2)
    hidden = gradient((True, False, True, True))[..., 4:-CORNERS].abs().sum(dim=(0, 1)).reshape(4, 2)
    assert (seen.sum(dim=1) > 0).all()
    assert (hidden.sum(dim=1) > 0).tolist() == [True, False, True, True]


def test_only_sub_cells_that_speak_for_a_number_are_asked_for_corners() -> None:
    asked = gradient((True, True, True, True)).abs().sum(dim=2)
    rows = torch.nonzero(asked)[:, 0]
    assert 2 <= len(rows) <= 4 and set(rows.tolist()) == {7}


def test_a_few_steps_on_stub_pieces_make_it_smaller() -> None:
    torch.manual_seed(3)
    net, views = LocatorNet(), stub_views(8)
    pixels, wanted = as_input(np.stack(views.pixels)), wanted_of(list(views.truths))
    optimizer = torch.optim.AdamW(net.parameters(), 1e-2)
    totals = []
    for _ in range(16):
        total = loss.total(loss.parts(net(pixels), wanted))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(float(total.detach()))
    assert totals[-1] < 0.4 * totals[0]


def test_augmented_truth_moves_with_the_pixels() -> None:
    views = stub_views(8)
    dark = []
    for pixels, wanted in training_batches(views, 8, np.random.default_rng(1)):
        spoken = (wanted.roles >= 0) & (wanted.roles < 3)
        # How far ink and paper are apart in each sub-cell: far in those that speak for a number.
        inner = pixels[:, 0, 4:236, 4:316]
        apart = functional.max_pool2d(inner, 8) + functional.max_pool2d(-inner, 8)
        for view, told in zip(apart, spoken[:, 1:30, 1:40], strict=True):
            dark.append(float(view[told].median()) > 3 * float(view[~told].median()))
    assert len(dark) == 8 and all(dark)
