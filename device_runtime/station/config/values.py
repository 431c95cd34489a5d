"""From a value of TOML to the value of a key, or to what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec

from device_runtime.station.config.keys import Key, as_toml

_LONGEST_SHOWN = 60
_LONGEST_TEXT = 4096


class ValueRefusedError(Exception):
    """A value that a key cannot have; the message says what is wrong and what to give instead."""


def value_of(key: Key, given: Any, folder: Path) -> Any:
    """The value of a key.

    Args:
        key: that it was given for.
        given: as TOML has it.
        folder: that paths are relative to.

    Raises:
        ValueRefusedError: it is of another type, out of bounds, or no text on one line.
    """
    if key.type in (str, Path):
        return _text(key, given) if key.type is str else _path(key, given, folder)
    try:
        return msgspec.convert(given, Annotated[key.type, key.meta] if key.type in (int, float) else key.type)
    except (msgspec.ValidationError, OverflowError):
        raise ValueRefusedError(f"is {shown(given)}; give {key.form}") from None


def shown(given: Any) -> str:
    """A value for a message, cut where it is long."""
    if isinstance(given, dict):
        return "a section"
    if isinstance(given, (bool, int, str)):
        text = as_toml(given)
        return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
    return f"{given!r:.{_LONGEST_SHOWN}}"


def _text(key: Key, given: Any) -> str:
    if not isinstance(given, str):
        raise ValueRefusedError(f"is {shown(given)}; give {key.form}")
    if not given or given != given.strip() or not given.isprintable() or len(given) > _LONGEST_TEXT:
        raise ValueRefusedError(f"is {shown(given)}; give one line without spaces around it, such as {_example(key)}")
    return given


def _path(key: Key, given: Any, folder: Path) -> Path:
    text = _text(key, given)
    if text.startswith("~"):
        raise ValueRefusedError(f"is {shown(given)}; write the whole path, ~ is another folder for every user")
    return folder / text


def _example(key: Key) -> str:
    return as_toml(key.example)
