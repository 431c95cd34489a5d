"""The last touches on a trained net: how readily it says blank, and where its columns look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import STRETCHES, View, combine, is_doubtful, stretch
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.types import Penalties, Strip
from train.gtn.ctc import BLANK
from train.scanner.batches import plain_batches
from train.scanner.model import CLASSES, SUB_COLUMNS
from train.scanner.quantization import QuantConv, QuantScanner
from train.synthesis.shards import Shard

ALPHABET = "0123456789"
PATTERN = r"\d{1,9}"
BLANK_HANDICAPS = (0.0, 0.5, 1.0, 1.5, 2.0)
_ONE_NUMBER = re.compile(r"[#~]*(\d+)[#~]*")


def one_number(shard: Shard) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """Those strips of a shard that hold one number, with their digits."""
    found = [
        (pixels, _ONE_NUMBER.fullmatch(target)) for pixels, target in zip(shard.pixels, shard.targets, strict=True)
    ]
    kept = [(pixels, match.group(1)) for pixels, match in found if match]
    return [p for p, _ in kept], [d for _, d in kept]


def kinds(shard: Shard) -> list[str]:
    """How the strips of `one_number` are written: "hand", or "other" for print and for single plain digits."""
    return ["hand" if target.startswith("~") else "other" for target in shard.targets if _ONE_NUMBER.fullmatch(target)]


def exact_rate(net: nn.Module, shard: Shard, advance: Callable[[int], None] = lambda count: None) -> float:
    """Share of a shard's strips of one number that are read exactly; `advance` is told how many more are read."""
    pixels, digits = one_number(shard)
    decoder = Decoder(Grammar.from_pattern(PATTERN, ALPHABET), ALPHABET, n_best=3)
    strips = [Strip(p, np.eye(2, 3), True) for p in pixels]
    views: dict[int, list[View]] = {}
    for row, p in penalties_of(net, pixels):
        views[row] = [_view(strips[row], p, decoder)]
        advance(not is_doubtful(views[row][0]))
    doubtful = [row for row in views if is_doubtful(views[row][0])]
    for factor in STRETCHES:
        stretched = [stretch(strips[row], factor) for row in doubtful]
        for i, p in penalties_of(net, [strip.pixels for strip in stretched]):
            views[doubtful[i]].append(_view(stretched[i], p, decoder))
            advance(factor == STRETCHES[-1])
    candidates = {row: combine(seen).decoding.candidates for row, seen in views.items()}
    return float(np.mean([bool(found) and found[0].code == digits[row] for row, found in candidates.items()]))


def _view(strip: Strip, penalties: Penalties, decoder: Decoder) -> View:
    lattice = scan_lattice(penalties)
    return View(strip, lattice, decoder.decode(lattice))


def balance_blank(net: QuantScanner, shard: Shard, rate: Callable[[str], float] | None = None) -> float:
    """Take from blank's logits the handicap (nats) with which most of the shard's strips are read exactly; returns it.

    The criterion makes blank the answer to every doubt, so doubtful digits are dropped sooner than read. The shard must
    not be one that is reported on. The net must be finished; it is finished again. rate: what the net with a handicap,
    which it gets by name, reads exactly; left out, `exact_rate` of the shard.
    """
    head = list(net.convs())[-1]
    untouched = head.bias.detach().clone()
    rates = {}
    for handicap in BLANK_HANDICAPS:
        _handicap(net, head, untouched, handicap)
        rates[handicap] = rate(f"handicap of {handicap:g}") if rate else exact_rate(net, shard)
    best = max(BLANK_HANDICAPS, key=lambda handicap: rates[handicap])
    _handicap(net, head, untouched, best)
    return best


def _handicap(net: QuantScanner, head: QuantConv, bias: Tensor, handicap: float) -> None:
    with torch.no_grad():
        head.bias.copy_(bias)
        head.bias.view(SUB_COLUMNS, CLASSES)[:, BLANK] -= handicap
    net.finish()


def column_offset_px(net: nn.Module, shard: Shard) -> int:
    """How far right of its digit's class peak the ink of a digit has its middle: where a column really looks.

    The criterion leaves open when within a digit its class is emitted; the net settles on a place of its own. Measured
    on the shard's strips of one digit.
    """
    pixels, digits = one_number(shard)
    singles = [p for p, d in zip(pixels, digits, strict=True) if len(d) == 1]
    offsets = []
    for row, penalties in penalties_of(net, singles):
        ink = singles[row].sum(axis=0, dtype=np.float64)
        middle = float((ink * np.arange(len(ink))).sum() / max(ink.sum(), 1.0))
        peak = int(penalties.values[:, : len(ALPHABET)].min(axis=1).argmin())
        offsets.append(middle - float(penalties.x_px[peak]))
    return round(float(np.median(offsets))) if offsets else 0


def penalties_of(net: nn.Module, pixels: list[NDArray[np.uint8]]) -> Iterator[tuple[int, Penalties]]:
    """What a net says of strips uint8 [32, W]: index and penalties of each, in an order that saves time."""
    net.eval()
    with torch.no_grad():
        for rows, strips in plain_batches(pixels, 128):
            values = -net(strips).log_softmax(2).numpy()
            for row, value in zip(rows, values, strict=True):
                columns = -(-pixels[row].shape[1] // 4) * 2  # of the strip itself, not of the paper beside it
                x_px = np.arange(columns, dtype=np.float32) * 2 - 1
                yield row, Penalties(value[:columns], x_px, ALPHABET)
