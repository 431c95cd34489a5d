"""After training: the penalty on blank that reads most, and where a column really looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from device_runtime.decoding.core_decoder import core_decoder
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import STRETCHES, Look, View, combine, is_doubtful, stretch
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.gaps import find_gaps
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.types import Strip
from train.data.target import Target
from train.gtn.ctc import BLANK
from train.scanner.model import CLASSES, COLUMNS, SUB_COLUMNS
from train.scanner.penalties import penalties_of, scores_of
from train.scanner.quantization import OUTPUT_SCALE, QuantConv, QuantScanner
from train.synthesis.shards import Shard

PATTERN = r"\d{1,9}"
BLANK_PENALTIES = (0.0, 0.5, 1.0, 1.5, 2.0)
_AT_ONCE = 256  # strips whose lattices are in memory
_MEASURED_AS = "handicap of {:g}"  # a key in the files of runs that are not finished yet: it stays


def one_number(shard: Shard) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """Those strips of a shard that hold one number, with their digits."""
    found = [(pixels, Target.parse(target).numbers) for pixels, target in zip(shard.pixels, shard.targets, strict=True)]
    kept = [(pixels, numbers[0]) for pixels, numbers in found if len(numbers) == 1]
    return [p for p, _ in kept], [d for _, d in kept]


def kinds(shard: Shard) -> list[str]:
    """How each strip of `one_number` is written: "hand", or "other" for print and for single plain digits."""
    targets = [Target.parse(target) for target in shard.targets]
    return ["hand" if target.rubbish_before else "other" for target in targets if len(target.numbers) == 1]


def exact_rate(net: nn.Module, shard: Shard, advance: Callable[[int], None] = lambda count: None) -> float:
    """Share of a shard's strips of one number that the decoder reads exactly, doubtful ones at several widths.

    Args:
        net: Float or quantised.
        shard: Strips with their targets.
        advance: Told how many more strips are read.
    """
    pixels, digits = one_number(shard)
    decoder = Decoder(Grammar.from_pattern(PATTERN, DIGITS), DIGITS, n_best=3)
    right: list[bool] = []
    for begin in range(0, len(pixels), _AT_ONCE):
        part = pixels[begin : begin + _AT_ONCE]
        views = read_views(net, [Strip(p, np.eye(2, 3), True) for p in part], decoder, advance)
        for view, truth in zip(views, digits[begin : begin + _AT_ONCE], strict=True):
            found = view.decoding.candidates
            right.append(bool(found) and found[0].code == truth)
    return float(np.mean(right))


def read_views(
    net: nn.Module, strips: list[Strip], decoder: Decoder, advance: Callable[[int], None] = lambda count: None
) -> list[View]:
    """What a net reads in strips, doubtful ones at several widths: one width after the other, as it reads batches.

    Args:
        net: Float or quantised.
        strips: As the device makes them.
        decoder: Of the grammar to read with.
        advance: Told how many more strips are read.
    """
    looks: dict[int, list[Look]] = {}
    for row, look in _looks(net, strips, decoder):
        looks[row] = [look]
        advance(not is_doubtful(look.view))
    doubtful = [row for row in looks if is_doubtful(looks[row][0].view)]
    for factor in STRETCHES:
        for i, look in _looks(net, [stretch(strips[row], factor) for row in doubtful], decoder):
            looks[doubtful[i]].append(look)
            advance(factor == STRETCHES[-1])
    return [combine(looks[row]) for row in range(len(strips))]


def _looks(net: nn.Module, strips: list[Strip], decoder: Decoder) -> Iterator[tuple[int, Look]]:
    """What a net says of strips, in an order that saves time; by the compiled core where there is one.

    The core takes int8 scores: those of a quantised net as they are, those of a float one rounded to the same grid.
    """
    pixels = [strip.pixels for strip in strips]
    core = core_decoder(decoder, COLUMNS, OUTPUT_SCALE, max(map(_width_px, strips), default=0))
    if core is None:
        for row, penalties in penalties_of(net, pixels):
            lattice = scan_lattice(penalties, find_gaps(strips[row]), decoder.costs)
            yield row, Look(View(strips[row], decoder.decode(lattice)), partial(decoder.judge, lattice))
        return
    for row, scores in scores_of(net, pixels):
        view = View(strips[row], core.decode(strips[row], scores))
        yield row, Look(view, partial(core.judge, strips[row], scores))


def _width_px(strip: Strip) -> int:
    return int(strip.pixels.shape[1])


def balance_blank(net: QuantScanner, shard: Shard, rate: Callable[[str], float] | None = None) -> float:
    """Give blank the penalty with which most strips are read exactly.

    The criterion makes blank the answer to every doubt, so doubtful digits are dropped sooner than read.

    Args:
        net: Finished; it is changed in place and finished again.
        shard: Strips that are not reported on.
        rate: Gives the share that the net with a penalty, of which it gets the name, reads exactly; None takes
            `exact_rate` of the shard.

    Returns:
        The penalty, nats taken from blank's logits.
    """
    head = list(net.convs())[-1]
    untouched = head.bias.detach().clone()
    rates = {}
    for penalty in BLANK_PENALTIES:
        _penalize_blank(net, head, untouched, penalty)
        rates[penalty] = rate(_MEASURED_AS.format(penalty)) if rate else exact_rate(net, shard)
    best = max(BLANK_PENALTIES, key=lambda penalty: rates[penalty])
    _penalize_blank(net, head, untouched, best)
    return best


def _penalize_blank(net: QuantScanner, head: QuantConv, bias: Tensor, penalty: float) -> None:
    """Set the head's bias to `bias` with the penalty on blank, in both sub-columns."""
    with torch.no_grad():
        head.bias.copy_(bias)  # [sub-columns * classes]
        head.bias.view(SUB_COLUMNS, CLASSES)[:, BLANK] -= penalty
    net.finish()


def column_offset_px(net: nn.Module, shard: Shard) -> int:
    """How far right of its digit's class peak the ink of a digit has its middle: where a column really looks.

    The criterion leaves open when within a digit its class is emitted; the net settles on a place of its own.

    Args:
        net: Float or quantised.
        shard: Of its strips those with one digit are measured.

    Returns:
        The median, whole px; 0 when there is no such strip.
    """
    pixels, digits = one_number(shard)
    singles = [p for p, d in zip(pixels, digits, strict=True) if len(d) == 1]
    offsets = []
    for row, penalties in penalties_of(net, singles):
        ink = singles[row].sum(axis=0, dtype=np.float64)  # [W], of every column of pixels
        middle = float((ink * np.arange(len(ink))).sum() / max(ink.sum(), 1.0))
        peak = int(penalties.values[:, : penalties.blank].min(axis=1).argmin())
        offsets.append(middle - float(penalties.x_px[peak]))
    return round(float(np.median(offsets))) if offsets else 0
