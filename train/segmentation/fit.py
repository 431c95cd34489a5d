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
from device_runtime.commands.program import run_command
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip
from train.data.mnist import load_mnist
from train.data.writers import load_extra, writers_of
from train.gtn.garbage import AFTER, BEFORE, LINE, Machine, Reads
from train.segmentation.segment_scorer import SCORE_WEIGHT, WEIGHTS, ArcRecognizer
from train.segmentation.segmentation_graph import MEASURES, MOST_PIECES, segment
from train.synthesis.generator import FieldGenerator

MOST_CUTS = 40
LONGEST = 9
LARGEST_LOSS = 12.0  # nats: a field whose code is not in its lattice teaches nothing
STEP = 0.06
_NOTHING = -1e5  # not infinity, whose gradients are NaN


@dataclass(frozen=True)
class Batch:
    """Lattices and their codes.

    Attributes:
        scores: float32 [n, pieces, 12, cuts], of the arc that begins at a cut and holds so many pieces.
        measures: float32 [n, pieces, MEASURES, cuts], the segmenter's.
        cuts: int64 [n], how many there are.
        digits: int64 [n, LONGEST], the code, filled up with 0.
        lengths: int64 [n], digits in the code.
    """

    scores: Tensor
    measures: Tensor
    cuts: Tensor
    digits: Tensor
    lengths: Tensor


def make_batch(strips: Sequence[Strip], codes: Sequence[str], recognizer: ArcRecognizer) -> Batch:
    """Segment and recognise strips; those with too many cuts, or too long a code, are left out."""
    scores, measures, cuts, kept = [], [], [], []
    for strip, code in zip(tqdm(strips, desc="cutting", unit="field", disable=None), codes, strict=True):
        graph = segment(strip.pixels)
        if len(graph.cuts) > MOST_CUTS or not 1 <= len(code) <= LONGEST:
            continue
        at = graph.destination - graph.source - 1, slice(None), graph.source
        score = np.full((MOST_PIECES, 12, MOST_CUTS), _NOTHING, np.float32)
        score[at] = np.maximum(recognizer.recognize(strip, graph), _NOTHING)
        measure = np.zeros((MOST_PIECES, len(MEASURES), MOST_CUTS), np.float32)
        measure[at] = graph.measures
        scores.append(score)
        measures.append(measure)
        cuts.append(len(graph.cuts))
        kept.append(code)
    digits = [[int(c) for c in code.ljust(LONGEST, "0")] for code in kept]
    return Batch(
        torch.from_numpy(np.stack(scores)),
        torch.from_numpy(np.stack(measures)),
        torch.tensor(cuts),
        torch.tensor(digits),
        torch.tensor([len(code) for code in kept]),
    )


def losses(batch: Batch, score_weight: Tensor, weights: Tensor) -> Tensor:
    """Discriminative forward loss of each field.

    Args:
        batch: the fields.
        score_weight: [], of the recogniser's scores.
        weights: [3, MEASURES], as in the recogniser.

    Returns:
        [n], nats.
    """
    # Scores of each arc as each class, float32 [n, pieces, 12, cuts]: the recogniser's and the segmenter's together.
    segmenter = torch.einsum("npmk,cm->npck", batch.measures, weights)
    scores = torch.where(batch.scores > _NOTHING, batch.scores * score_weight, batch.scores)
    digit, speck, rubbish = (
        scores[:, :, :10] + segmenter[:, :, :1],
        *(scores[:, :, 10:] + segmenter[:, :, 1:]).unbind(2),
    )
    speck = torch.cat([speck[:, :1], torch.full_like(speck[:, 1:], _NOTHING)], dim=1)
    # Scores as any digit, speck and rubbish, [n, pieces, cuts] each; and as each digit of the code.
    kinds = {Reads.DIGIT: digit.logsumexp(2), Reads.BLANK: speck, Reads.RUBBISH: rubbish}
    wanted = digit.gather(2, batch.digits[:, None, :, None].expand(-1, MOST_PIECES, -1, MOST_CUTS))
    last = torch.arange(len(batch.cuts)), batch.cuts - 1
    free = _free(kinds)[last].logsumexp(1)
    code = _constrained(kinds, wanted, batch.lengths)[last].logsumexp(1)
    return free - code


_Kinds = dict[Reads, Tensor]


def _add(*ways: Tensor) -> Tensor:
    return torch.stack(ways).logsumexp(0)


def _arcs_into(cut: int) -> list[tuple[int, int]]:
    """The number of pieces and the first cut of each arc that may end at a cut."""
    return [(length - 1, cut - length) for length in range(1, min(MOST_PIECES, cut) + 1)]


def _start(machine: Machine, fields: int) -> list[Tensor]:
    """Scores of the states at the beginning of the strip, [n] each."""
    return [torch.full((fields,), 0.0 if state in machine.start else _NOTHING) for state in range(machine.states)]


def _step(machine: Machine, reached: Sequence[Tensor], kinds: _Kinds, pieces: int, begin: int) -> list[Tensor]:
    """Scores of the states behind arcs that hold so many pieces and begin at a cut, where `reached` are the scores."""
    ways: list[list[Tensor]] = [[] for _ in range(machine.states)]
    for way in machine.transitions:
        ways[way.destination].append(reached[way.source] + kinds[way.reads][:, pieces, begin] - way.cost)
    return [_add(*into) for into in ways]


def _free(kinds: _Kinds) -> Tensor:
    """Forward scores of all readings: [n, cuts, states]."""
    reached = [_start(LINE, len(kinds[Reads.BLANK]))]
    for cut in range(1, MOST_CUTS):
        ways = [_step(LINE, reached[begin], kinds, pieces, begin) for pieces, begin in _arcs_into(cut)]
        reached.append([_add(*state) for state in zip(*ways, strict=True)])
    return torch.stack([torch.stack(states, dim=1) for states in reached], dim=1)


def _constrained(kinds: _Kinds, wanted: Tensor, lengths: Tensor) -> Tensor:
    """Forward scores of the readings that hold the code: [n, cuts, states], of states in which the code is complete.

    Args:
        kinds: scores of the arcs.
        wanted: [n, pieces, LONGEST, cuts], scores of the arcs as each digit of the code.
        lengths: int64 [n], digits in each code.
    """
    n = len(lengths)
    complete = torch.nn.functional.one_hot(lengths - 1, LONGEST).bool()
    (start,) = BEFORE.final
    (touching,) = AFTER.start
    # Before the code; so many digits of it written, specks since then included; after it.
    before = [_start(BEFORE, n)]
    digits = [torch.full((n, LONGEST), _NOTHING)]
    after = [[torch.full((n,), _NOTHING)] * AFTER.states]
    finals = [torch.full((n, LONGEST + AFTER.states - 1), _NOTHING)]
    for cut in range(1, MOST_CUTS):
        ways_before, ways_digits, ways_after = [], [], []
        for pieces, begin in _arcs_into(cut):
            ways_before.append(_step(BEFORE, before[begin], kinds, pieces, begin))
            so_far = torch.cat([before[begin][start][:, None], digits[begin][:, :-1]], dim=1)
            speck = kinds[Reads.BLANK][:, pieces, begin, None]
            ways_digits.append(_add(so_far + wanted[:, pieces, :, begin], digits[begin] + speck))
            # A complete code is where the machine starts.
            done = digits[begin].masked_fill(~complete, _NOTHING).logsumexp(1)
            from_code = [done if state == touching else after[begin][state] for state in range(AFTER.states)]
            ways_after.append(_step(AFTER, from_code, kinds, pieces, begin))
        before.append([_add(*state) for state in zip(*ways_before, strict=True)])
        digits.append(_add(*ways_digits))
        after.append([_add(*state) for state in zip(*ways_after, strict=True)])
        # What touches the code is among the digits' states already.
        beside = [scores for state, scores in enumerate(after[-1]) if state != touching]
        finals.append(torch.cat([digits[-1].masked_fill(~complete, _NOTHING), torch.stack(beside, dim=1)], dim=1))
    return torch.stack(finals, dim=1)


def fit(batch: Batch, steps: int) -> tuple[Tensor, Tensor, list[float]]:
    """Fit the weights by Adam, from those in use on.

    Args:
        batch: the fields.
        steps: of Adam, all fields in each.

    Returns:
        The weight of the recogniser's score, [], the segmenter's, [3, MEASURES], and the mean loss before each step.
    """
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
    known = writers_of(load_mnist(None, writers).validation) + (load_extra(extra) if extra else [])
    generator = FieldGenerator(known, seed)
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
    recognizer = ArcRecognizer(Scanner(bundle, engines.pick(None, bundle.model)))
    batch = make_batch(*generated(fields, seed, writers, extra), recognizer)
    score_weight, weights, means = fit(batch, steps)
    click.echo(f"{len(batch.cuts)} fields, mean loss {means[0]:.4f} -> {means[-1]:.4f}")
    click.echo(f"SCORE_WEIGHT = {round(float(score_weight) * 64) / 64!r}")
    for measure, kinds in zip(MEASURES, (torch.round(weights.T * 64) / 64 + 0.0).tolist(), strict=True):
        click.echo(f'    "{measure}": ({", ".join(map(repr, kinds))}),')


if __name__ == "__main__":
    run_command(main)
