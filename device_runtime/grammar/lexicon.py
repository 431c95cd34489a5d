"""Lists of codes, one a line, compiled to minimal automata; counts beside the codes become penalties."""

from __future__ import annotations

import codecs
import io
import re

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import LONGEST_CODE, PENALTY_STEP_NATS, Automaton
from device_runtime.grammar.minimize import minimize

# What is compiled in seconds and in less than 1 GB.
CODE_LIMIT = 1_000_000
_NODE_LIMIT = 10_000_000
# So that the sum over all the codes stays exact in int64.
_COUNT_DIGITS = 12
_LONGEST_ENTRY = 1_000

IntArray = NDArray[np.int64]


def compile_lexicon(data: bytes, where: str, alphabet: str, separators: str) -> Automaton:
    """Compile a list of codes, one a line, each with a count behind a tab or comma or none with any.

    Empty lines and what follows '#' are skipped, codes may repeat. Without counts every code costs nothing. With them
    P(code) = (count + 1) / sum of (count + 1), and each arc costs -log of its share, rounded to PENALTY_STEP_NATS.

    Args:
        data: the list, UTF-8.
        where: how to call the list in messages.
        alphabet: characters of codes.
        separators: characters that may stand between two of them.

    Raises:
        GrammarError: a line is no code, with its number; the list has no codes, or more than CODE_LIMIT.
    """
    codes, counts = _parse(data, where, alphabet, separators)
    symbols = alphabet + separators
    # One row a code: index of each symbol + 1, then zeros; as byte strings they sort and compare at once.
    rank = {ord(char): chr(index + 1) for index, char in enumerate(symbols)}
    width = max(map(len, codes))
    ranked = np.array([code.translate(rank).encode("latin-1") for code in codes], dtype=f"S{width}")
    # Distinct codes in order, and the sum of the counts of each, int64 [codes].
    distinct, index = np.unique(ranked, return_inverse=True)
    total = np.zeros(len(distinct), np.int64)
    if counts is not None:
        np.add.at(total, index.reshape(-1), np.array(counts, np.int64))
    rows = distinct.view(np.uint8).reshape(len(distinct), width)
    return _compile(rows, total + 1 if counts is not None else None, where, symbols)


def _parse(data: bytes, where: str, alphabet: str, separators: str) -> tuple[list[str], list[int] | None]:
    """Read the codes and their counts, in the order of the list.

    Returns:
        The codes, and a count for each or None where the list has no counts.
    """
    chars, marks = re.escape(alphabet), re.escape(separators)
    pattern = re.compile(rf"([{chars}]+(?:[{marks}][{chars}]+)*)\s*(?:[,\t]\s*([0-9]+)\s*)?", re.ASCII)
    codes: list[str] = []
    counts: list[int] = []
    for number, line in enumerate(io.BytesIO(data.removeprefix(codecs.BOM_UTF8)), start=1):
        try:
            entry = line.decode().partition("#")[0].strip()
        except UnicodeDecodeError:
            raise GrammarError(f"{where}, line {number}: no text in UTF-8; a lexicon has one code a line") from None
        if not entry:
            continue
        # Matching takes the square of the length where there are many tabs.
        found = pattern.fullmatch(entry) if len(entry) <= _LONGEST_ENTRY else None
        if found is None:
            raise GrammarError(f"{where}, line {number}: {_short(entry)} is no code{_wanted(alphabet, separators)}")
        code, count = found.groups()
        if len(code) > LONGEST_CODE:
            raise GrammarError(f"{where}, line {number}: a code has at most {LONGEST_CODE} characters")
        if (count is not None) != bool(counts) and codes:
            missing = "no count" if count is None else "a count"
            raise GrammarError(f"{where}, line {number}: {missing}, unlike the codes before; all have one, or none")
        codes.append(code)
        if count is not None:
            if len(count) > _COUNT_DIGITS:
                raise GrammarError(f"{where}, line {number}: a count has at most {_COUNT_DIGITS} digits")
            counts.append(int(count))
        if len(codes) > CODE_LIMIT:
            raise GrammarError(f"{where} has more than {CODE_LIMIT} codes; use a shorter list, or a pattern")
    if not codes:
        raise GrammarError(f"{where} has no codes; give it one a line")
    return codes, counts or None


def _wanted(alphabet: str, separators: str) -> str:
    allowed = "digits" if alphabet == "0123456789" else f"characters of {alphabet}"
    marks = " or ".join(f"'{separator}'" for separator in separators)
    return f"; one is {allowed}, {marks} only between two, and a count only behind a tab or comma"


def _short(entry: str) -> str:
    shown = ascii(entry)
    return shown if len(shown) <= 42 else shown[:38] + "...'"


def _compile(rows: NDArray[np.uint8], mass: IntArray | None, where: str, symbols: str) -> Automaton:
    """Build the trie of all codes layer by layer, and minimize it.

    Args:
        rows: uint8 [codes, longest], sorted and distinct: index of each symbol + 1, zeros behind a code's end.
        mass: int64 [codes], for the penalties; None for codes without counts.
        where: how to call the list in messages.
        symbols: the alphabet and the separators.
    """
    length = np.count_nonzero(rows, axis=1)
    # How many characters a code shares with the one before it: the nodes of its further prefixes are new.
    differs = rows[1:] != rows[:-1]
    shared = np.concatenate([[0], np.where(differs.any(axis=1), differs.argmax(axis=1), rows.shape[1])])
    nodes = 1 + int((length - shared).sum())
    if nodes > _NODE_LIMIT:
        raise GrammarError(f"{where} has more than {_NODE_LIMIT} different beginnings of codes; use a shorter list")

    end_penalty = np.full(nodes, np.inf, np.float32)
    pieces = []  # of each layer: sources, symbols, destinations and penalties of its arcs
    node = np.zeros(len(rows), np.int32)  # of each code's prefix of the present length
    node_mass = _masses(node, mass)  # of each node of the layer, by the number of the node
    here = np.arange(len(rows))  # codes that are at least that long
    used = 1  # nodes so far
    for depth in range(rows.shape[1] + 1):
        # Codes of this length end in their node.
        ends = here[length[here] == depth]
        if mass is None:
            end_penalty[node[ends]] = 0
        else:
            end_penalty[node[ends]] = _share(mass[ends], node_mass[node[ends]])
        here = here[length[here] > depth]
        if not len(here):
            break
        # Each prefix that no code before has gets a node and an arc to it.
        new = shared[here] <= depth
        first = here[new]
        source = node[first]
        node[here] = used + np.cumsum(new) - 1
        penalty = np.zeros(len(first), np.float32)
        if mass is not None:
            source_mass, node_mass = node_mass[source], _masses(node[here], mass[here])
            penalty = _share(node_mass[node[first]], source_mass)
        pieces.append((source, rows[first, depth].astype(np.int32) - 1, node[first], penalty))
        used += len(first)
    sources, labels, destinations, penalties = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return minimize(symbols, sources, labels, destinations, penalties, end_penalty)


def _masses(node: NDArray[np.int32], mass: IntArray | None) -> IntArray:
    """Add up the masses of the codes at each node."""
    if mass is None:
        return np.zeros(0, np.int64)
    total = np.zeros(int(node.max()) + 1, np.int64)
    np.add.at(total, node, mass)
    return total


def _share(part: IntArray, whole: IntArray) -> NDArray[np.float32]:
    """Return -log(part / whole) in whole steps."""
    steps = np.rint((np.log(whole) - np.log(part)) / PENALTY_STEP_NATS)
    return (steps * PENALTY_STEP_NATS).astype(np.float32)
