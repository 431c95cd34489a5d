"""The trellises of the decoder: character model o automaton o "the code may stand inside other writing".

    start                                                                       end
      |     .-> blank ---.                             .-> guard --.             ^
      |     |     ^      |                             |           v             |
      +-----+     v      +--> (code: the automaton) ---+----> rubbish, blank, ---+
            '-> rubbish -'                                    foreign numbers
                  ^
                  v
             foreign numbers

A foreign number is next to rubbish on the side of the code, so a piece of a longer number is not taken for the code.
Every class path of the scanner is at most one path of a trellis for each place at which the code can stand in it, so
that forward scores count it once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.automaton import Automaton
from device_runtime.graph import FloatArray, IntArray, Trellis, build_trellis, settle

# What a number beside the code costs, in nats: "47500" is read whole although "47" and a foreign "500" with a speck of
# rubbish between would do. A prior, not measured: one line in e^2 = 7 or so has a further number.
FOREIGN_NUMBER_PENALTY = 2.0

# The states around the code. Before it: blank, rubbish, a foreign number and the blanks inside that. After it: blanks
# that touch the code, rubbish, blanks behind that, a foreign number and the blanks inside that.
_BLANK_BEFORE, _RUBBISH_BEFORE, _NUMBER_BEFORE, _GAP_BEFORE = range(4)
GUARD, RUBBISH_AFTER, _BLANK_AFTER, _NUMBER_AFTER, _GAP_AFTER = range(4, 9)
FIRST_CODE_STATE = 9


@dataclass(frozen=True, eq=False)
class SpottingGraph:
    """A trellis that finds codes inside other writing, and what its states and arcs write.

    char: int [states], the class of the code's character that entering the state writes, -1 where it writes none.
    separator: the separator that going from one state to another writes before that character.
    ends: int [ends], the states in which a code may end.
    """

    trellis: Trellis
    char: IntArray
    separator: dict[tuple[int, int], str]
    ends: IntArray

    def written(self, before: int | None, state: int, alphabet: str) -> str:
        """Return what is written when a path goes from a state (None: from the start) into another."""
        char = self.char[state]
        separator = "" if before is None else self.separator.get((before, state), "")
        return separator + (alphabet[char] if char >= 0 else "")


def any_char(alphabet: str) -> int:
    """Index of the column that `emission_columns` adds: any character of the alphabet."""
    return len(alphabet) + 2


def emission_columns(values: NDArray[np.floating[Any]], alphabet: str) -> FloatArray:
    """Settle penalties [columns, classes] and add a last class, "any character": -log of the sum of probabilities.

    The sum, not the smallest penalty: which digit a foreign number holds does not matter, and forward scores over all
    classes then count each digit once.
    """
    chars = values[:, : len(alphabet)].astype(np.float64)
    smallest = chars.min(axis=1)
    total = smallest - np.log(np.exp(smallest[:, None] - chars).sum(axis=1))
    return settle(np.column_stack([values, total]))


def spotting_graph(automaton: Automaton, alphabet: str, mark_penalty: float = 0.0) -> SpottingGraph:
    """Compose the character model with an automaton and surround it with other writing.

    Character model: a character may stay; blanks may stand between two characters, and must between two equal ones.
    Where a separator stands in the code, blanks and rubbish may stand, or nothing.
    mark_penalty: what rubbish in the place of a separator costs (nats).
    """
    return _Composer(automaton, alphabet, mark_penalty).compose()


class _Composer:
    """The work of `spotting_graph`: allots states, then draws arcs."""

    def __init__(self, automaton: Automaton, alphabet: str, mark_penalty: float) -> None:
        self.automaton = automaton
        self.mark_penalty = mark_penalty
        self.blank, self.rubbish, foreign = len(alphabet), len(alphabet) + 1, any_char(alphabet)
        self.emission = [self.blank, self.rubbish, foreign, self.blank]
        self.emission += [self.blank, self.rubbish, self.blank, foreign, self.blank]
        self.char = [-1] * FIRST_CODE_STATE
        self.arcs = _surroundings()
        self.separator: dict[tuple[int, int], str] = {}
        # What leaves each state of the automaton: (class, destination) and (separator, destination).
        self.characters: dict[int, list[tuple[int, int]]] = {}
        self.separators: dict[int, list[tuple[str, int]]] = {}
        for source, symbol, destination in zip(
            automaton.source.tolist(), automaton.symbol.tolist(), automaton.destination.tolist(), strict=True
        ):
            text = automaton.symbols[symbol]
            if text in alphabet:
                self.characters.setdefault(source, []).append((alphabet.index(text), destination))
            else:
                self.separators.setdefault(source, []).append((text, destination))

    def compose(self) -> SpottingGraph:
        """Allot a state to each (character, node it leads to), and to the blanks and marks between; draw the arcs."""
        # In order of node, so that the characters of a single code have their states in order.
        entered = sorted({arc for arcs in self.characters.values() for arc in arcs}, key=lambda arc: arc[::-1])
        state_of = {arc: self._new(arc[0], char=arc[0]) for arc in entered}
        inner = sorted({node for _, node in entered} & set(self.characters))
        between = {node: self._new(self.blank) for node in inner}
        for node, state in between.items():
            self.arcs += [(state, state_of[arc], 0.0) for arc in self.characters[node]]
        slots = {node for arcs in self.separators.values() for _, node in arcs}
        slot_of = {node: self._slot([state_of[arc] for arc in self.characters[node]]) for node in sorted(slots)}

        ends = []
        for (char, node), state in state_of.items():
            if node in between:
                self.arcs.append((state, between[node], 0.0))
            onward = {state_of[arc]: "" for arc in self.characters.get(node, ()) if arc[0] != char}
            # The alphabet's arcs come first: of two ways to write the same, the one without a separator is kept.
            for text, after in self.separators.get(node, ()):
                for arc in self.characters[after]:
                    if arc[0] != char:
                        onward.setdefault(state_of[arc], text)
                for inside, penalty in zip(slot_of[after], (0.0, self.mark_penalty), strict=True):
                    if self.separator.setdefault((state, inside), text) == text:
                        self.arcs.append((state, inside, penalty))
            for target, text in onward.items():
                self.arcs.append((state, target, 0.0))
                if text:
                    self.separator[state, target] = text
            if self.automaton.final[node]:
                ends.append(state)
        self.arcs += [(state, after, 0.0) for state in ends for after in (GUARD, RUBBISH_AFTER)]

        begins = [state_of[arc] for arc in self.characters[0]]
        self.arcs += [(before, state, 0.0) for before in (_BLANK_BEFORE, _RUBBISH_BEFORE) for state in begins]
        start = dict.fromkeys([_BLANK_BEFORE, _RUBBISH_BEFORE, *begins], 0.0)
        start[_NUMBER_BEFORE] = FOREIGN_NUMBER_PENALTY
        final = dict.fromkeys([*range(GUARD, FIRST_CODE_STATE), *ends], 0.0)
        trellis = build_trellis(self.emission, start, final, self.arcs)
        return SpottingGraph(trellis, np.array(self.char), self.separator, np.array(ends))

    def _new(self, emission: int, char: int = -1) -> int:
        self.emission.append(emission)
        self.char.append(char)
        return len(self.emission) - 1

    def _slot(self, onward: list[int]) -> tuple[int, int]:
        """Add the place of a separator: blanks, then rubbish and blanks in any mixture. Returns its two entrances."""
        untouched, mark, gap = self._new(self.blank), self._new(self.rubbish), self._new(self.blank)
        self.arcs += [(untouched, mark, self.mark_penalty), (mark, gap, 0.0), (gap, mark, 0.0)]
        self.arcs += [(inside, state, 0.0) for inside in (untouched, mark, gap) for state in onward]
        return untouched, mark


def _surroundings() -> list[tuple[int, int, float]]:
    """Arcs among the states before the code, and among those after it."""
    arcs = [(GUARD, RUBBISH_AFTER, 0.0)]
    for blank, rubbish, number, gap in (
        (_BLANK_BEFORE, _RUBBISH_BEFORE, _NUMBER_BEFORE, _GAP_BEFORE),
        (_BLANK_AFTER, RUBBISH_AFTER, _NUMBER_AFTER, _GAP_AFTER),
    ):
        arcs += [(blank, rubbish, 0.0), (rubbish, blank, 0.0), (number, gap, 0.0), (gap, number, 0.0)]
        arcs += [(number, rubbish, 0.0), (gap, rubbish, 0.0)]
        arcs += [(outside, number, FOREIGN_NUMBER_PENALTY) for outside in (blank, rubbish)]
    return arcs


def free_trellis(alphabet: str) -> Trellis:
    """Return the trellis of all class paths, with the same prior: every number after the first costs its penalty."""
    blank, rubbish, number = len(alphabet), len(alphabet) + 1, any_char(alphabet)
    # Before any number: blank 0, rubbish 1. The first number 2 and its gaps 3. After it: rubbish 4, blank 5, a further
    # number 6 and its gaps 7.
    emission = [blank, rubbish, number, blank, rubbish, blank, number, blank]
    onward = {0: (1, 2), 1: (0, 2), 2: (3, 4), 3: (2, 4), 4: (5,), 5: (4,), 6: (7, 4), 7: (6, 4)}
    arcs = [(source, destination, 0.0) for source, targets in onward.items() for destination in targets]
    arcs += [(4, 6, FOREIGN_NUMBER_PENALTY), (5, 6, FOREIGN_NUMBER_PENALTY)]
    return build_trellis(emission, dict.fromkeys((0, 1, 2), 0.0), dict.fromkeys(range(8), 0.0), arcs)


def code_trellis(code: str, alphabet: str, mark_penalty: float = 0.0) -> tuple[Trellis, IntArray]:
    """Return the trellis of one code inside other writing, and its states that write a character, in order.

    Codes of one shape (where equal neighbours and separators stand) share their arcs; only the emissions differ.
    """
    shape = ""
    toggle = 0
    last = ""
    for char in code:
        if char not in alphabet:
            shape += char
            continue
        toggle ^= char != last
        shape += alphabet[toggle]
        last = char
    trellis, states = _shape_trellis(shape, alphabet, mark_penalty)
    emission = trellis.emission.copy()
    emission[states] = [alphabet.index(char) for char in code if char in alphabet]
    return replace(trellis, emission=emission), states


@lru_cache(maxsize=1024)
def _shape_trellis(shape: str, alphabet: str, mark_penalty: float) -> tuple[Trellis, IntArray]:
    """Build the trellis of a code that stands for all codes of its shape."""
    separators = "".join(sorted(set(shape) - set(alphabet)))
    symbols = alphabet + separators
    positions = np.arange(len(shape), dtype=np.int32)
    symbol = np.array([symbols.index(char) for char in shape], dtype=np.int32)
    automaton = Automaton(symbols, positions, symbol, positions + 1, np.arange(len(shape) + 1) == len(shape))
    graph = spotting_graph(automaton, alphabet, mark_penalty)
    return graph.trellis, np.flatnonzero(graph.char >= 0)
