"""The options that commands about whole pictures share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

data_argument = click.argument("data", type=click.Path(path_type=Path, file_okay=False))


def count_option(name: str, default: int, purpose: str) -> Callable[[_Command], _Command]:
    """A number of things, one at least.

    Args:
        name: Of the option.
        default: How many where it is left out.
        purpose: What is counted, for --help.
    """
    return click.option(name, default=default, show_default=True, type=click.IntRange(1), help=purpose)


def seed_option(purpose: str | None = None) -> Callable[[_Command], _Command]:
    """The seed of the rendered pieces, for --help with a purpose."""
    return click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help=purpose)


def work_option(purpose: str) -> Callable[[_Command], _Command]:
    """The folder that a stopped run goes on from, for --help with its purpose."""
    return click.option(
        "--work",
        default="runs/pieces",
        show_default=True,
        type=click.Path(path_type=Path, file_okay=False),
        help=purpose,
    )
