"""Greedy reading of strips, which needs no grammar: quick enough to follow a training by."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from train.data.target import Target
from train.scanner.batches import plain_batches
from train.synthesis.shards import Shard

_BATCH = 128


def greedy_strings(log_probs: NDArray[np.float32]) -> list[str]:
    """Best class of every column, runs merged, blank and rubbish dropped.

    Args:
        log_probs: scores of the classes, [strips, columns, classes].
    """
    best = log_probs.argmax(axis=2)  # [strips, columns]
    texts = []
    for row in best:
        kept = row[np.flatnonzero(np.diff(row, prepend=-1))]  # the first column of every run
        texts.append("".join(str(c) for c in kept if c < 10))
    return texts


def greedy_exact_rate(net: nn.Module, shard: Shard, limit: int, device: torch.device) -> float:
    """Share of a shard's first `limit` strips, of any kind, whose digits a greedy reading gets all right."""
    pixels, right = shard.pixels[:limit], 0
    net.eval()
    with torch.no_grad():
        for rows, strips in plain_batches(pixels, _BATCH):
            texts = greedy_strings(net(strips.to(device)).cpu().numpy())
            for row, text in zip(rows, texts, strict=True):
                right += text == Target.parse(shard.targets[row]).digits
    return right / len(pixels)
