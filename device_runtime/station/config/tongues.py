"""The sections of the tongues that a station speaks beside the wire; `sections` has the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

TONGUES = ("ascii", "mqtt", "webhook", "modbus")  # their sections; each is spoken where its url is given
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


@dataclass(frozen=True)
class StationSection:
    """What the station is called where there are several."""

    name: Annotated[
        str | None,
        Meta(
            description="In the topics of [mqtt] and the keys of [webhook]: letters, digits, - and _; where it is not "
            "given, the name of the machine.",
            examples=["north"],
        ),
    ] = None


@dataclass(frozen=True)
class MqttSection:
    """A broker of MQTT 5; needs the extra mqtt."""

    url: Annotated[
        str | None,
        Meta(
            description="The broker; mqtts for TLS. Where it is not given, none is told.",
            examples=["mqtts://station@broker.example:8883"],
        ),
    ] = None
    password_file: Annotated[
        Path | None, Meta(description="File with the password of the user in url.", examples=["mqtt.password"])
    ] = None
    ca_file: Annotated[
        Path | None,
        Meta(description="Certificates to trust for TLS; where it is not given, the system's.", examples=["plant.crt"]),
    ] = None
    topic: Annotated[str, Meta(description="What all topics begin with; the station's name follows.")] = "posteye"
    discovery: Annotated[bool, Meta(description="Tell Home Assistant what there is.")] = False
    outbox: Annotated[Path | None, Meta(description=_OUTBOX, examples=["mqtt.outbox"])] = None


@dataclass(frozen=True)
class WebhookSection:
    """A web server that gets a POST for each piece."""

    url: Annotated[
        str | None,
        Meta(
            description="Where pieces are posted; where it is not given, none are.",
            examples=["https://plant.example/posteye"],
        ),
    ] = None
    token_file: Annotated[
        Path | None, Meta(description="File with the token that the server asks for.", examples=["webhook.token"])
    ] = None
    ca_file: Annotated[
        Path | None,
        Meta(description="Certificates to trust for TLS; where it is not given, the system's.", examples=["plant.crt"]),
    ] = None
    timeout_ms: Annotated[float, Meta(ge=100, le=60_000, description="How long the server may be silent, ms.")] = 5000.0
    outbox: Annotated[Path | None, Meta(description=_OUTBOX, examples=["webhook.outbox"])] = None


@dataclass(frozen=True)
class ModbusSection:
    """A server of Modbus that masters poll; needs the extra modbus."""

    url: Annotated[
        str | None,
        Meta(
            description="Where it listens: over TCP, or RTU on a serial device; where it is not given, nowhere.",
            examples=["tcp://0.0.0.0:502"],
        ),
    ] = None
    unit: Annotated[int, Meta(ge=1, le=247, description="Address on a serial line; over TCP each is answered.")] = 1
    baud: Annotated[int, Meta(ge=300, le=4_000_000, description="Bits a second of a serial line.")] = 19_200
    parity: Annotated[
        Literal["none", "even", "odd"],
        Meta(description="Of a serial line; with none there are two stop bits, as Modbus asks for."),
    ] = "even"
    bins: Annotated[
        str | None,
        Meta(
            description="Names of the bins with commas between them; a master gets the place in this list, from 1.",
            examples=["reject, A1, A2"],
        ),
    ] = None
    acknowledge: Annotated[
        bool, Meta(description="Show the next piece only when a master has written the sequence of the last one.")
    ] = False
    outbox: Annotated[
        Path | None, Meta(description=f"{_OUTBOX} Without acknowledge nothing waits.", examples=["modbus.outbox"])
    ] = None
