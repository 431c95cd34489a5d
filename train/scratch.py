"""A training on generated strips, from random weights or from the float net of another run."""

from __future__ import annotations

from pathlib import Path

from train.calibrate import balance_blank, exact_rate
from train.distributed import Group
from train.run_folder import Origin, Story, held_out, save_result, wait_for
from train.shards import ShardMaker
from train.trainer import Recipe, Run, follow, load_float

_HELD_OUT_PARTS = 4  # the second also balances blank


def train_generated(
    out: Path, recipe: Recipe, origin: Origin, start: Path | None, workers: int, group: Group
) -> float | None:
    """Train in the folder `out` with this recipe; returns the share of held-out strips that is read exactly.

    start: a run's folder to go on from. Ranks that do not lead the group return None. Raises PosteyeError.
    """
    net = load_float(start) if start else None
    if not group.leads:
        follow(recipe, group, net)
        return None
    material = origin.load()
    validation, balance, *_ = held_out(material.kept_apart, out, _HELD_OUT_PARTS)
    run = Run(out, recipe, validation, group, net)
    with ShardMaker(material.hands, recipe.seed, out / "shards", 0, recipe.shards, workers) as maker:
        trained = run(lambda path: wait_for(path, maker))
    handicap = balance_blank(trained, balance)
    # Int8 is the quantised net to the bit; `posteye convert` writes nothing else.
    nets = {"float": load_float(out), "int8": trained}
    metrics = {name: {"generated_exact": round(exact_rate(n, validation), 4)} for name, n in nets.items()}
    facts = {"command": _command(recipe, start, origin), "blank_handicap": handicap}
    save_result(out, trained, Story(recipe, facts, material.sources, metrics), validation)
    return metrics["int8"]["generated_exact"]


def _command(recipe: Recipe, start: Path | None, origin: Origin) -> str:
    options = f"--seed {recipe.seed} --shards {recipe.shards} --float-epochs {recipe.float_epochs}"
    options += f" --float-rate {recipe.float_rate:g} --quantized-epochs {recipe.quantized_epochs}"
    options += " --from ANOTHER_RUN" * bool(start) + " --writers QMNIST" * bool(origin.writers)
    return f"posteye train --out RUN {options}" + " --digits FOLDER" * bool(origin.digits)
