"""Shows when global training collapses, on a toy with an RBF output layer: `python -m benchmarks.criteria.collapse`.

Plain Viterbi and forward training only ask that the right strings be cheap. With trainable RBF centres all outputs can
be: the centres and the net's output run together in one point, whatever the input. With fixed distinct centres they
cannot, but a net of constant output is a flat saddle that attracts the search. The discriminative criteria also ask
that other strings be dear. Source: LeCun et al. 1998, section VI-A to VI-E.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import get_args

import click
import torch
from torch import Tensor, nn

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing
from train.gtn.loss import Criterion, string_loss

CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
STEPS = 200
_ALPHABET = "012"
_BLANK = 3
_COLUMNS = 14
_BATCH = 24
_RATE = 0.03
_NOISE = 0.55
_COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
)  # Okabe and Ito: colour-blind readers tell them apart
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

    loss: mean of the last ten steps, nats. early, exact: share of unseen strings read exactly after a quarter of the
    steps and after all. spread: standard deviation of the net's outputs over unseen columns, after each step.
    gap: smallest distance between two centres at the end.
    """

    loss: float
    early: float
    exact: float
    spread: tuple[float, ...]
    gap: float


class Toy(nn.Module):
    """A net that sees one column at a time, and Euclidean RBF units whose outputs are the penalties (section II-B)."""

    def __init__(self, trainable: bool) -> None:
        super().__init__()
        sizes = (8, 16, 16, 16, 6)
        layers = [nn.Sequential(nn.Linear(a, b), nn.Tanh()) for a, b in pairwise(sizes)]
        self.net = nn.Sequential(*layers)
        self.centres = nn.Parameter(torch.tensor(_CODES, dtype=torch.float32), requires_grad=trainable)

    def outputs(self, strips: Tensor) -> Tensor:
        """What the RBF units look at: [batch, columns, 8] -> [batch, columns, 6]."""
        outputs: Tensor = 1.7159 * self.net(strips)
        return outputs

    def forward(self, strips: Tensor) -> Tensor:
        """Penalties [batch, columns, classes]: squared distances to the centres."""
        return (self.outputs(strips)[:, :, None] - self.centres).square().sum(3)


def make_strips(count: int, random: torch.Generator) -> tuple[Tensor, list[str]]:
    """Strings of three digits, one or two columns each with a blank after, somewhere in noisy blank columns.

    Returns float32 [count, columns, 8] and the strings.
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
    """Train the toy with a criterion, its centres trainable or fixed; the seed decides the data and first weights."""
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    toy = Toy(trainable)
    optimiser = torch.optim.Adam([p for p in toy.parameters() if p.requires_grad], _RATE)
    unseen, texts = make_strips(200, torch.Generator().manual_seed(1998))
    losses, spread, early = [], [], 0.0
    for step in range(steps):
        strips, targets = make_strips(_BATCH, random)
        loss = string_loss(toy(strips), torch.full((_BATCH,), _COLUMNS), targets, criterion, _ALPHABET).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        with torch.no_grad():
            spread.append(float(toy.outputs(unseen).flatten(0, 1).std(0).mean()))
        if step == steps // 4:
            early = _exact_rate(toy, unseen, texts)
    gap = float(torch.pdist(toy.centres.detach()).min())
    return Outcome(fmean(losses[-10:]), early, _exact_rate(toy, unseen, texts), tuple(spread), gap)


@torch.no_grad()
def _exact_rate(toy: Toy, strips: Tensor, texts: Sequence[str]) -> float:
    """Share of strings that the best class of every column spells; the character model merges runs."""
    right = 0
    for path, text in zip(toy(strips).argmin(2).tolist(), texts, strict=True):
        before = [_BLANK, *path]
        right += text == "".join(str(c) for c, b in zip(path, before, strict=False) if c != b and c < _BLANK)
    return right / len(texts)


def outcomes(seeds: int) -> dict[tuple[Criterion, bool], list[Outcome]]:
    """Train with every criterion, centres trainable and fixed, from several seeds."""
    return {
        (criterion, trainable): [train_toy(criterion, trainable, seed) for seed in range(seeds)]
        for trainable in (True, False)
        for criterion in CRITERIA
    }


def table(results: dict[tuple[Criterion, bool], list[Outcome]]) -> str:
    """Lay out the means over the seeds."""
    lines = [f"{'centres':<10}{'criterion':<24}{'loss':>8}{'exact':>8}{'early':>8}{'spread':>8}{'gap':>8}"]
    for (criterion, trainable), runs in results.items():
        figures = [
            fmean(run.loss for run in runs),
            fmean(run.exact for run in runs),
            fmean(run.early for run in runs),
            fmean(run.spread[-1] for run in runs),
            fmean(run.gap for run in runs),
        ]
        centres = "trainable" if trainable else "fixed"
        lines.append(f"{centres:<10}{criterion:<24}{figures[0]:>8.2f}" + "".join(f"{f:>8.3f}" for f in figures[1:]))
    return "\n".join(lines)


def plot(results: dict[tuple[Criterion, bool], list[Outcome]], path: Path) -> None:
    """Draw the spread of the outputs over the steps: a panel for each criterion and kind of centres, a colour a seed.

    Args:
        results: as from `outcomes`.
        path: of the PNG.

    Raises:
        PosteyeError: matplotlib is missing.
    """
    try:
        figure_module = importlib.import_module("matplotlib.figure")
    except ImportError:
        raise PosteyeError("the plot needs matplotlib; run pip install matplotlib, or leave out --plot") from None
    figure = figure_module.Figure(figsize=(9.6, 4.8), layout="constrained")
    panels = figure.subplots(2, len(CRITERIA), sharex=True, sharey=True)
    for (criterion, trainable), runs in results.items():
        panel = panels[0 if trainable else 1][CRITERIA.index(criterion)]
        for seed, run in enumerate(runs):
            panel.plot(run.spread, color=_COLOURS[seed % len(_COLOURS)], lw=1.5, label=f"seed {seed}")
        panel.set(yscale="log", xticks=range(0, STEPS + 1, 100))
        panel.grid(axis="y", color="#dfe2e6", lw=0.8)
        panel.spines[["top", "right"]].set_visible(False)
        if trainable:
            panel.set_title(criterion.replace("_", " "), fontsize=11.5)
        else:
            panel.set_xlabel("step")
    for row, kind in zip(panels, ("trainable", "fixed"), strict=True):
        row[0].set_ylabel(f"{kind} centres:\nspread of the outputs")
    panels[0][0].legend(fontsize=10, loc="lower left", frameon=False, borderaxespad=0)
    with replacing(path) as file:
        figure.savefig(file, dpi=120, format="png")


@click.command()
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=1), help="Trainings of each kind.")
@click.option("--plot", "path", type=click.Path(path_type=Path, dir_okay=False), help="Also draw the spread as PNG.")
def collapse(seeds: int, path: Path | None) -> None:
    """Train a toy with each criterion and print what became of it (means over the seeds; about 10 s a seed).

    exact: share of strings read exactly; early: the same after a quarter of the steps; spread: standard deviation of
    the outputs over columns; gap: smallest distance between two centres (2.83 at the start).
    """
    torch.set_num_threads(1)
    results = outcomes(seeds)
    click.echo(table(results))
    if path:
        plot(results, path)


if __name__ == "__main__":
    try:
        collapse()
    except PosteyeError as error:
        raise SystemExit(f"error: {error}") from None
