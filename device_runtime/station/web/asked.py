"""What a request asks, and what it is answered: values, so that everything behind the door is plain functions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

JSON, PNG, JPEG = "application/json", "image/png", "image/jpeg"
Answering = Callable[["Asked"], "Answer | dict[str, Any]"]
_Body = TypeVar("_Body")

# A path from the root, or from a home: where things lie on this machine is nobody's business in a browser. Behind a
# word it is none, so that "5 px/s" and "1/2" stay; nor is one slash with something behind it, such as "</b>" or the bin
# "/north".
_PATH = re.compile(r"(?<![\w.])(?:~/+|/+[^\s/'\"<>]+/+)(?:[^\s/'\"<>]+/+)*([^\s/'\"<>]*)")


@dataclass(frozen=True)
class Asked:
    """A request that was let in.

    Attributes:
        query: what stands behind the question mark, the last of each name.
        body: of a POST.
        last: the last part of its path.
        csrf: what the visitor's next POST has to bring.
        people: whether visitors have to log in.
    """

    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    last: str = ""
    csrf: str = ""
    people: bool = False


@dataclass(frozen=True)
class Answer:
    """What goes back.

    Attributes:
        body: its bytes.
        kind: media type.
        status: of HTTP.
        headers: further ones.
    """

    body: bytes
    kind: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request that cannot be answered as it was asked.

    Args:
        status: of HTTP, 400 to 599.
        message: one line for people.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def told(value: Any, known: Mapping[str, str], status: int = 200) -> Answer:
    """Answer with JSON in which no text holds a path of this machine.

    Args:
        value: for JSON.
        known: names that hold paths, and what is said instead.
        status: of HTTP.
    """
    text = json.dumps(without_paths(value, known), ensure_ascii=False, allow_nan=False)
    return Answer(text.encode("utf-8", "replace"), JSON, status)


def without_paths(value: Any, known: Mapping[str, str]) -> Any:
    """The same without paths in its texts, but for their last part; lists and dictionaries are gone through."""
    if isinstance(value, str):
        for name, instead in known.items():
            value = value.replace(name, instead)
        return _PATH.sub(r"\1", value) if "/" in value else value
    if isinstance(value, Mapping):
        return {without_paths(key, known): without_paths(one, known) for key, one in value.items()}
    return [without_paths(one, known) for one in value] if isinstance(value, (list, tuple)) else value


def body_of(asked: Asked, kind: type[_Body]) -> _Body:
    """The body of a POST as a value; raises Refused when it is none."""
    try:
        return msgspec.json.decode(asked.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "this is not what the page sends; load it again") from None
