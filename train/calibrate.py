"""Calibration: how far to trust the finished net's posteriors, found on strings that it never saw."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from device_runtime.decode import Decoder
from device_runtime.grammar import Grammar
from device_runtime.reject import Calibration
from device_runtime.types import Penalties
from train.batches import plain_batches
from train.shards import Shard

ALPHABET = "0123456789"
PATTERN = r"\d{1,9}"
_ONE_NUMBER = re.compile(r"[#~]*(\d+)[#~]*")


def one_number(shard: Shard) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """Those strips of a shard that hold one number, with their digits."""
    found = [
        (pixels, _ONE_NUMBER.fullmatch(target)) for pixels, target in zip(shard.pixels, shard.targets, strict=True)
    ]
    kept = [(pixels, match.group(1)) for pixels, match in found if match]
    return [p for p, _ in kept], [d for _, d in kept]


def calibrate(net: nn.Module, shard: Shard) -> tuple[Calibration, float]:
    """Fit temperature and thresholds on a shard's strips of one number; also the share that was read exactly."""
    pixels, digits = one_number(shard)
    decoder = Decoder(Grammar.from_pattern(PATTERN, ALPHABET), ALPHABET)
    confidences, correct = np.zeros(len(pixels)), np.zeros(len(pixels), bool)
    for row, penalties in _penalties(net, pixels):
        candidates = decoder(penalties).candidates
        if candidates:
            confidences[row] = candidates[0].confidence
            correct[row] = candidates[0].code == digits[row]
    return Calibration.fit(confidences, correct), float(correct.mean())


def _penalties(net: nn.Module, pixels: list[NDArray[np.uint8]]) -> Iterator[tuple[int, Penalties]]:
    net.eval()
    with torch.no_grad():
        for rows, strips in plain_batches(pixels, 128):
            values = -net(strips).log_softmax(2).numpy()
            for row, value in zip(rows, values, strict=True):
                columns = -(-pixels[row].shape[1] // 4) * 2  # of the strip itself, not of the paper beside it
                x_px = np.arange(columns, dtype=np.float32) * 2 - 1
                yield row, Penalties(value[:columns], x_px, ALPHABET)
