"""The registers that a station shows to a Modbus master; docs/other-tongues.md is the table of them.

Source: MODBUS Application Protocol Specification V1.1b3, section 4 (16 bits a register, the high byte first).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.facts import facts_of
from firmware_bridge.protocol.message import NoReadMessage

MAP_VERSION = 1
CODE_REGISTERS = 16
MOST_SEQUENCE = 65_535


@dataclass(frozen=True)
class Register:
    """A value in the map.

    Attributes:
        address: of its first register, as a request has it: from 0.
        name: of it.
        count: of registers; of two the first is the high one.
        told: what it is.
    """

    address: int
    name: str
    count: int
    told: str


REGISTERS = (
    Register(0, "map", 1, "Version of this map: 1."),
    Register(1, "state", 1, "0: all is well. Bits: 1 no camera, 2 no wire, 4 disk full, 8 clock set, 16 overheated."),
    Register(2, "heartbeat", 1, "Counts up about once a second, and begins at 0 again after 65,535."),
    Register(3, "sequence", 1, "Counts pieces: 1 to 65,535, then 1 again; 0: there was none. It begins anywhere."),
    Register(4, "piece", 2, "Number of the last piece: the controller's where it gave one, else the station's own."),
    Register(6, "status", 1, "1 accepted, 2 rejected, 3 no code, 4 not read."),
    Register(7, "bin", 1, "Place of its bin among `bins` of the configuration, from 1; 0: it is not among them."),
    Register(8, "code_number", 2, "The code as a number where it is accepted and one below 2^32; else 0."),
    Register(10, "confidence", 1, "In ten-thousandths."),
    Register(11, "elapsed_ms", 1, "From its trigger to the answer; 65,535: that or more."),
    Register(12, "flags", 1, "Bits: 1 the controller gave the number, 2 late, 4 said again after a restart."),
    Register(13, "reason", 1, "Why it was not read: 1 other, 2 no time, 3 no picture, 4 two pieces, 5 too long."),
    Register(14, "code_length", 1, "Characters of the code."),
    Register(15, "code", CODE_REGISTERS, "The code in ASCII, two characters a register, zeros behind it; of a rejected "
             "piece the best guess, not to be sorted by."),
    Register(31, "sequence_again", 1, "As 3: where it differs, a piece came between two requests."),
    Register(32, "acknowledged", 1, "The master may write here the sequence that it has taken (`acknowledge`)."),
)  # fmt: skip
BY_NAME = {one.name: one for one in REGISTERS}
COUNT = REGISTERS[-1].address + REGISTERS[-1].count
_STATES = ("camera_lost", "wire_lost", "disk_full", "clock_stepped", "overheated")
_STATUSES = ("accepted", "rejected", "no_code", "no_read")
_UNNUMBERED = 2**32


def piece_values(one: Waiting, sequence: int, bins: tuple[str, ...]) -> dict[str, int | bytes]:
    """What the registers say of a piece.

    Args:
        one: what is said.
        sequence: its place among the pieces, 1..65535.
        bins: names of the bins; the first is 1.
    """
    facts, report = facts_of(one), one.report
    code = facts.code.encode("ascii")
    number = int(code) if facts.status == "accepted" and code.isdigit() else 0
    return {
        "sequence": sequence,
        "piece": facts.piece,
        "status": _STATUSES.index(facts.status) + 1,
        "bin": bins.index(facts.bin) + 1 if facts.bin in bins else 0,
        "code_number": number if number < _UNNUMBERED else 0,
        "confidence": int(facts.confidence * 10_000 + 1e-9),
        "elapsed_ms": min(facts.elapsed_ms, 65_535),
        "flags": int(report.flags) & 0xFFFF,
        "reason": report.reason if isinstance(report, NoReadMessage) else 0,
        "code_length": len(code),
        "code": code,
        "sequence_again": sequence,
    }


def state_bits(troubles: Iterable[str]) -> int:
    """The states of a station that are wrong, as bits."""
    return sum(1 << _STATES.index(one) for one in set(troubles) if one in _STATES)


def words(values: dict[str, int | bytes]) -> list[int]:
    """All registers; what has no value is 0.

    Args:
        values: by the names of REGISTERS.
    """
    found = [0] * COUNT
    for name, value in values.items():
        register = BY_NAME[name]
        data = value.ljust(2 * register.count, b"\x00") if isinstance(value, bytes) else None
        data = data or int(value).to_bytes(2 * register.count, "big")
        for place in range(register.count):
            found[register.address + place] = int.from_bytes(data[2 * place : 2 * place + 2], "big")
    return found
