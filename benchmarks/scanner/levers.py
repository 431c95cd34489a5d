"""What each part of the second mix is worth: short trainings from the net of `first` on all of it, and without a part.

    python -m benchmarks.scanner.levers WORK --data DATA --strings STRINGS --held-out HELD_OUT --writers QMNIST

The strips are generated into WORK, a folder for each mix; what is there is not made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import cv2
import torch
from torch import Tensor

from benchmarks.figures.command import mnist_option, results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.tables import Table
from benchmarks.readings import Interval, Readings
from benchmarks.scanner.short import (
    Rates,
    Weigh,
    data_option,
    digits_option,
    gain,
    hands_option,
    held_out_option,
    points,
    rates,
    read,
    sets_of,
    share,
    shorter,
    strings_option,
    trained,
    widened_bundle,
)
from device_runtime.bundle import SMALL_BUNDLE, find_bundle
from train.runs.origin import Material, Origin
from train.scanner.sizes import SMALL
from train.synthesis import SHARD_STRIPS
from train.synthesis.mix import KINDS, SECOND, Mix
from train.synthesis.shards import Generated, Shard, load_shard, save_shard, shard_path

_HARD, _HARD_WEIGHT = 0.9, 0.2
WHOLE, AGAIN = "the whole mix", "the whole mix, other strips"


def without(mix: Mix, *kinds: str, **others: Any) -> Mix:
    """A mix without some kinds of fields; all others keep their proportions.

    Args:
        mix: To leave them out of.
        kinds: Of KINDS.
        others: Further attributes that are other.
    """
    left = 1 - sum(getattr(mix, kind) for kind in kinds)
    shares: dict[str, Any] = {kind: 0.0 if kind in kinds else getattr(mix, kind) / left for kind in KINDS}
    return replace(mix, **shares, **others)


def less_of_the_hard(losses: Tensor) -> Tensor:
    """The mean loss of a batch in which strips count a fifth whose loss is above nine tenths of the batch's.

    What is hardest may be mislabelled or illegible.

    Args:
        losses: Of the strips, by character, float32 [strips].
    """
    weights = torch.where(losses.detach() > losses.detach().quantile(_HARD), _HARD_WEIGHT, 1.0)
    return (weights * losses).sum() / weights.sum()


@dataclass(frozen=True)
class Arm:
    """One training of the comparison.

    Attributes:
        mix: Of its strips.
        seed: Of its strips and batches.
        weigh: What the losses of a batch come to.
    """

    mix: Mix = SECOND
    seed: int = 1
    weigh: Weigh = Tensor.mean


ARMS: Mapping[str, Arm] = MappingProxyType(
    {
        WHOLE: Arm(),
        AGAIN: Arm(seed=2),
        "without real strings": Arm(without(SECOND, "real")),
        "without recorded strokes": Arm(without(SECOND, "recorded")),
        "without words of capitals": Arm(without(SECOND, "capitals")),
        "without struck-out numbers and other ink": Arm(without(SECOND, "struck")),
        "without boxes and light ink": Arm(without(SECOND, "boxed", light=0.0)),
        "without the second school's shapes": Arm(without(SECOND, school="first")),
        "the whole mix, the hardest tenth weighted down": Arm(weigh=less_of_the_hard),
    }
)


@dataclass(frozen=True)
class ArmFigures:
    """What the net of an arm reads.

    Attributes:
        name: Of the arm.
        seconds: Of processor time that the training took.
        rates: By set.
        gains: Beside the whole mix: how much more of a set is read exactly, with the 95 % interval, by set.
    """

    name: str
    seconds: float
    rates: dict[str, Rates]
    gains: dict[str, tuple[float, Interval]]


def shards_of(arm: Arm, count: int, strips: int, material: Material, folder: Path) -> list[Shard]:
    """The shards of an arm, made into the folder if they are not there.

    Args:
        arm: The mix and its seed.
        count: How many.
        strips: In each.
        material: To write with.
        folder: Of these shards alone.
    """
    source = Generated(material.writers, arm.seed, strips, arm.mix, material.collections)
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        if not shard_path(folder, index).exists():
            save_shard(source.shard(index, lambda: None), shard_path(folder, index))
    return [load_shard(shard_path(folder, index)) for index in range(count)]


def place_of(arm: Arm) -> str:
    """The name of the folder of an arm's shards: arms with the same strips share it."""
    same = [name for name, other in ARMS.items() if (other.mix, other.seed) == (arm.mix, arm.seed)]
    return same[0].replace(" ", "-").replace("'", "").replace(",", "")


def arms_table(rows: list[ArmFigures]) -> Table:
    """The arms with what their nets read."""
    titles = ("amounts", "clinic", "printed")
    heads = ["training on", *(f"{title}, exact" for title in titles), *(f"{title}, change" for title in titles)]
    lines = []
    for row in rows:
        cells = [row.name, *(share(row.rates[title].exact, row.rates[title].exact_interval) for title in titles)]
        lines.append([*cells, *(points(*row.gains[title]) if title in row.gains else "" for title in titles)])
    return Table(heads, lines)


def accepted_table(rows: list[ArmFigures]) -> Table:
    """How much a threshold accepts with 1 % wrong among it."""
    titles = ("amounts", "clinic", "printed")
    lines = [
        [
            row.name,
            *(share(row.rates[t].at_one_percent, row.rates[t].at_one_percent_interval) for t in titles),
            share(row.rates["held-out"].exact, row.rates["held-out"].exact_interval),
        ]
        for row in rows
    ]
    return Table(["training on", *(f"{title}, at 1 %" for title in titles), "held-out, exact"], lines)


@click.command()
@click.argument("work", type=click.Path(path_type=Path))
@data_option
@strings_option
@held_out_option
@hands_option
@digits_option
@mnist_option
@click.option("--count", default=2, show_default=True, help="Shards of each mix.")
@click.option("--strips", default=SHARD_STRIPS, show_default=True, help="In each shard.")
@click.option("--passes", default=8, show_default=True, help="Over the shards.")
@click.option("--held-out-strips", default=1024, show_default=True, help="Of the file that are read, the first.")
@click.option("--bundle", default=SMALL_BUNDLE, show_default=True, help="Bundle to begin from: of the preset `first`.")
@results_option
def levers(
    work: Path,
    data: Path,
    strings: Path,
    held_out: Path,
    writers: Path | None,
    digits: Path | None,
    mnist: Path | None,
    count: int,
    strips: int,
    passes: int,
    held_out_strips: int,
    bundle: str,
    results: Path | None,
) -> None:
    """Train a bundle's net on the second mix and on that mix without a part, and read what none has learned."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    material = Origin(mnist, writers, digits, strings).load()
    assert material.collections_apart is not None
    whole = load_shard(held_out)
    kept = Shard(whole.pixels[:held_out_strips], whole.targets[:held_out_strips])
    sets = sets_of(data, material.collections_apart.strings, kept)
    rows: list[ArmFigures] = []
    first: dict[str, Readings] = {}
    for name, arm in ARMS.items():
        recipe = shorter("small", count, passes, arm.seed)
        shards = shards_of(arm, count, strips, material, work / place_of(arm))
        torch.manual_seed(recipe.seed)
        net, seconds = trained(widened_bundle(bundle, SMALL, kept, recipe.seed), shards, recipe, arm.weigh)
        found = {asked.name: read(net, asked) for asked in sets}
        first = first or found
        gains = {} if found is first else {title: gain(found[title], first[title]) for title in found}
        rows.append(ArmFigures(name, seconds, {title: rates(one) for title, one in found.items()}, gains))
        click.echo(f"{arms_table(rows).markdown()}\n\n{accepted_table(rows).markdown()}\n")
        if not results:
            continue
        values: dict[str, Any] = {
            "arms": arms_table(rows),
            "accepted": accepted_table(rows),
            "shards": count,
            "strips": strips,
            "passes": passes,
            "seconds": round(sum(row.seconds for row in rows) / len(rows)),
            "of": {asked.name: len(asked.codes) for asked in sets},
            "rows": [asdict(row) for row in rows],
        }
        hashes: dict[str, Path | str] = {name: data / name for name in ("check_amounts", "printed_postcode_lines")}
        hashes |= {"strings": strings, "held-out": held_out, "bundle": find_bundle(bundle)}
        keep("levers", results, values, data=hashes, seed=1, bundle=None)


if __name__ == "__main__":
    run_command(levers)
