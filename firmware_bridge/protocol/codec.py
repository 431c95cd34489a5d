"""Payloads by the table of messages: values to bytes and back.

Source: docs/protocol.md section 3.
"""

from __future__ import annotations

from collections.abc import Mapping

from firmware_bridge.errors import MessageError
from firmware_bridge.protocol.table import Field, Message

Value = int | str | bytes


def pack(message: Message, values: Mapping[str, Value]) -> bytes:
    """Return the payload of a message.

    Args:
        message: its type.
        values: by the names of its fields; appended ones may be left out together.

    Raises:
        MessageError: a value does not fit into its field.
    """
    return b"".join(_packed(field, values[field.name]) for field in message.fields if field.name in values)


def unpack(message: Message, payload: bytes, first_days: bool = False) -> dict[str, Value]:
    """Return the values in a payload, by the names of their fields; bytes behind them belong to later versions.

    Args:
        message: its type.
        payload: of the frame. Where it ends before the appended fields, these are not among the values.
        first_days: whether the receiver does not know the appended fields.

    Raises:
        MessageError: it is malformed.
    """
    values: dict[str, Value] = {}
    at = 0
    older = next((field for field in message.fields if field.appended), None)
    for field in message.fields:
        if field is older and (first_days or at == len(payload)):
            break
        if at + field.width > len(payload):
            raise MessageError(f"{message.name} ends before its {field.name}")
        values[field.name] = _cut(field, payload, at)
        at += field.width + (payload[at] if field.kind == "text" else 0)
    return values


def number(values: Mapping[str, Value], name: str) -> int:
    """Return a number among values."""
    value = values[name]
    assert isinstance(value, int)
    return value


def text(values: Mapping[str, Value], name: str) -> str:
    """Return a text among values."""
    value = values[name]
    assert isinstance(value, str)
    return value


def check_text(field: Field, value: str) -> None:
    """Raise MessageError where a text does not fit into its field."""
    if len(value) > field.largest or not all(" " <= char <= "~" for char in value):
        raise MessageError(f"{field.name} {value!r} is not printable ASCII of at most {field.largest} characters")


def _packed(field: Field, value: Value) -> bytes:
    if field.kind == "text":
        assert isinstance(value, str)
        check_text(field, value)
        return bytes([len(value)]) + value.encode("ascii")
    if field.kind == "hash":
        assert isinstance(value, bytes)
        if len(value) != field.width:
            raise MessageError(f"{field.name} has {len(value)} bytes, not {field.width}")
        return value
    assert isinstance(value, int)
    _check_number(field, value)
    return value.to_bytes(field.width, "little")


def _cut(field: Field, payload: bytes, at: int) -> Value:
    if field.kind == "hash":
        return payload[at : at + field.width]
    found = int.from_bytes(payload[at : at + field.width], "little")
    if field.kind != "text":
        _check_number(field, found)
        return found
    cut = payload[at + 1 : at + 1 + found].decode("latin-1")
    if len(cut) < found:
        raise MessageError(f"the {field.name} is cut off: {len(cut)} of {found} bytes")
    check_text(field, cut)
    return cut


def _check_number(field: Field, value: int) -> None:
    if not field.least <= value <= field.largest:
        raise MessageError(f"{field.name} {value} is outside {field.least}..{field.largest}")
