"""Lines of text that know which of their runs are numbers, and of what kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from device_runtime.types import Role

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Token:
    """A run of characters within a line.

    Attributes:
        text: as it is written, with spaces.
        kind: of number, "" for words.
        role: of the number.
    """

    text: str
    kind: str = ""
    role: Role = "other"


Line = tuple[Token, ...]


def fill(template: str, values: Mapping[str, str | Token]) -> Line:
    """Make a line of a template: `{name}` becomes the value of that name, the rest are words.

    Args:
        template: of one line.
        values: words or numbers by name.

    Raises:
        KeyError: the template asks for a name that has no value.
    """
    tokens: list[Token] = []
    for index, part in enumerate(_SLOT.split(template)):
        value = values[part] if index % 2 else part
        token = value if isinstance(value, Token) else Token(value)
        if token.text:
            tokens.append(token)
    return tuple(tokens)


def plain(line: Line) -> str:
    """The line as a string."""
    return "".join(token.text for token in line)
