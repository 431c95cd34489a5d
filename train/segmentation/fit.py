"""Fits the penalties of the segmenter: `python -m train.segmentation.fit --fields 1000`; prints the tables to keep.

Discriminative forward training (LeCun et al. 1998, section VI-E): for each generated field, the forward score of all
ways in which its code can stand in the lattice is driven towards that of all readings. What is learnt is log-linear: a
weight for the recogniser's score, and one for each measure of the segmenter and each kind of arc.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.image.normalize import normalize
from device_runtime.recognition.costs import FOREIGN_NUMBER_PENALTY
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip
from train.data.mnist import load_mnist
from train.data.writers import hands_of, load_extra
from train.segmentation.segment_scorer import SCORE_WEIGHT, WEIGHTS, ArcRecogniser
from train.segmentation.segmentation_graph import MEASURES, MOST_PIECES, segment
from train.synthesis.generator import FieldGenerator

MOST_PLACES = 40
LONGEST = 9
LARGEST_LOSS = 12.0  # nats: a field whose code is not in its lattice teaches nothing
STEP = 0.06
_NOTHING = -1e5  # not infinity, whose gradients are NaN


@dataclass(frozen=True)
class Batch:
    """Lattices and their codes. scores: float32 [n, pieces, 12, places], of the arc that begins at a place and holds so
    many pieces. measures: float32 [n, pieces, MEASURES, places]. places: int64 [n]. digits: int64 [n, LONGEST], filled
    up with 0. lengths: int64 [n]."""

    scores: Tensor
    measures: Tensor
    places: Tensor
    digits: Tensor
    lengths: Tensor


def make_batch(strips: Sequence[Strip], codes: Sequence[str], recogniser: ArcRecogniser) -> Batch:
    """Segment and recognise strips; those with too many cuts, or too long a code, are left out."""
    scores, measures, places, kept = [], [], [], []
    for strip, code in zip(tqdm(strips, desc="cutting", unit="field", disable=None), codes, strict=True):
        graph = segment(strip.pixels)
        if len(graph.cuts) > MOST_PLACES or not 1 <= len(code) <= LONGEST:
            continue
        at = graph.destination - graph.source - 1, slice(None), graph.source
        score = np.full((MOST_PIECES, 12, MOST_PLACES), _NOTHING, np.float32)
        score[at] = np.maximum(recogniser.recognise(strip, graph), _NOTHING)
        measure = np.zeros((MOST_PIECES, len(MEASURES), MOST_PLACES), np.float32)
        measure[at] = graph.measures
        scores.append(score)
        measures.append(measure)
        places.append(len(graph.cuts))
        kept.append(code)
    digits = [[int(c) for c in code.ljust(LONGEST, "0")] for code in kept]
    return Batch(
        torch.from_numpy(np.stack(scores)),
        torch.from_numpy(np.stack(measures)),
        torch.tensor(places),
        torch.tensor(digits),
        torch.tensor([len(code) for code in kept]),
    )


def losses(batch: Batch, score_weight: Tensor, weights: Tensor) -> Tensor:
    """Discriminative forward loss of each field, [n]; weights: [3, MEASURES], as in the recogniser."""
    segmenter = torch.einsum("npmk,cm->npck", batch.measures, weights)
    scores = torch.where(batch.scores > _NOTHING, batch.scores * score_weight, batch.scores)
    digit, speck, rubbish = (
        scores[:, :, :10] + segmenter[:, :, :1],
        *(scores[:, :, 10:] + segmenter[:, :, 1:]).unbind(2),
    )
    speck = torch.cat([speck[:, :1], torch.full_like(speck[:, 1:], _NOTHING)], dim=1)
    wanted = batch.digits[:, None, :, None].expand(-1, MOST_PIECES, -1, MOST_PLACES)
    kinds = digit.logsumexp(2), speck, rubbish
    last = torch.arange(len(batch.places)), batch.places - 1
    free = _free(*kinds)[last].logsumexp(1)
    code = _constrained(*kinds, digit.gather(2, wanted), batch.lengths)[last].logsumexp(1)
    return free - code


def _add(*ways: Tensor) -> Tensor:
    return torch.stack(ways).logsumexp(0)


def _free(digit: Tensor, speck: Tensor, rubbish: Tensor) -> Tensor:
    """Forward scores of all readings by place: before, inside and after the first number, inside of others."""
    n = len(digit)
    start = torch.tensor([0.0, _NOTHING, _NOTHING, _NOTHING]).expand(n, 4)
    reached = [start]
    for place in range(1, MOST_PLACES):
        ways = []
        for length in range(1, min(MOST_PIECES, place) + 1):
            arc = slice(None), length - 1, place - length
            number, mark = torch.logaddexp(digit[arc], speck[arc]), torch.logaddexp(speck[arc], rubbish[arc])
            before, first, after, other = reached[place - length].unbind(1)
            ways.append(
                [
                    before + mark,
                    _add(before + digit[arc], first + number),
                    _add(after + mark, first + rubbish[arc], other + rubbish[arc]),
                    _add(other + number, after + digit[arc] - FOREIGN_NUMBER_PENALTY),
                ]
            )
        reached.append(torch.stack([_add(*state) for state in zip(*ways, strict=True)], dim=1))
    return torch.stack(reached, dim=1)


def _constrained(digit: Tensor, speck: Tensor, rubbish: Tensor, wanted: Tensor, lengths: Tensor) -> Tensor:
    """Forward scores of the readings that hold the code, by place; a state counts where the code is complete.

    States: outside and inside of a number before the code; the code's digits; outside and inside of one after it.
    """
    n = len(digit)
    nothing = torch.full((n,), _NOTHING)
    chars = torch.full((n, LONGEST), _NOTHING)
    outside, inside, outside_after, inside_after = torch.zeros(n), nothing, nothing, nothing
    complete = torch.nn.functional.one_hot(lengths - 1, LONGEST).bool()
    reached = [(outside, inside, chars, outside_after, inside_after)]
    for place in range(1, MOST_PLACES):
        ways = []
        for length in range(1, min(MOST_PIECES, place) + 1):
            arc = slice(None), length - 1, place - length
            number, mark = torch.logaddexp(digit[arc], speck[arc]), torch.logaddexp(speck[arc], rubbish[arc])
            foreign = digit[arc] - FOREIGN_NUMBER_PENALTY
            outside, inside, chars, outside_after, inside_after = reached[place - length]
            done = chars.masked_fill(~complete, _NOTHING).logsumexp(1)
            so_far = torch.cat([outside[:, None], chars[:, :-1]], dim=1)
            ways.append(
                (
                    _add(outside + mark, inside + rubbish[arc]),
                    _add(inside + number, outside + foreign),
                    _add(so_far + wanted[:, length - 1, :, place - length], chars + speck[arc][:, None]),
                    _add(outside_after + mark, done + rubbish[arc], inside_after + rubbish[arc]),
                    _add(inside_after + number, outside_after + foreign),
                )
            )
        outside, inside, chars, outside_after, inside_after = (_add(*state) for state in zip(*ways, strict=True))
        reached.append((outside, inside, chars, outside_after, inside_after))
    finals = [
        torch.cat([chars.masked_fill(~complete, _NOTHING), outside_after[:, None], inside_after[:, None]], dim=1)
        for _, _, chars, outside_after, inside_after in reached
    ]
    return torch.stack(finals, dim=1)


def fit(batch: Batch, steps: int) -> tuple[Tensor, Tensor, list[float]]:
    """Weights that lower the mean loss, from those in use on, in steps of Adam; and the mean loss before each step."""
    scale = batch.measures.abs().amax(dim=(0, 1, 3)).clamp(min=1)
    score_weight = torch.tensor(SCORE_WEIGHT, requires_grad=True)
    scaled = (torch.tensor(WEIGHTS, dtype=torch.float32) * scale).requires_grad_()
    optimizer = torch.optim.Adam([score_weight, scaled], lr=STEP)
    means = []
    for step in tqdm(range(steps), desc="fitting", unit="step", disable=None):
        if step == 2 * steps // 3:
            for group in optimizer.param_groups:
                group["lr"] /= 3
        optimizer.zero_grad()
        loss = losses(batch, score_weight, scaled / scale).clamp(max=LARGEST_LOSS).mean()
        loss.backward()
        optimizer.step()
        means.append(loss.item())
    return score_weight.detach(), (scaled / scale).detach(), means


def generated(count: int, seed: int, writers: Path | None, extra: Path | None) -> tuple[list[Strip], list[str]]:
    """Strips and codes of fields by writers of the validation part, all kinds of field that hold digits."""
    hands = hands_of(load_mnist(None, writers).validation) + (load_extra(extra) if extra else [])
    generator = FieldGenerator(hands, seed)
    strips: list[Strip] = []
    codes: list[str] = []
    with tqdm(total=count, desc="generating", unit="field", disable=None) as bar:
        while len(strips) < count:
            field = generator.field()
            strip = normalize(field.image)
            if field.digits and strip.has_ink:
                strips.append(strip)
                codes.append(field.digits)
                bar.update()
    return strips, codes


@click.command()
@click.option("--fields", default=1000, show_default=True, help="Generated fields to fit on.")
@click.option("--steps", default=120, show_default=True, help="Steps of Adam over all of them.")
@click.option("--seed", default=1998, show_default=True, help="Seed of the fields.")
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files.")
@click.option("--extra", type=click.Path(path_type=Path), help="Folder of further digits (.npz).")
def main(fields: int, steps: int, seed: int, writers: Path | None, extra: Path | None) -> None:
    """Fit the segmenter's penalties to the shipped bundle and print them, rounded to 1/64 nat."""
    bundle = load_bundle()
    recogniser = ArcRecogniser(Scanner(bundle, engines.pick(None, bundle.model)))
    batch = make_batch(*generated(fields, seed, writers, extra), recogniser)
    score_weight, weights, means = fit(batch, steps)
    click.echo(f"{len(batch.places)} fields, mean loss {means[0]:.4f} -> {means[-1]:.4f}")
    click.echo(f"SCORE_WEIGHT = {round(float(score_weight) * 64) / 64!r}")
    for measure, kinds in zip(MEASURES, (torch.round(weights.T * 64) / 64 + 0.0).tolist(), strict=True):
        click.echo(f'    "{measure}": ({", ".join(map(repr, kinds))}),')


if __name__ == "__main__":
    main()
