"""Shows when global training collapses, on a toy with an RBF output layer: `python -m benchmarks.criteria.collapse`.

Plain Viterbi and forward training only ask that the right strings be cheap. With trainable RBF centres all outputs can
be: the centres and the net's output run together in one point, whatever the input. With fixed distinct centres they
cannot, but a net of constant output is a flat saddle that attracts the search. The discriminative criteria also ask
that other strings be dear. Source: LeCun et al. 1998, section VI-A to VI-E.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path
from statistics import fmean
from typing import get_args

import click
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from benchmarks.figures.charts import BLUE, GRAY, ORANGE, plain, png
from benchmarks.figures.command import run_command
from benchmarks.figures.tables import columns
from device_runtime.files.atomic import write_bytes
from train.gtn.loss import Criterion, string_loss

CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
STEPS = 200
_ALPHABET = "012"
_BLANK = 3
_COLUMNS = 14
_BATCH = 24
_RATE = 0.03
_NOISE = 0.55
_LINES = ((BLUE, "-"), (ORANGE, "--"), (GRAY, ":"))  # of the seeds
# For three digits, blank and rubbish; any two differ in at least 2 of 6 places, a squared distance of 8.
_CODES = (
    (1, 1, 1, 1, 1, 1),
    (1, 1, -1, -1, 1, -1),
    (-1, -1, 1, 1, -1, 1),
    (-1, 1, -1, 1, -1, -1),
    (1, -1, -1, 1, 1, -1),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one training.

    Attributes:
        loss: Mean of the last ten steps, nats.
        early: Share of unseen strings read exactly after a quarter of the steps.
        exact: The same after all steps.
        spread: Standard deviation of the net's outputs over unseen columns, after each step.
        gap: Smallest distance between two centres at the end.
    """

    loss: float
    early: float
    exact: float
    spread: tuple[float, ...]
    gap: float


Results = dict[tuple[Criterion, bool], list[Outcome]]  # by the criterion and whether the centres are trainable


class Toy(nn.Module):
    """A net that sees one column at a time, and Euclidean RBF units whose outputs are the penalties (section II-B)."""

    def __init__(self, trainable: bool) -> None:
        super().__init__()
        sizes = (8, 16, 16, 16, 6)
        layers = [nn.Sequential(nn.Linear(a, b), nn.Tanh()) for a, b in pairwise(sizes)]
        self.net = nn.Sequential(*layers)
        self.centers = nn.Parameter(torch.tensor(_CODES, dtype=torch.float32), requires_grad=trainable)

    def outputs(self, strips: Tensor) -> Tensor:
        """What the RBF units look at: [batch, columns, 8] -> [batch, columns, 6]."""
        outputs: Tensor = 1.7159 * self.net(strips)
        return outputs

    def forward(self, strips: Tensor) -> Tensor:
        """Penalties [batch, columns, classes]: squared distances to the centres."""
        return (self.outputs(strips)[:, :, None] - self.centers).square().sum(3)


def make_strips(count: int, random: torch.Generator) -> tuple[Tensor, list[str]]:
    """Strings of three digits, one or two columns each with a blank after, somewhere in noisy blank columns.

    Args:
        count: How many strings.
        random: What draws them.

    Returns:
        Columns float32 [count, columns, 8], and the strings.
    """
    digits = torch.randint(0, len(_ALPHABET), (count, 3), generator=random)
    widths = torch.randint(1, 3, (count, 3), generator=random)
    strips = torch.zeros(count, _COLUMNS, 8)
    for row in range(count):
        classes = [
            c for d, w in zip(digits[row].tolist(), widths[row].tolist(), strict=True) for c in [d] * w + [_BLANK]
        ]
        left = int(torch.randint(0, _COLUMNS - len(classes) + 1, (1,), generator=random))
        classes = [_BLANK] * left + classes + [_BLANK] * (_COLUMNS - left - len(classes))
        strips[row, torch.arange(_COLUMNS), classes] = (
            1.5  # the first inputs each tell of one class, the others of none
        )
    strips += _NOISE * torch.randn(strips.shape, generator=random)
    return strips, ["".join(_ALPHABET[d] for d in row) for row in digits.tolist()]


def train_toy(criterion: Criterion, trainable: bool, seed: int, steps: int = STEPS) -> Outcome:
    """Train the toy.

    Args:
        criterion: What it trains by.
        trainable: Whether its centres learn too.
        seed: Of the data and the first weights.
        steps: Batches.
    """
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    toy = Toy(trainable)
    optimizer = torch.optim.Adam([p for p in toy.parameters() if p.requires_grad], _RATE)
    unseen, texts = make_strips(200, torch.Generator().manual_seed(1998))
    losses, spread, early = [], [], 0.0
    for step in range(steps):
        strips, targets = make_strips(_BATCH, random)
        loss = string_loss(toy(strips), torch.full((_BATCH,), _COLUMNS), targets, criterion, _ALPHABET).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        with torch.no_grad():
            spread.append(float(toy.outputs(unseen).flatten(0, 1).std(0).mean()))
        if step == steps // 4:
            early = _exact_rate(toy, unseen, texts)
    gap = float(torch.pdist(toy.centers.detach()).min())
    return Outcome(fmean(losses[-10:]), early, _exact_rate(toy, unseen, texts), tuple(spread), gap)


@torch.no_grad()
def _exact_rate(toy: Toy, strips: Tensor, texts: Sequence[str]) -> float:
    """Share of strings that the best class of every column spells; the character model merges runs."""
    right = 0
    for path, text in zip(toy(strips).argmin(2).tolist(), texts, strict=True):
        before = [_BLANK, *path]
        right += text == "".join(str(c) for c, b in zip(path, before, strict=False) if c != b and c < _BLANK)
    return right / len(texts)


def outcomes(seeds: int) -> Results:
    """Train with every criterion, centres trainable and fixed, from several seeds."""
    return {
        (criterion, trainable): [train_toy(criterion, trainable, seed) for seed in range(seeds)]
        for trainable in (True, False)
        for criterion in CRITERIA
    }


def outcomes_text(results: Results) -> str:
    """The means over the seeds, for a terminal."""
    rows: list[tuple[str, ...]] = [("centres", "criterion", "loss", "exact", "early", "spread", "gap")]
    for (criterion, trainable), runs in results.items():
        loss, *others = (
            fmean(run.loss for run in runs),
            fmean(run.exact for run in runs),
            fmean(run.early for run in runs),
            fmean(run.spread[-1] for run in runs),
            fmean(run.gap for run in runs),
        )
        cells = [f"{loss:.2f}", *(f"{value:.3f}" for value in others)]
        rows.append(("trainable" if trainable else "fixed", criterion, *cells))
    return columns(rows, (-10, -24, 8, 8, 8, 8, 8))


def spread_chart(results: Results) -> Figure:
    """The spread of the outputs over the steps: a panel for each criterion and kind of centres, a line a seed."""
    figure = Figure(figsize=(10, 5), layout="constrained")
    grid = figure.subplots(2, len(CRITERIA), sharex=True, sharey=True)
    for (criterion, trainable), runs in results.items():
        axes = grid[0 if trainable else 1][CRITERIA.index(criterion)]
        for seed, (run, (color, dashes)) in enumerate(zip(runs, cycle(_LINES), strict=False)):
            axes.plot(run.spread, color=color, ls=dashes, lw=1.3, label=f"seed {seed}")
        axes.set_yscale("log")
        plain(axes)
        if trainable:
            axes.set_title(criterion.replace("_", " "), fontsize=10)
        else:
            axes.set_xlabel("step")
    grid[0][0].set_ylabel("spread, trainable centres")
    grid[1][0].set_ylabel("spread, fixed centres")
    names = grid[0][0].get_legend_handles_labels()
    figure.legend(*names, loc="outside upper center", ncols=max(len(names[1]), 1), frameon=False, fontsize=9)
    return figure


@click.command()
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=1), help="Trainings of each kind.")
@click.option("--plot", "path", type=click.Path(path_type=Path, dir_okay=False), help="Also draw the spread as a PNG.")
def collapse(seeds: int, path: Path | None) -> None:
    """Train a toy with each criterion and print what became of it (means over the seeds; about 10 s a seed).

    exact: share of strings read exactly; early: the same after a quarter of the steps; spread: standard deviation of
    the outputs over columns; gap: smallest distance between two centres (2.83 at the start).
    """
    torch.set_num_threads(1)
    results = outcomes(seeds)
    click.echo(outcomes_text(results))
    if path:
        write_bytes(path, png(spread_chart(results)))


if __name__ == "__main__":
    run_command(collapse)
