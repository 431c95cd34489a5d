"""Compiled grammars as bytes: bit-packed arrays under a checksum, read in a millisecond or two.

Source: docs/grammars.md describes the format.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import LONGEST_CODE, PENALTY_STEP_NATS, Automaton
from device_runtime.grammar.minimize import STATE_LIMIT, heights

MAGIC = b"\x93PEG"
VERSION = 1
# Magic, version, bits of a penalty, bytes of the symbols, levels, bytes of the name, arcs; all little-endian.
_HEADER = struct.Struct("<4sBBBBHI")
_CHECKSUM = struct.Struct("<I")
_PENALTY_BITS = 16

IntArray = NDArray[np.int64]


def pack(name: str, automaton: Automaton) -> bytes:
    """Return a compiled grammar as bytes; equal grammars give equal bytes.

    Args:
        name: how the grammar is called in messages.
        automaton: its automaton.

    Raises:
        GrammarError: a penalty is more than 16 383 nats.
    """
    states, arcs, symbols, title = automaton.states, len(automaton.source), automaton.symbols.encode(), name.encode()
    # States are numbered by height, so those of one height are a level: their arcs lead to the levels behind it.
    levels = np.bincount(heights(automaton.source, automaton.destination, automaton.end_penalty))[::-1]
    # Which symbols leave each state, uint8 [states, symbols] of 0 and 1, and all penalties in whole steps.
    mask = np.zeros((states, len(automaton.symbols)), np.uint8)
    mask[automaton.source, automaton.symbol] = 1
    steps = np.rint(np.concatenate([automaton.penalty, automaton.end_penalty[automaton.final]]) / PENALTY_STEP_NATS)
    penalty_bits = int(steps.max()).bit_length()
    if penalty_bits > _PENALTY_BITS:
        raise GrammarError(f"a penalty of {steps.max() * PENALTY_STEP_NATS} nats is too large to be saved")

    # A destination takes as many bits as tell apart the states behind its level.
    header = _HEADER.pack(MAGIC, VERSION, penalty_bits, len(symbols), len(levels), len(title), arcs)
    parts = [header, levels.astype("<u4").tobytes(), symbols, title, _to_bytes(mask), _to_bytes(automaton.final)]
    for begin, end, behind, width in _level_arcs(automaton.source, levels):
        parts.append(_to_bytes(_bits(automaton.destination[begin:end] - behind, width)))
    parts.append(_to_bytes(_bits(steps.astype(np.int64), penalty_bits)))
    data = b"".join(parts)
    return data + _CHECKSUM.pack(zlib.crc32(data))


def unpack(data: bytes, where: str) -> tuple[str, Automaton]:
    """Read a compiled grammar.

    Args:
        data: the whole file.
        where: how to call the file in messages.

    Returns:
        Its name and its automaton.

    Raises:
        GrammarError: it is anything but a whole file of this version.
    """
    if not data.startswith(MAGIC):
        raise GrammarError(f"{where} is no compiled grammar; `posteye grammar` compiles one")
    if len(data) < _HEADER.size + _CHECKSUM.size or zlib.crc32(data[:-4]) != _CHECKSUM.unpack(data[-4:])[0]:
        raise GrammarError(f"{where} is damaged (its checksum does not fit); compile it again with `posteye grammar`")
    if data[4] != VERSION:
        raise GrammarError(f"{where} has format {data[4]}, this program reads format {VERSION}; compile it again")
    try:
        return _unpack(data[:-4])
    except ValueError as error:  # a file with a good checksum that no `pack` wrote
        raise GrammarError(f"{where} is damaged ({error}); compile it again with `posteye grammar`") from None


def _unpack(data: bytes) -> tuple[str, Automaton]:
    """Read the fields behind the header, and check what Automaton promises."""
    _, _, penalty_bits, symbol_bytes, level_count, name_bytes, arcs = _HEADER.unpack_from(data)
    fields = _Fields(data, _HEADER.size)
    levels = np.frombuffer(fields.take(4 * level_count), "<u4").astype(np.int64)
    _demand(2 <= level_count <= LONGEST_CODE + 1 and levels[0] == 1 and bool(levels.all()), "its levels are wrong")
    symbols, name = fields.take(symbol_bytes).decode(), fields.take(name_bytes).decode()
    states = int(levels.sum())
    _demand(symbols.isprintable() and len(set(symbols)) == len(symbols) > 0, "its symbols are not distinct characters")
    _demand(name.isprintable(), "its name cannot be printed")
    _demand(penalty_bits <= _PENALTY_BITS, "its penalties are too large")
    _demand(states <= STATE_LIMIT and arcs <= states * len(symbols), "it is too large")

    # Source and symbol of each arc from the mask, its destination level by level, then all penalties in steps.
    mask = fields.flags(states * len(symbols)).reshape(states, len(symbols))
    source, symbol = np.divmod(np.flatnonzero(mask), len(symbols))
    _demand(len(source) == arcs, "its arcs are not as many as it says")
    final = fields.flags(states)
    destination = np.empty(arcs, np.int64)
    for begin, end, behind, width in _level_arcs(source, levels):
        destination[begin:end] = fields.values(end - begin, width) + behind
    steps = fields.values(arcs + int(final.sum()), penalty_bits)
    _demand(fields.at == len(data), "its length is wrong")
    _check_paths(source, destination, final)

    penalty = (steps * PENALTY_STEP_NATS).astype(np.float32)
    end_penalty = np.full(states, np.inf, np.float32)
    end_penalty[final] = penalty[arcs:]
    level = np.repeat(np.arange(level_count)[::-1], levels)
    _demand(bool(np.all(heights(source, destination, end_penalty) == level)), "its levels are wrong")
    columns = source.astype(np.int32), symbol.astype(np.int32), destination.astype(np.int32)
    return name, Automaton(symbols, *columns, penalty[:arcs], end_penalty)


def _check_paths(source: IntArray, destination: IntArray, final: NDArray[np.bool_]) -> None:
    """Demand what Automaton promises and a search relies on, but for minimality, which costs only time.

    Args:
        source: int64 [arcs].
        destination: int64 [arcs].
        final: bool [states].
    """
    states = len(final)
    _demand(bool(np.all(destination < states)), "an arc leads nowhere")
    entered, left = np.zeros(states, np.bool_), np.zeros(states, np.bool_)
    entered[destination] = left[source] = True
    _demand(bool(np.all(entered[1:]) and np.all(left | final)), "a state lies on no path to a final state")


def _demand(fine: bool, wrong: str) -> None:
    if not fine:
        raise ValueError(wrong)


def _level_arcs(source: NDArray[np.integer[Any]], levels: NDArray[np.integer[Any]]) -> list[tuple[int, int, int, int]]:
    """Return for each level its slice of arcs, the first state behind it, and how many bits tell those behind apart.

    Args:
        source: int [arcs], ascending.
        levels: int [levels], states in each.
    """
    behind = np.cumsum(levels)
    bounds = np.searchsorted(source, np.concatenate([[0], behind])).tolist()
    widths = [max(int(behind[-1] - first) - 1, 0).bit_length() for first in behind]
    return list(zip(bounds[:-1], bounds[1:], behind.tolist(), widths, strict=True))


class _Fields:
    """Takes one array after another from bytes; each begins with a new byte, and unused bits are 0.

    Args:
        data: all bytes.
        at: where the first array begins.
    """

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        begin, self.at = self.at, self.at + count
        _demand(self.at <= len(self.data), "it ends too early")
        return self.data[begin : self.at]

    def flags(self, count: int) -> NDArray[np.bool_]:
        """Return the next bits, the lowest of a byte first."""
        octets = self._octets(count)
        return np.unpackbits(octets, count=count, bitorder="little").view(np.bool_)

    def values(self, count: int, width: int) -> IntArray:
        """Return the next numbers, int64 [count].

        Args:
            count: how many.
            width: bits of each.
        """
        octets = np.concatenate([self._octets(count * width), np.zeros(3, np.uint8)]).astype(np.int64)
        # The first bit of each number, and the four bytes from the one it lies in: int64 [count].
        first_bit = np.arange(count) * width
        # A number and the bits before it in its byte fit four bytes: STATE_LIMIT needs 19 bits.
        windows = octets[:-3] | octets[1:-2] << 8 | octets[2:-1] << 16 | octets[3:] << 24
        if not width:
            return np.zeros(count, np.int64)
        return windows[first_bit >> 3] >> (first_bit & 7) & (1 << width) - 1

    def _octets(self, bits: int) -> NDArray[np.uint8]:
        octets = np.frombuffer(self.take((bits + 7) // 8), np.uint8)
        _demand(bits % 8 == 0 or octets[-1] >> bits % 8 == 0, "bits are set that nothing uses")
        return octets


def _to_bytes(bits: NDArray[np.uint8] | NDArray[np.bool_]) -> bytes:
    return np.packbits(bits, bitorder="little").tobytes()


def _bits(values: NDArray[np.integer[Any]], width: int) -> NDArray[np.uint8]:
    """Return the bits of each value, the lowest first; uint8 [values, width]."""
    return (values[:, None] >> np.arange(width) & 1).astype(np.uint8)
