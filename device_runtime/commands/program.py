"""How a program that is run by `python -m` ends: what a user can mend comes out in one line, with exit code 2."""

from __future__ import annotations

import click

from device_runtime.commands.notes import note
from device_runtime.errors import PosteyeError


def run_command(command: click.Command) -> None:
    """Run a command as the program.

    Args:
        command: what to run; errors that are no user's keep their traceback.
    """
    try:
        command()
    except PosteyeError as error:
        note(f"posteye: {error}")
        raise SystemExit(2) from None
    except OSError as error:
        note(f"posteye: {error.filename}: {error.strerror}" if error.filename else f"posteye: {error}")
        raise SystemExit(2) from None
