"""The search for several distinct codes in one strip: from Viterbi scores both ways, without enumerating paths."""

from __future__ import annotations

import numpy as np

from device_runtime.grammar import SEPARATORS
from device_runtime.graph import (
    UNREACHABLE,
    FloatArray,
    emit,
    entries,
    exits,
    step_back,
    step_on,
    viterbi_backward,
    viterbi_forward,
)
from device_runtime.spotting import FIRST_CODE_STATE, GUARD, RUBBISH_AFTER, SpottingGraph

# How many places are looked at before the search gives up; a positional grammar needs a few dozen.
_PLACES = 256
_DROP_SEPARATORS = str.maketrans("", "", SEPARATORS)


def best_codes(graph: SpottingGraph, alphabet: str, columns: FloatArray, wanted: int) -> list[str]:
    r"""Find distinct codes, the best by Viterbi first; fewer than wanted when it finds no more, none if none fits.

    columns: float64 [columns, classes + 1], at least one column, from `emission_columns`.

    The penalty of the best path through a state at a column, or of the best that ends its code there, is known from
    the two Viterbi passes. Places (state, column) are visited in order of that penalty, only where it has a minimum
    along the columns, and the code of the best path through each is written down. In a positional grammar (each state
    of the automaton is reached after a fixed number of characters, as in `\d{5}` or `\d{1,8}`) the first two codes
    are exact: the second differs from the first by a character in some state or by its end. Later ones are good, not
    proven. Codes that differ in separators alone are the same writing: the better one is kept, at a tie the one
    without.
    """
    emitted = emit(graph.trellis, columns)
    ahead = viterbi_forward(graph.trellis, emitted)
    behind = viterbi_backward(graph.trellis, emitted)
    writer = _Writer(graph, alphabet, emitted, ahead, behind)
    found: dict[str, str] = {}
    for column, state, ending in _places(graph, emitted, ahead, behind):
        code = writer.before(column, state) + ("" if ending else writer.after(column, state))
        found.setdefault(code.translate(_DROP_SEPARATORS), code)
        if len(found) == wanted:
            break
    return list(found.values())


def _places(
    graph: SpottingGraph, emitted: FloatArray, ahead: FloatArray, behind: FloatArray
) -> list[tuple[int, int, bool]]:
    """List places as (column, state, whether the code ends there), in order of the best path's penalty."""
    onward = np.minimum(emitted[1:, GUARD] + behind[1:, GUARD], emitted[1:, RUBBISH_AFTER] + behind[1:, RUBBISH_AFTER])
    leave = np.append(onward, 0.0)[:, None]
    inside = np.flatnonzero(graph.char >= 0)
    state = np.concatenate([inside, graph.ends])
    through = ahead.take(inside, axis=1) + behind.take(inside, axis=1)
    penalty = np.concatenate([through, ahead.take(graph.ends, axis=1) + leave], axis=1)

    lowest = penalty < UNREACHABLE / 2
    lowest[1:] &= penalty[1:] < penalty[:-1]
    lowest[:-1] &= penalty[:-1] <= penalty[1:]
    place = np.flatnonzero(lowest)
    place = place[np.argsort(penalty.ravel()[place], kind="stable")[:_PLACES]]
    column, index = np.divmod(place, len(state))
    return list(zip(column.tolist(), state[index].tolist(), (index >= len(inside)).tolist(), strict=True))


class _Writer:
    """Writes down the code of the best path through a place, remembering the parts that paths share."""

    def __init__(
        self, graph: SpottingGraph, alphabet: str, emitted: FloatArray, ahead: FloatArray, behind: FloatArray
    ) -> None:
        self.graph = graph
        self.alphabet = alphabet
        self.emitted = emitted
        self.ahead = ahead
        self.behind = behind
        self.entered = entries(emitted, ahead)
        self.left = exits(emitted, behind)
        self.heads: dict[tuple[int, int], str] = {}
        self.tails: dict[tuple[int, int], str] = {}

    def before(self, column: int, state: int) -> str:
        """Return what the best path has written when it is in a state at a column."""
        trail = []
        head = ""
        while state >= FIRST_CODE_STATE:
            known = self.heads.get((column, state))
            if known is not None:
                head = known
                break
            entry = int(self.entered[column, state])
            source = step_back(self.graph.trellis, self.ahead, entry, state) if entry else None
            trail.append(((column, state), self.graph.written(source, state, self.alphabet)))
            if source is None:
                break
            column, state = entry - 1, source
        for place, written in reversed(trail):
            head += written
            self.heads[place] = head
        return head

    def after(self, column: int, state: int) -> str:
        """Return what the best path still writes after it is in a state at a column."""
        trail = []
        tail = ""
        while True:
            known = self.tails.get((column, state))
            if known is not None:
                tail = known
                break
            leaving = int(self.left[column, state])
            if leaving == len(self.left) - 1:
                break
            target = step_on(self.graph.trellis, self.emitted, self.behind, leaving, state)
            if target < FIRST_CODE_STATE:
                break
            trail.append(((column, state), self.graph.written(state, target, self.alphabet)))
            column, state = leaving + 1, target
        for place, written in reversed(trail):
            tail = written + tail
            self.tails[place] = tail
        return tail
