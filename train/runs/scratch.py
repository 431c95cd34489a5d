"""A training on generated strips, from random weights or from the net of another run or of a bundle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from train.progress import Progress
from train.runs.distributed import Group
from train.runs.folder import Measures, Provenance, claim, finished, held_out, save_result
from train.runs.origin import Origin
from train.runs.recipe import Recipe
from train.runs.start import load_start
from train.runs.trainer import Run, follow, load_float
from train.scanner.batches import plain_batches
from train.scanner.postprocess import BLANK_PENALTIES, balance_blank, one_number
from train.synthesis.shards import Generated, ShardMaker, shard_path

STEPS = 5
_HELD_OUT_PARTS = 4  # the second also balances blank
_MEASURED_STRIPS = 512  # to unfold a bundle's batch normalisation on


def train_generated(
    out: Path,
    recipe: Recipe,
    options: str,
    origin: Origin,
    start: Path | None,
    workers: int,
    group: Group,
    progress: Progress,
) -> float | None:
    """Train a net, or go on with what is in the run's folder.

    Args:
        out: the run's folder.
        recipe: what decides the weights.
        options: those of `posteye train` that give the recipe.
        origin: where digits to write with come from.
        start: another run's folder, or a bundle's folder or name, to go on from its net.
        workers: processes that make strips.
        group: the ranks that train together.
        progress: of STEPS steps.

    Returns:
        The share of held-out strips that is read exactly; None on ranks that do not lead the group.

    Raises:
        PosteyeError: when something is missing, damaged or of another run.
    """
    if not group.leads:
        follow(out, recipe, group)  # the leader's net is the one that counts
        return None
    begin = load_start(start, recipe.channels) if start else None
    progress.say("reading MNIST's digits and the names of the fonts")
    material = origin.load()
    begun = {"start": begin.sha256 if begin else None}
    claim(out, {"recipe": asdict(recipe), "set of fonts, digits or writers": material.sources} | begun, workers)
    before = group.told(finished(out, progress))
    if before is not None:
        progress.say(f"{out} is finished; nothing is left to do")
        return before
    progress.step("held-out strips, by writers that are not trained on")
    strips = recipe.held_out_strips
    validation, balance, *_ = held_out(material, recipe.mix, out, _HELD_OUT_PARTS, strips, workers, progress)
    net = None
    if begin:
        measured = next(strips for _, strips in plain_batches(balance.pixels[:_MEASURED_STRIPS], _MEASURED_STRIPS))
        net = begin.float_net(recipe.channels, measured, recipe.seed)
    run = Run(out, recipe, validation, group, net, progress)
    paths = [shard_path(out / "shards", index) for index in range(recipe.shards)]
    source = Generated(material.writers, recipe.seed, recipe.shard_strips, recipe.mix, material.collections)
    with ShardMaker(source, paths, workers, progress) as maker:
        trained = run(maker.wait)
    measures = Measures(out, progress)
    progress.step(f"the penalty on blank: {len(BLANK_PENALTIES)} values tried")
    with progress.bar(len(BLANK_PENALTIES) * len(one_number(balance)[1]), "readings") as bar:
        penalty = balance_blank(trained, balance, lambda name: measures(name, trained, balance, bar))
    progress.step("what the float net and the int8 net read of held-out strips")
    # Int8 is the quantised net to the bit; `posteye convert` writes nothing else.
    nets = {"float": load_float(out), "int8": trained}
    with progress.bar(len(nets) * len(one_number(validation)[1]), "readings") as bar:
        metrics = {
            name: {"generated_exact": round(measures(f"{name} net", n, validation, bar), 4)} for name, n in nets.items()
        }
    begins_from, what_that_was = begin.told() if begin else ("", "")
    command = f"posteye train --out RUN {options}{begins_from}{origin.options()}{what_that_was}"
    facts = {"command": command, "blank_handicap": penalty}  # a key of the file: it stays
    save_result(out, trained, Provenance(recipe, facts, material.sources, metrics), validation)
    return metrics["int8"]["generated_exact"]
