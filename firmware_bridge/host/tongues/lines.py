"""Lines of ASCII for programmable controllers: a template with named fields, frame characters, a checksum.

Sources: ISO/IEC 646 (names of the control characters); Modbus over Serial Line V1.02, section 6.2.2 (CRC-16).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import reduce
from operator import xor
from string import Formatter
from typing import Literal

from firmware_bridge.errors import MessageError
from firmware_bridge.host.tongues.facts import Facts

Checksum = Literal["none", "xor", "crc16"]
FIELDS = ("piece", "code", "status", "bin", "confidence", "reason", "elapsed_ms")
LONGEST = 250  # characters of a line, without its frame
_EXAMPLE = Facts(4_294_967_295, "10115", "accepted", "A3", 0.9973, "", 61)
_CONTROLS = [
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US"),
]
ACK, NAK = b"\x06", b"\x15"


@dataclass(frozen=True)
class LineForm:
    """How a line looks.

    Attributes:
        template: text with fields in braces, each with a format as Python's `format` has it: `{piece:06d},{code}`.
        start: what a line begins with: names of control characters, or printable ones, with spaces between them.
        end: what it ends with, in the same way.
        checksum: behind the template: "xor" of its bytes in two hex digits, "crc16" (Modbus) in four, or "none".

    Raises:
        MessageError: a field is unknown, its format is none, or a character has no such name.
    """

    template: str = "{piece},{code},{status},{bin},{confidence:.4f}"
    start: str = ""
    end: str = "CR LF"
    checksum: Checksum = "none"

    def __post_init__(self) -> None:
        _check_template(self.template)
        characters(self.start)
        if not characters(self.end):
            raise MessageError("the end of a line must have a character, such as ETX or CR LF")
        self.line(_EXAMPLE)

    def line(self, facts: Facts) -> bytes:
        """A piece as a line, from its start to its end.

        Raises:
            MessageError: it would be too long, or one of its frame's characters would stand in it.
        """
        values = asdict(facts)
        try:
            text = self.template.format(**{name: values[name] for name in FIELDS})
        except (ValueError, TypeError, OverflowError, MemoryError) as error:
            raise MessageError(f"the template {self.template!r} cannot be used: {error}") from None
        start, end = characters(self.start), characters(self.end)
        body = text.encode("ascii", "replace")
        if len(body) > LONGEST:
            raise MessageError(f"a line would have {len(body)} characters; {LONGEST} are the most")
        if end in body or (start and start in body):
            raise MessageError(f"{text!r} holds what a line begins or ends with; choose other characters")
        return start + body + check_digits(body, self.checksum) + end


def characters(names: str) -> bytes:
    """The characters of such names as `STX` or `CR LF`; a printable character stands for itself.

    Raises:
        MessageError: one has no such name.
    """
    found = b""
    for name in names.split():
        if name in _CONTROLS:
            found += bytes([_CONTROLS.index(name)])
        elif len(name) == 1 and "!" <= name <= "~":
            found += name.encode()
        else:
            raise MessageError(f"{name!r} is no character; give names such as STX, ETX, CR LF, or one sign such as ;")
    return found


def check_digits(body: bytes, checksum: Checksum) -> bytes:
    """The checksum of a line, in upper-case hex digits.

    Args:
        body: what stands between start and end.
        checksum: which one.
    """
    if checksum == "xor":
        return b"%02X" % reduce(xor, body, 0)
    return b"%04X" % crc16(body) if checksum == "crc16" else b""


def crc16(data: bytes) -> int:
    """CRC-16 as Modbus has it: polynomial 0x8005 reflected, begins at 0xFFFF."""
    remainder = 0xFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ (0xA001 if remainder & 1 else 0)
    return remainder


def _check_template(template: str) -> None:
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise MessageError(f"the template {template!r} is none: {error}") from None
    names = [name for _, name, _, _ in parts if name is not None]
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in FIELDS:
            raise MessageError(f"{{{name}}} is no field of a line; there are {', '.join(FIELDS)}")
        if conversion or any(len(digits) > 2 for digits in _numbers(form or "")) or "{" in (form or ""):
            raise MessageError(f"the format of {{{name}}} is not allowed; give one such as {{piece:06d}}")
    if not names:
        raise MessageError("the template names no field; give one such as {piece},{code}")
    if not (template.isascii() and template.isprintable()):
        raise MessageError("the template must be printable ASCII")


def _numbers(form: str) -> list[str]:
    return "".join(char if char.isdigit() else " " for char in form).split()
