"""The locator's loss: roles, corners that can be seen (FashionNet's rule), which can be seen, and the turn."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from device_runtime.piece.locator.grid import CORNERS, NONE, ROLES, SUB_CELLS, SUB_OUTPUTS, TURN_CELLS, TURNS
from train.locator.targets import IGNORED

_CORNER_WEIGHT, _VISIBLE_WEIGHT, _TURN_WEIGHT = 2.0, 0.2, 0.5
_BENT = 0.5  # where the loss of a corner turns from a square to a line, in the map's unit


@dataclass(frozen=True)
class Wanted:
    """Targets of a batch.

    Attributes:
        roles: int64 [batch, 30, 40], places in ROLES or IGNORED.
        values: float32 [batch, 30, 40, 8].
        visible: float32 [batch, 30, 40, 4].
        turns: int64 [batch].
    """

    roles: Tensor
    values: Tensor
    visible: Tensor
    turns: Tensor


def split(head: Tensor) -> tuple[Tensor, Tensor]:
    """Split a map [batch, OUTPUTS, rows, columns] as the device does.

    Returns:
        What each sub-cell says [batch, 2 rows, 2 columns, SUB_OUTPUTS], and the logits of the turns [batch, 4].
    """
    batch, _, rows, columns = head.shape
    subs = head[:, :-TURNS].reshape(batch, SUB_CELLS, SUB_CELLS, SUB_OUTPUTS, rows, columns)
    subs = subs.permute(0, 4, 1, 5, 2, 3).reshape(batch, rows * SUB_CELLS, columns * SUB_CELLS, SUB_OUTPUTS)
    return subs, head[:, -TURNS:].sum(dim=(2, 3)) / TURN_CELLS


def parts(head: Tensor, wanted: Wanted) -> dict[str, Tensor]:
    """The parts of the loss of a batch, each weighted: their sum is what training makes small.

    Args:
        head: the net's map, float32 [batch, OUTPUTS, 15, 20].
        wanted: what it should be.
    """
    subs, turns = split(head)
    told = (wanted.roles != NONE) & (wanted.roles != IGNORED)  # sub-cells that speak for a number
    count = told.sum().clamp(min=1)
    roles = functional.cross_entropy(
        subs[..., : len(ROLES)].reshape(-1, len(ROLES)),
        wanted.roles.reshape(-1),
        ignore_index=IGNORED,
        reduction="sum",
    )
    said, values, visible = subs[told], wanted.values[told], wanted.visible[told]  # [numbers' sub-cells, ...]
    seen = visible.repeat_interleave(2, dim=1)
    off = functional.smooth_l1_loss(said[:, len(ROLES) : -CORNERS], values, beta=_BENT, reduction="none")
    corners = (off * seen).sum() / seen.sum().clamp(min=1)
    shown = functional.binary_cross_entropy_with_logits(said[:, -CORNERS:], visible, reduction="sum")
    return {
        "roles": roles / count,
        "corners": _CORNER_WEIGHT * corners,
        "visible": _VISIBLE_WEIGHT * shown / (count * CORNERS),
        "turn": _TURN_WEIGHT * functional.cross_entropy(turns, wanted.turns),
    }


def total(found: dict[str, Tensor]) -> Tensor:
    """The sum of the parts."""
    return torch.stack(list(found.values())).sum()
