"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import click

from device_runtime.engines import ENGINES
from device_runtime.grammar.grammar import Grammar
from device_runtime.reader import DEFAULT_MAX_ERROR, ROLES
from device_runtime.recognition.recognizer import SCAN
from device_runtime.region import Region

BUNDLE_HELP = "A shipped bundle (digits, digits-small) or the folder of another; default: digits."
UPRIGHT_HELP = "The image is the right way up: a code such as 66898, upside down another, needs no other evidence."
SECOND_OPINION_HELP = (
    "Ask PP-OCRv6 small about fields that would be rejected: more are accepted, and these take longer. For --field; "
    "needs pip install 'posteye[second-opinion]'."
)
F = TypeVar("F", bound=Callable[..., Any])


def reading_options(command: F) -> F:
    """Add the options that say which codes to read, with which bundle and engine, and how sure to be."""
    for option in (
        click.option(
            "--bundle",
            type=click.Path(path_type=Path),
            help=BUNDLE_HELP,
        ),
        click.option(
            "--engine", type=click.Choice(ENGINES), help="Interpreter of the model; default: the fastest installed."
        ),
        click.option(
            "--n-best", type=click.IntRange(1, 20), default=3, show_default=True, help="Candidates to report."
        ),
        click.option(
            "--max-error",
            type=click.FloatRange(0, 1, min_open=True),
            default=DEFAULT_MAX_ERROR,
            show_default=True,
            help="Share of wrong codes allowed among the accepted ones; smaller rejects more.",
        ),
        click.option("--segmenter", hidden=True, expose_value=False, callback=_scanning_alone),
    ):
        command = option(command)
    return code_options(command)


def code_options(command: F) -> F:
    """Add the options that say which codes to read, and in what: fields or whole pictures."""
    field = click.option("--field", is_flag=True, help="The image is one text field already: do not look for lines.")
    return field(grammar_options(command))


def grammar_options(command: F) -> F:
    """Add the options that say which codes to read."""
    for option in (
        click.option(
            "--lexicon",
            type=click.Path(path_type=Path),
            help="File of all codes there are: one a line, or compiled by `posteye grammar`.",
        ),
        click.option(
            "--pattern",
            help=r"Regular expression that the whole code must match, e.g. '\d{5}(-\d{4})?'; one of a fixed length is "
            "safest. With --country: those of its codes that match.",
        ),
        click.option("--country", help="Country whose codes to read; `posteye grammar --list` shows all."),
    ):
        command = option(command)
    return command


def piece_options(command: F) -> F:
    """Add the options that say what of a whole picture is wanted."""
    for option in (
        click.option(
            "--role",
            type=click.Choice(ROLES),
            default=ROLES[0],
            show_default=True,
            help="Whose code is wanted on a whole picture; any: the only code there is.",
        ),
        click.option(
            "--region",
            metavar="X,Y,W,H",
            callback=_region,
            help="The part of the image to read, in pixels, or all four as shares from 0 to 1.",
        ),
    ):
        command = option(command)
    return command


def _region(_context: click.Context, _option: click.Parameter, text: str | None) -> Region | None:
    return None if text is None else Region.from_text(text)


def _scanning_alone(_context: click.Context, _option: click.Parameter, method: str | None) -> None:
    """Accept `--segmenter scan`, which scripts may hold from the time when there was a choice."""
    if method not in (None, SCAN):
        raise click.UsageError(
            f"--segmenter {method}: this command only scans; to cut fields up first, `posteye evaluate --segmenter hos`"
        )


def advise(grammar: Grammar, given: bool) -> str | None:
    """Return advice for codes of neighbouring lengths, where a lost digit leaves another code; None if none is needed.

    Args:
        grammar: the codes.
        given: whether a country or a list of codes was given: then these are the lengths that the mail has.
    """
    lengths = grammar.lengths() if not given else ()
    if not any(b - a == 1 for a, b in pairwise(lengths)):
        return None
    return (
        f"a code of {lengths[0]} to {lengths[-1]} digits may be a part of a longer one that is damaged; "
        "give --country or a pattern of fixed length"
    )
