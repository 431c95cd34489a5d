"""What `posteye --help` and `posteye NAME --help` print on a terminal of 80 columns, for all commands at once.

    python -m docs.build.help

prints a JSON object. It is a process of its own, because a command keeps the options that it was first asked with.
"""

from __future__ import annotations

import json

import click

from device_runtime.cli import COMMANDS, posteye


def help_of(name: str) -> str:
    """The help of a command; of the whole program where the name is empty."""
    context = posteye.make_context("posteye", [name or "--"], resilient_parsing=True, terminal_width=78)
    if not name:
        return posteye.get_help(context)
    command = posteye.get_command(context, name)
    assert command is not None, name
    return command.get_help(click.Context(command, parent=context, info_name=name))


if __name__ == "__main__":
    print(json.dumps({name: help_of(name) for name in ("", *COMMANDS)}))
