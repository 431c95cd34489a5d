"""Regular expressions over a small alphabet, compiled to minimal automata.

Syntax is parsed by Python's own parser of regular expressions, so that a pattern means here what it means in `re`, and
a broken one is reported with Python's words and position. The automaton is built here, under a limit: a short pattern
can need an exponential number of states, and must end in an error, not in a hang.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from re import _parser as re_parser  # type: ignore[attr-defined]
from typing import Any

import numpy as np

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import LONGEST_CODE, Automaton
from device_runtime.grammar.minimize import all_texts, intersect

STATE_LIMIT = 5_000
# A state of the automaton stands for a set of nodes; this bounds the sizes of all the sets together.
_NODES_LIMIT = 300_000
# Parsing takes time by the length; what STATE_LIMIT states can hold is shorter.
_LONGEST_PATTERN = 20_000
# Made of characters that other constructs need, so only the parsed pattern shows them.
_NAMES = {
    re_parser.AT: "'^' outside a class",
    re_parser.POSSESSIVE_REPEAT: "a possessive repetition ('?+', '*+', '++')",
}


def compile_pattern(pattern: str, alphabet: str, separators: str) -> Automaton:
    r"""Compile a regular expression that must match the whole text, and keep its texts of at most LONGEST_CODE.

    Args:
        pattern: the expression, in the subset of Python's syntax that Grammar.from_pattern describes.
        alphabet: what `\d` and a negated class choose from.
        separators: other characters that may stand in the pattern.

    Raises:
        GrammarError: the pattern is broken, has a character or construct outside the subset, matches nothing, is too
            long
            or nested too deeply, or needs more than STATE_LIMIT states.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise GrammarError(
            f"pattern {quote(pattern)} has more than {_LONGEST_PATTERN} characters; put a list of codes into a lexicon"
        )
    _check_characters(pattern, alphabet, separators)
    try:
        nodes = _parse(pattern, alphabet, separators)
    except RecursionError:
        raise GrammarError(f"pattern {quote(pattern)} is nested too deeply; use fewer brackets") from None
    automaton = _determinize(nodes)
    if not automaton.final.any():
        raise GrammarError(f"pattern {quote(pattern)} matches nothing; give it at least one code")
    automaton = intersect(automaton, all_texts(nodes.symbols))
    if not automaton.final.any():
        raise GrammarError(f"pattern {quote(pattern)} matches only codes of more than {LONGEST_CODE} characters")
    if automaton.states > STATE_LIMIT:
        raise _too_large(pattern)
    return automaton


def _parse(pattern: str, alphabet: str, separators: str) -> _Nodes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # "possible nested set": the set is refused below anyway
            tree = re_parser.parse(pattern)
    except re.error as error:
        raise GrammarError(f"pattern {quote(pattern)} is broken: {error}") from None
    except OverflowError:
        raise _too_large(pattern) from None
    nodes = _Nodes(pattern, alphabet, separators)
    nodes.add_sequence(tree, nodes.entry, nodes.exit)
    return nodes


def quote(text: str) -> str:
    """Quote a pattern for a message of one line: shortened when long, backslashes as the user wrote them."""
    short = text if len(text) <= 60 else text[:57] + "..."
    return f"'{short}'" if short.isprintable() else ascii(short)


def _check_characters(pattern: str, alphabet: str, separators: str) -> None:
    """Name the first character that no pattern of the subset contains."""
    escaped = False
    for position, char in enumerate(pattern):
        # All ten digits, for they stand in repetitions too; one that is not in the alphabet is found when parsed.
        fine = char in (r"d- " if escaped else alphabet + separators + r"0123456789\[](){}|?*+,^:")
        if not fine:
            shown = "\\" + char if escaped else char
            raise _unusable(pattern, f"{quote(shown)} at position {position - escaped}", alphabet, separators)
        escaped = char == "\\" and not escaped


def _unusable(pattern: str, what: str, alphabet: str, separators: str) -> GrammarError:
    allowed = ", ".join([alphabet, *(f"'{separator}'" for separator in separators), r"\d"])
    return GrammarError(
        f"pattern {quote(pattern)}: {what} cannot be used; allowed are {allowed}, [...], (...), | and ? * + {{m,n}}"
    )


def _too_large(pattern: str) -> GrammarError:
    return GrammarError(
        f"pattern {quote(pattern)} needs more than {STATE_LIMIT} states; use smaller repetitions or fewer choices"
    )


class _Nodes:
    r"""A non-deterministic automaton with epsilon arcs, built from the parsed pattern by Thompson's construction.

    Args:
        pattern: as the user wrote it, for messages.
        alphabet: what `\d` and a negated class choose from.
        separators: other characters that may stand in the pattern.

    Attributes:
        epsilon: of each node, the nodes that an arc without a symbol leads to.
        arcs: of each node, sets of symbols and the node that they lead to.
        entry: the initial node.
        exit: the only final node.

    Source: K. Thompson, "Regular expression search algorithm", 1968.
    """

    def __init__(self, pattern: str, alphabet: str, separators: str) -> None:
        self.pattern = pattern
        self.alphabet = alphabet
        self.separators = separators
        self.symbols = alphabet + separators
        self.epsilon: list[list[int]] = []
        self.arcs: list[list[tuple[frozenset[int], int]]] = []
        self.entry = self._new()
        self.exit = self._new()

    def _new(self) -> int:
        # A chain of n characters needs n + 2 nodes; groups and repetitions add some.
        if len(self.epsilon) > 4 * STATE_LIMIT:
            raise _too_large(self.pattern)
        self.epsilon.append([])
        self.arcs.append([])
        return len(self.epsilon) - 1

    def add_sequence(self, tree: Any, entry: int, leave: int) -> None:
        """Add what a parsed sequence matches as paths between two nodes.

        Args:
            tree: the sequence, as Python's parser gives it.
            entry: node where the paths begin.
            leave: node where they end.
        """
        items = list(tree)
        for index, (operation, value) in enumerate(items):
            after = leave if index == len(items) - 1 else self._new()
            self._add_item(operation, value, entry, after)
            entry = after
        if not items:
            self.epsilon[entry].append(leave)

    def _add_item(self, operation: Any, value: Any, entry: int, leave: int) -> None:
        if operation is re_parser.LITERAL:
            self.arcs[entry].append((frozenset([self._symbol(value)]), leave))
        elif operation is re_parser.NOT_LITERAL:
            self.arcs[entry].append((self._others([self._symbol(value)]), leave))
        elif operation is re_parser.IN:
            self.arcs[entry].append((self._choice(value), leave))
        elif operation is re_parser.BRANCH:
            for branch in value[1]:
                self.add_sequence(branch, entry, leave)
        elif operation is re_parser.SUBPATTERN:
            self.add_sequence(value[3], entry, leave)
        elif operation in (re_parser.MAX_REPEAT, re_parser.MIN_REPEAT):
            least, most, body = value
            self._repeat(least, most, body, entry, leave)
        else:
            raise self._unusable(_NAMES.get(operation, "a conditional group"))

    def _repeat(self, least: int, most: Any, body: Any, entry: int, leave: int) -> None:
        if body.getwidth()[0] == 0:
            least = 0  # the same language, and no long chains of epsilon arcs
        unbounded = most is re_parser.MAXREPEAT
        for _ in range(least - 1 if unbounded else least):
            entry = self._add_copy(body, entry)
        if unbounded:
            again = self._new()
            self.epsilon[entry].append(again)
            entry = self._add_copy(body, again)
            self.epsilon[entry].append(again)
            if least == 0:
                self.epsilon[again].append(leave)
        else:
            for _ in range(most - least):
                self.epsilon[entry].append(leave)
                entry = self._add_copy(body, entry)
        self.epsilon[entry].append(leave)

    def _add_copy(self, body: Any, entry: int) -> int:
        leave = self._new()
        self.add_sequence(body, entry, leave)
        return leave

    def _symbol(self, codepoint: int) -> int:
        char = chr(codepoint)
        if char not in self.symbols:
            position = self.pattern.find(char)
            raise self._unusable(f"{quote(char)} " + ("in a range" if position < 0 else f"at position {position}"))
        return self.symbols.index(char)

    def _unusable(self, what: str) -> GrammarError:
        return _unusable(self.pattern, what, self.alphabet, self.separators)

    def _choice(self, items: Iterable[tuple[Any, Any]]) -> frozenset[int]:
        chosen: list[int] = []
        negated = False
        for operation, value in items:
            if operation is re_parser.NEGATE:
                negated = True
            elif operation is re_parser.LITERAL:
                chosen.append(self._symbol(value))
            elif operation is re_parser.RANGE:
                chosen.extend(self._symbol(codepoint) for codepoint in range(value[0], value[1] + 1))
            else:  # \d: every other class of characters was refused before parsing
                chosen.extend(i for i, char in enumerate(self.alphabet) if char.isdecimal())
        return self._others(chosen) if negated else frozenset(chosen)

    def _others(self, chosen: list[int]) -> frozenset[int]:
        return frozenset(range(len(self.alphabet))) - frozenset(chosen)

    def closure(self, nodes: Iterable[int]) -> frozenset[int]:
        """Return the nodes and all that epsilon arcs lead to."""
        reached = set(nodes)
        waiting = list(reached)
        while waiting:
            for node in self.epsilon[waiting.pop()]:
                if node not in reached:
                    reached.add(node)
                    waiting.append(node)
        return frozenset(reached)


def _determinize(nodes: _Nodes) -> Automaton:
    """Make the automaton deterministic by subset construction, breadth first, under both limits.

    Returns:
        An automaton that may have cycles, and states from which no final one is reached.

    Source: M. Rabin and D. Scott, "Finite automata and their decision problems", 1959.
    """
    # A state is a set of nodes; the list grows while it is walked.
    sets = [nodes.closure([nodes.entry])]
    number = {sets[0]: 0}
    arcs: list[tuple[int, int, int]] = []
    members_seen = 0
    for state, members in enumerate(sets):
        members_seen += len(members)
        if len(sets) > STATE_LIMIT or members_seen > _NODES_LIMIT:
            raise _too_large(nodes.pattern)
        # The nodes that each symbol leads to, from any node of the set.
        targets: dict[int, set[int]] = {}
        for member in sorted(members):
            for symbols, target in nodes.arcs[member]:
                for symbol in symbols:
                    targets.setdefault(symbol, set()).add(target)
        # Their closures are states, new ones or known ones.
        for symbol in sorted(targets):
            reached = nodes.closure(targets[symbol])
            if reached not in number:
                number[reached] = len(sets)
                sets.append(reached)
            arcs.append((state, symbol, number[reached]))
    # The arcs as arrays, int32 [arcs] each; a state with the exit among its nodes is final.
    source, symbol_index, destination = np.array(arcs, dtype=np.int32).reshape(-1, 3).T
    end_penalty = np.where([nodes.exit in members for members in sets], np.float32(0), np.float32(np.inf))
    penalty = np.zeros(len(arcs), np.float32)
    return Automaton(nodes.symbols, source, symbol_index, destination, penalty, end_penalty)
