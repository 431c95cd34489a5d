"""The sections of the tongues that a station speaks beside the wire; `sections` has the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

TONGUES = ("ascii",)  # their sections; each is spoken where its url is given
_OUTBOX = "File in which reports wait: they survive a power cut. Where it is not given, they wait in memory."


@dataclass(frozen=True)
class AsciiSection:
    """Lines of ASCII for a programmable controller."""

    url: Annotated[
        str | None,
        Meta(
            description="Port of the controller, or another URL of pyserial; where it is not given, no line is sent.",
            examples=["socket://10.0.0.5:4001"],
        ),
    ] = None
    baud: Annotated[int, Meta(ge=300, le=4_000_000, description="Bits a second of a serial port.")] = 115_200
    template: Annotated[
        str,
        Meta(
            description="The line. Fields: piece, code, status, bin, confidence, reason, elapsed_ms; each may have a "
            "format, as `{piece:06d}`."
        ),
    ] = "{piece},{code},{status},{bin},{confidence:.4f}"
    start: Annotated[
        str | None,
        Meta(
            description="Characters before a line, by their names with spaces between them; or one sign.",
            examples=["STX"],
        ),
    ] = None
    end: Annotated[str, Meta(description="Characters behind a line, in the same way.")] = "CR LF"
    checksum: Annotated[
        Literal["none", "xor", "crc16"],
        Meta(
            description="Behind the template, in hex digits of all bytes between start and end. xor: two digits; "
            "crc16: four, as Modbus reckons it; none: no checksum."
        ),
    ] = "none"
    answer: Annotated[
        Literal["none", "echo", "ack"],
        Meta(
            description="What the controller answers. ack: the character ACK, or NAK to have the line again; echo: the "
            "line itself; none: nothing, so that a lost line is not noticed."
        ),
    ] = "ack"
    timeout_ms: Annotated[float, Meta(ge=10, le=60_000, description="How long an answer may take, ms.")] = 500.0
    tries: Annotated[
        int, Meta(ge=1, le=100, description="How often a line is sent before the controller counts as lost.")
    ] = 3
    outbox: Annotated[Path | None, Meta(description=_OUTBOX, examples=["ascii.outbox"])] = None
