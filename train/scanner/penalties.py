"""From a net in torch to penalties: the one way by which training, evaluation and benchmarks read with a net."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from device_runtime.grammar.grammar import DIGITS
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.recognizer import Recognize
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Penalties, Strip
from train.scanner.batches import place, plain_batches
from train.scanner.model import COLUMNS
from train.scanner.quantization import OUTPUT_SCALE

_BATCH = 128

ToPenalties = Callable[[Tensor], Tensor]


def negative_log_softmax(logits: Tensor) -> Tensor:
    """What logits [strips, columns, classes] mean by themselves: penalties -log p of the same shape."""
    return -logits.log_softmax(2)


def net_penalties(
    net: nn.Module,
    strips: Tensor,
    widths_px: Sequence[int],
    alphabet: str = DIGITS,
    to_penalties: ToPenalties = negative_log_softmax,
) -> list[Penalties]:
    """What a net says of a batch of strips.

    Args:
        net: In evaluation mode; strips -> logits [batch, columns, classes].
        strips: float32 [batch, 1, 32, W], ink = 1, each at the left edge.
        widths_px: How much of W is the strip's own; the columns of the paper beside it are left out.
        alphabet: The characters of the first classes.
        to_penalties: What the logits mean; any real numbers of the same shape.
    """
    with torch.no_grad():
        values = to_penalties(net(strips)).numpy()
    counts = [COLUMNS.count(width) for width in widths_px]
    return [penalties_of_values(own[:n], COLUMNS.x_px(n), alphabet) for own, n in zip(values, counts, strict=True)]


def penalties_of(net: nn.Module, pixels: list[NDArray[np.uint8]]) -> Iterator[tuple[int, Penalties]]:
    """What a net says of strips uint8 [32, W]: index and penalties of each, in an order that saves time."""
    net.eval()
    for rows, strips in plain_batches(pixels, _BATCH):
        yield from zip(rows, net_penalties(net, strips, [pixels[row].shape[1] for row in rows]), strict=True)


def scores_of(net: nn.Module, pixels: list[NDArray[np.uint8]]) -> Iterator[tuple[int, NDArray[np.int8]]]:
    """Logits of strips uint8 [32, W] on the grid of int8 scores: index and int8 [columns, classes] of each.

    A quantised net's are on that grid already; the order saves time.
    """
    net.eval()
    for rows, strips in plain_batches(pixels, _BATCH):
        with torch.no_grad():
            values = np.clip(np.rint(net(strips).numpy() / OUTPUT_SCALE), -128, 127).astype(np.int8)
        for row, own in zip(rows, values, strict=True):
            yield row, np.ascontiguousarray(own[: COLUMNS.count(pixels[row].shape[1])])


def net_recognizer(
    net: nn.Module, alphabet: str = DIGITS, to_penalties: ToPenalties = negative_log_softmax
) -> Recognize:
    """A net in evaluation mode, float or quantised, as a recogniser; it reads strips one by one.

    Args:
        net: As in `net_penalties`.
        alphabet: The characters of the first classes.
        to_penalties: As in `net_penalties`.
    """

    def recognize(strip: Strip) -> Lattice:
        width = strip.pixels.shape[1]
        alone = torch.from_numpy(place([strip.pixels], [0], width + -width % COLUMNS.step_px))
        return scan_lattice(net_penalties(net, alone, [width], alphabet, to_penalties)[0])

    return recognize
