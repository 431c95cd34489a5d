"""Steps of the search for the scanner's architecture, each trained alike.

    python -m benchmarks.scanner.architectures RUN

Every variant stays within 150 KB and 8 million multiply-accumulates for a strip of 32 x 160, starts from random weights
and sees the first shards of a training folder a few times: far from the end of a real training, enough to tell them
apart. They are float nets; a blank penalty of half a nat is applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.tables import Table
from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import DIGITS, Grammar
from train.data.labelled import Labeled, folder_strips
from train.data.target import Target
from train.evaluation.evaluate import read_all
from train.gtn.ctc import BLANK, forward_penalty, topology
from train.runs.distributed import Group
from train.runs.trainer import Recipe, Run
from train.scanner.batches import plain_batches
from train.scanner.greedy import greedy_exact_rate
from train.scanner.model import SHAPES, ConvShape, ScanningLeNet
from train.scanner.penalties import net_recognizer
from train.scanner.sizes import SMALL
from train.synthesis.shards import load_shard

_BLANK_PENALTY = 0.5  # nats off blank; a finished net's is chosen on held-out strips
_WIDE = ConvShape((1, 5), (1, 1), (0, 2))
_NEXT = ConvShape((1, 3), (1, 1), (0, 1))
_HELD_OUT = "held-out"
_LAST_LOSS = 12.0  # nats; a string that is lost altogether counts no more


@dataclass(frozen=True)
class Variant:
    """A net and how its matrices learn.

    Attributes:
        channels: Of its layers.
        shapes: Of its convolutions.
        turn_rate: Rate of Muon; 0 trains the matrices by AdamW like all else.
    """

    channels: tuple[int, ...]
    shapes: tuple[ConvShape, ...]
    turn_rate: float = 0.02


_BEFORE = (*SHAPES[:5], _WIDE)
VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        "thin": Variant((8, 20, 32, 48, 80, 80), _BEFORE, 0.0),
        "thin-muon": Variant((8, 20, 32, 48, 80, 80), _BEFORE),
        "seven": Variant((8, 16, 28, 40, 88, 88, 88), (*SHAPES[:5], _NEXT, _WIDE)),
        "eight": Variant(SMALL, SHAPES),
        "nine": Variant((8, 16, 28, 36, 76, 76, 76, 76, 76), (*SHAPES[:5], *(_NEXT,) * 4)),
        "tall": Variant((8, 16, 24, 24, 36, 80, 80, 80), (*SHAPES[:3], SHAPES[2], *SHAPES[3:5], _NEXT, _NEXT)),
    }
)


@dataclass(frozen=True)
class VariantFigures:
    """A variant's cost, and what it reads after the short training.

    Attributes:
        name: Of the variant.
        parameters: Of its net.
        macs: Multiply-accumulates for a strip of 32 x 160.
        exact: Share of strings that are read exactly, by set.
        loss: Nats a string, by set, no string counting more than 12.
    """

    name: str
    parameters: int
    macs: int
    exact: dict[str, float]
    loss: dict[str, float]


@dataclass(frozen=True)
class Questions:
    """Labelled strips and the grammar that they are read with."""

    data: Labeled
    grammar: Grammar


class BlankPenalised(nn.Module):
    """A net whose logits of blank are lowered by the blank penalty."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, strips: Tensor) -> Tensor:
        logits: Tensor = self.net(strips).clone()
        logits[..., BLANK] -= _BLANK_PENALTY
        return logits


def macs(net: ScanningLeNet, width_px: int = 160, height_px: int = 32) -> int:
    """Multiply-accumulates of a net for one strip."""
    total, rows, cols = 0, height_px, width_px
    for conv, shape in zip(net.convs, net.shapes, strict=True):
        rows = (rows + 2 * shape.padding[0] - shape.kernel[0]) // shape.stride[0] + 1
        cols = (cols + 2 * shape.padding[1] - shape.kernel[1]) // shape.stride[1] + 1
        assert isinstance(conv, nn.Conv2d)
        total += conv.weight.numel() * rows * cols
    return total + net.head.weight.numel() * cols


def string_loss(net: nn.Module, strips: Sequence[NDArray[np.uint8]], targets: Sequence[str]) -> float:
    """Mean of -log P(target) in nats over strips uint8 [32, W], each cut at 12."""
    losses = []
    with torch.no_grad():
        for rows, batch in plain_batches(list(strips), 128):
            penalties = net(batch).log_softmax(2)
            columns = torch.full((len(rows),), penalties.shape[1])
            losses += forward_penalty(penalties, columns, topology([targets[row] for row in rows])).tolist()
    return float(np.minimum(losses, _LAST_LOSS).mean())


def run_variant(
    name: str, variant: Variant, run: Path, epochs: int, shards: int, work: Path, folders: Mapping[str, Questions]
) -> VariantFigures:
    """Train a variant for a short while and measure it.

    Args:
        name: Of the variant.
        variant: The net and how it learns.
        run: A training folder, whose first shards it is trained on, and whose held-out strips it is measured on.
        epochs: Over the shards.
        shards: How many.
        work: Folder of the training.
        folders: Further strips to measure it on, by name.

    Raises:
        PosteyeError: The training folder has too few shards.
    """
    recipe = Recipe(seed=1, shards=shards, float_epochs=epochs, turn_rate=variant.turn_rate)
    torch.manual_seed(recipe.seed)
    net = ScanningLeNet(variant.channels, variant.shapes)
    cost = macs(net)
    held_out = load_shard(run / "held-out-0.npz")
    folder = work / name
    if not (folder / "shards").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "shards").symlink_to((run / "shards").resolve())
    mean = Run(folder, recipe, held_out, Group(torch.device("cpu")), net).float_net(_must_exist)
    exact = {_HELD_OUT: greedy_exact_rate(mean, held_out, len(held_out.pixels), torch.device("cpu"))}
    loss = {_HELD_OUT: string_loss(mean, held_out.pixels, held_out.targets)}
    for title, asked in folders.items():
        recognize = net_recognizer(BlankPenalised(mean).eval(), DIGITS)
        exact[title] = read_all(asked.data, recognize, Decoder(asked.grammar, DIGITS), title).exact
        targets = [Target.with_marks(code).text for code in asked.data.codes]
        loss[title] = string_loss(mean, [strip.pixels for strip in asked.data.strips], targets)
    return VariantFigures(name, sum(p.numel() for p in net.parameters()), cost, exact, loss)


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise PosteyeError(f"{path} is missing: give a training folder with enough shards")


def variants_table(found: Sequence[VariantFigures]) -> Table:
    """The variants with what they cost and read."""
    sets = list(found[0].exact)
    lines = []
    for one in found:
        cells = [cell for title in sets for cell in (f"{one.exact[title]:.1%}", f"{one.loss[title]:.2f}")]
        lines.append([one.name, f"{one.parameters:,}", f"{one.macs / 1e6:.2f} M", *cells])
    heads = [head for title in sets for head in (f"{title}, exact", "nats")]
    return Table(["variant", "parameters", "MACs", *heads], lines)


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", multiple=True, type=click.Choice(list(VARIANTS)), help="Variants to train; all when not given.")
@click.option("--amounts", type=click.Path(path_type=Path), help="Folder of handwritten numbers to read as well.")
@click.option("--shards", default=20, show_default=True)
@click.option("--epochs", default=3, show_default=True)
@click.option("--work", type=click.Path(path_type=Path), default=Path("runs/architectures"), show_default=True)
@results_option
def architectures(
    run: Path, only: tuple[str, ...], amounts: Path | None, shards: int, epochs: int, work: Path, results: Path | None
) -> None:
    """Train variants of the scanner's net on the shards of RUN, a folder of `posteye train`, and compare them.

    One variant takes about five minutes on one core.
    """
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    folders = {}
    if amounts:
        folders["amounts"] = Questions(folder_strips(amounts), Grammar.from_pattern(r"\d{1,8}", DIGITS))
    found = [run_variant(name, VARIANTS[name], run, epochs, shards, work, folders) for name in only or VARIANTS]
    table = variants_table(found)
    click.echo(table.markdown())
    if results:
        data = {"check_amounts": amounts} if amounts else {}
        values = {"variants": table, **{one.name: asdict(one) for one in found}}
        keep("architectures", results, values, data=data, seed=1, bundle=None)


if __name__ == "__main__":
    run_command(architectures)
