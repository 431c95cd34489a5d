"""In which line of a TOML file a key stands; Python's parser does not tell."""

from __future__ import annotations

import tomllib
from typing import Any

_LONGEST_VALUE = 100  # lines


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """The lines of sections and keys, from 1.

    Args:
        text: TOML that parses.

    Returns:
        Of `("camera",)` the line of its first header or key, of `("camera", "url")` that of the key. What stands in an
        inline table has the line of the table. Behind a value of more than 100 lines nothing is found.
    """
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        taken = 1
        while (value := _parsed("\n".join(lines[at : at + taken]))) is None:
            taken += 1
            if taken > _LONGEST_VALUE or at + taken > len(lines):
                return found
        for path in _paths(value):
            header = lines[at].lstrip().startswith("[")
            whole = path if header else (*section, *path)
            section = path if header else section
            for depth in range(1, len(whole) + 1):
                found.setdefault(whole[:depth], at + 1)
        at += taken
    return found


def _parsed(lines: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(lines)
    except ValueError:
        return None


def _paths(value: dict[str, Any]) -> list[tuple[str, ...]]:
    """The dotted names that a header or a statement gives a value to."""
    found: list[tuple[str, ...]] = []
    for name, inner in value.items():
        inside = _paths(inner) if isinstance(inner, dict) else []
        found += [(name, *path) for path in inside] or [(name,)]
    return found
