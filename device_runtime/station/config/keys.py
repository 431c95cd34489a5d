"""The keys of the sections as values: what the example, the messages and the pages say of each."""

from __future__ import annotations

import types
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta

from device_runtime.station.config.sections import SECTIONS


@dataclass(frozen=True)
class Key:
    """A key of a section.

    Attributes:
        section: its name.
        name: of the key.
        type: of its value, without None.
        meta: its bounds, description and examples.
        needed: whether there is no default.
        default: None where there is none, or where it is off unless it is given.
    """

    section: str
    name: str
    type: Any
    meta: Meta
    needed: bool
    default: Any

    @property
    def example(self) -> Any:
        """A value that it may have: the default, or one that shows the form."""
        return self.default if self.default is not None else (self.meta.examples or [None])[0]

    @property
    def form(self) -> str:
        """What to give, in words: "a whole number from 1 to 65535"."""
        kind = self.type
        if get_origin(kind) is Literal:
            *most, last = (f'"{word}"' for word in get_args(kind))
            return f"{', '.join(most)} or {last}"
        if kind is bool:
            return "true or false"
        if kind in (int, float):
            return f"{'a whole number' if kind is int else 'a number'} {_bounds(self.meta)}"
        words = {str: "a text", Path: "a path"}.get(kind, "four numbers")
        return f"{words} such as {as_toml(self.example)}"


@cache
def keys_of(section: str) -> dict[str, Key]:
    """The keys of a section by name, in their order."""
    hints = get_type_hints(SECTIONS[section], include_extras=True)
    found = {}
    for one in fields(SECTIONS[section]):
        kind, meta = _taken_apart(hints[one.name])
        needed = one.default is MISSING
        found[one.name] = Key(section, one.name, kind, meta, needed, None if needed else one.default)
    return found


def as_toml(value: Any) -> str:
    """A value as TOML has it: a text, a number, true or false, or a list of numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, (int, float)):
        return f"{value:.15g}" if isinstance(value, float) else f"{value}"
    text = str(value)
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"  # a regular expression stays legible
    return '"' + "".join(_ESCAPES.get(char, char) if char.isprintable() else _escaped(char) for char in text) + '"'


_ESCAPES = {"\\": "\\\\", '"': '\\"'}


def _escaped(char: str) -> str:
    return f"\\U{ord(char):08x}"


def _taken_apart(hint: Any) -> tuple[Any, Meta]:
    """Type, without None, and meta of `Annotated[TYPE | None, meta]`."""
    assert get_origin(hint) is Annotated
    kind, meta = get_args(hint)
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    return kind, meta


def _bounds(meta: Meta) -> str:
    low = f"from {meta.ge:,} to" if meta.ge is not None else f"above {meta.gt:,} and up to"
    return f"{low} {meta.le:,}"
