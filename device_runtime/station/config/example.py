"""The commented example of a configuration, made of the descriptions of its keys."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import Literal, get_args, get_origin

from device_runtime.errors import WriteError
from device_runtime.files.regular import printable
from device_runtime.station.config.keys import Key, as_toml, keys_of
from device_runtime.station.config.sections import SECTIONS

_WIDTH = 100
_HEAD = """\
# The configuration of a sorting station. Paths are relative to this file.
# A line that begins with a single # shows a key with its default, or with an example where it is off
# unless it is given: take the # away to change it. `posteye config check FILE` says what is wrong.
"""


def example() -> str:
    """The example as text: it is right as it stands, and with every # before a key taken away too."""
    return "\n".join([_HEAD, *(_section(name) for name in SECTIONS)])


def write_example(path: Path | str) -> None:
    """Write the example to a new file.

    Raises:
        WriteError: something stands there already, or it cannot be written; nothing was written then.
    """
    name = printable(path)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        raise WriteError(f"{name} is there already and stays as it is; give the name of a new file") from None
    except OSError as error:
        raise WriteError(f"{name} cannot be written: {error.strerror or error}") from error
    try:
        with open(number, "w", encoding="utf-8") as file:
            file.write(example())
            file.flush()
            os.fsync(number)
    except BaseException as error:
        os.unlink(path)
        if isinstance(error, OSError):
            raise WriteError(f"{name} cannot be written: {error.strerror or error}") from error
        raise


def _section(name: str) -> str:
    doc = SECTIONS[name].__doc__ or ""
    lines = [f"[{name}]  # {doc.splitlines()[0]}" if doc else f"[{name}]"]
    for key in keys_of(name).values():
        lines += [f"## {line}" for line in textwrap.wrap(_words(key), _WIDTH - 3, break_on_hyphens=False)]
        lines.append(f"{'' if key.needed else '#'}{key.name} = {as_toml(key.example)}")
    return "\n".join(lines) + "\n"


def _words(key: Key) -> str:
    """What a key is for, and what it may be where neither that nor the example says so."""
    said = key.meta.description or ""
    plain = " such as " in key.form or key.type is bool or _names_all(said, key)
    return said if plain else f"{said} {key.form[0].upper()}{key.form[1:]}."


def _names_all(said: str, key: Key) -> bool:
    """Whether a description names every word that the key may have."""
    words = get_args(key.type) if get_origin(key.type) is Literal else ()
    return bool(words) and all(f"{word}:" in said for word in words)
