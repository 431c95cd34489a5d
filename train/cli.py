"""`posteye train`: from digits and fonts to a quantised net, calibrated, ready for `posteye convert`."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import torch

from device_runtime.errors import PosteyeError
from train.calibrate import balance_blank, column_offset_px, exact_rate
from train.digits import Hand, hands_of, load_extra
from train.mnist import WHEEL_REQUIREMENT, Mnist, load_mnist
from train.shards import Shard, ShardMaker, load_shard, make_shard, save_shard
from train.trainer import Recipe, Run, load_float
from train.typeset import HAND_FAMILIES, PRINT_FAMILIES, find_fonts

_DEFAULT = Recipe()
_THREADS = torch.get_num_threads()  # OMP_NUM_THREADS, else all cores
_HELD_OUT_PARTS = 4
_HELD_OUT_SEED = 7  # times a prime: far from every training shard
PARITY_STRIPS = 2500


@click.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the run; continues what is in it."
)
@click.option(
    "--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: downloaded by pip."
)
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files, for NIST writer ids.")
@click.option("--digits", type=click.Path(path_type=Path), help="Folder of .npz files with more digits to train on.")
@click.option("--from", "start", type=click.Path(path_type=Path), help="Go on from the float net of another run.")
@click.option("--seed", default=_DEFAULT.seed, show_default=True)
@click.option("--shards", default=_DEFAULT.shards, show_default=True, help="Shards of 4,096 generated strips.")
@click.option("--float-epochs", default=_DEFAULT.float_epochs, show_default=True)
@click.option("--float-rate", default=_DEFAULT.float_rate, show_default=True, help="Peak learning rate.")
@click.option("--quantized-epochs", default=_DEFAULT.quantized_epochs, show_default=True)
@click.option(
    "--workers", default=max(1, (os.cpu_count() or 1) - 1), show_default=True, help="Processes that generate strips."
)
def train(
    out: Path,
    mnist: Path | None,
    writers: Path | None,
    digits: Path | None,
    start: Path | None,
    seed: int,
    shards: int,
    float_epochs: int,
    float_rate: float,
    quantized_epochs: int,
    workers: int,
) -> None:
    """Train the scanner on generated fields and leave the result in --out.

    An interrupted run continues where it stopped (call it again). A GPU is used when there is one. Progress goes to
    --out/metrics.jsonl, a line a shard.

    \b
    Examples:
      posteye train --out run
      posteye train --out quick --shards 8 --float-epochs 2
    """
    recipe = Recipe(seed, shards, float_epochs, quantized_epochs, float_rate=float_rate)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = load_mnist(mnist, writers)
    hands = hands_of(data.fit) + (load_extra(digits) if digits else [])
    # 0 is reported on, 1 balances blank, and `posteye calibrate` takes all but 0.
    validation, balance, *_ = (_held_out(data, out, part) for part in range(_HELD_OUT_PARTS))
    run = Run(out, recipe, validation, device, load_float(start) if start else None)
    with ShardMaker(hands, seed, out / "shards", 0, shards, workers) as maker:
        net = run(lambda path: _wait(path, maker))
    handicap = balance_blank(net, balance)
    # Int8 is the quantised net to the bit; `posteye convert` writes nothing else.
    nets = {"float": load_float(out), "int8": net}
    metrics = {name: {"generated_exact": round(exact_rate(n, validation), 4)} for name, n in nets.items()}
    temporary = out / "qat.tmp"
    torch.save(
        {
            "state": net.state_dict(),
            "channels": net.channels,
            "recipe": asdict(recipe)
            | {
                "command": _command(recipe, start, writers, digits),
                "blank_handicap": handicap,
            },
            "seed": seed,
            "sources": _sources(writers, digits, hands),
            "column_offset_px": column_offset_px(net, validation),
            "metrics": metrics,
        },
        temporary,
    )
    temporary.replace(out / "qat.pt")
    _save_parity_strips(validation, out / "parity_strips.npz")
    click.echo(f"{out}: {metrics['int8']['generated_exact']:.1%} of held-out generated numbers read exactly", err=True)


def _held_out(data: Mnist, out: Path, part: int) -> Shard:
    """A shard written by the validation writers, kept in the run's folder."""
    path = out / f"held-out-{part}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        save_shard(make_shard(hands_of(data.validation), _HELD_OUT_SEED, part), path)
    return load_shard(path)


def _wait(path: Path, maker: ShardMaker) -> None:
    """Return when a shard is there; leave the processors to the workers as long as they need them."""
    torch.set_num_threads(max(1, _THREADS - maker.running()))
    while not path.exists():
        if maker.failed():
            raise PosteyeError(f"a process that generates strips has died; {path.name} will not come (see above)")
        time.sleep(0.2)


def _command(recipe: Recipe, start: Path | None, writers: Path | None, digits: Path | None) -> str:
    options = f"--seed {recipe.seed} --shards {recipe.shards} --float-epochs {recipe.float_epochs}"
    options += f" --float-rate {recipe.float_rate:g} --quantized-epochs {recipe.quantized_epochs}"
    options += " --from ANOTHER_RUN" * bool(start) + " --writers QMNIST" * bool(writers)
    return f"posteye train --out RUN {options}" + " --digits FOLDER" * bool(digits)


def _sources(writers: Path | None, digits: Path | None, hands: list[Hand]) -> list[str]:
    """Everything that the net learned from, by name, for the bundle's manifest."""
    fonts = sorted({p.stem for p in find_fonts(PRINT_FAMILIES) + find_fonts(HAND_FAMILIES)})
    found = [f"MNIST training digits ({WHEEL_REQUIREMENT})"]
    found += ["NIST writer ids from QMNIST"] if writers else []
    found += [f"digits of {p.stem}" for p in sorted(digits.glob("*.npz"))] if digits else []
    return [*found, f"{len(hands)} hands", f"fonts: {', '.join(fonts)}"]


def _save_parity_strips(shard: Shard, path: Path) -> None:
    pixels = shard.pixels[:PARITY_STRIPS]
    widths = np.array([-(-p.shape[1] // 4) * 4 for p in pixels], np.int32)
    strips = np.zeros((len(pixels), 32, int(widths.max())), np.uint8)
    for row, strip in zip(strips, pixels, strict=True):
        row[:, : strip.shape[1]] = strip
    labels = np.array([t.replace("#", "").strip("~") for t in shard.targets[:PARITY_STRIPS]])
    np.savez_compressed(path, pixels=strips, widths=widths, labels=labels)
