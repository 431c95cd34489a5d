"""Trellises as flat arrays, and the three passes over them: Viterbi both ways, and the forward score.

A trellis is a graph whose states emit one class in every column of the scanner's output. A path is in one state per
column; its penalty is the sum of its emissions, of its arcs and of its start and end. Every state may stay: it has an
arc to itself that costs nothing.

Penalties are settled first: rounded to multiples of 2^-30, so that sums below 2^22 are exact in float64. The order of
additions then does not matter, equal paths tie exactly, and a best path is traced by comparing sums for equality.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# Not infinity: inf - inf in the log-add would be NaN. Far above any sum of penalties, far below overflow.
UNREACHABLE = 1e30
_QUANTUM = 2.0**-30


def settle(penalties: ArrayLike) -> FloatArray:
    """Round penalties (nats) to multiples of 2^-30, so that their sums are exact in float64."""
    return np.rint(np.asarray(penalties, dtype=np.float64) / _QUANTUM) * _QUANTUM


@dataclass(frozen=True, eq=False)
class Trellis:
    """A graph of emitting states; build it with `build_trellis` or `join`.

    emission: int [states], the class each state emits (an index into the columns given to `emit`).
    start, final: float64 [states], penalty for being in the state in the first / last column, or UNREACHABLE.
    source, destination, penalty: [arcs], sorted by destination, then by source.
    first_in: int [states], index of each state's first incoming arc.
    by_source: int [arcs], the arcs in order of source, then of destination. first_out: as first_in, in that order.
    """

    emission: IntArray
    start: FloatArray
    final: FloatArray
    source: IntArray
    destination: IntArray
    penalty: FloatArray
    first_in: IntArray
    by_source: IntArray
    first_out: IntArray


def build_trellis(
    emission: Sequence[int],
    start: dict[int, float],
    final: dict[int, float],
    arcs: Iterable[tuple[int, int, float]],
) -> Trellis:
    """Build a trellis from its states and its arcs (source, destination, penalty in nats).

    start, final: penalty by state; a state not named cannot start or end a path. The arc from each state to itself is
    added here. At most one arc may lead from one state to another.
    """
    states = len(emission)
    stay = [(state, state, 0.0) for state in range(states)]
    source, destination, penalty = (np.array(column) for column in zip(*stay, *arcs, strict=True))
    order = np.lexsort((source, destination))
    begin, end = np.full(states, UNREACHABLE), np.full(states, UNREACHABLE)
    begin[list(start)] = settle(list(start.values()))
    end[list(final)] = settle(list(final.values()))
    classes = np.array(emission, dtype=np.intp)
    return _assemble(classes, begin, end, source[order], destination[order], settle(penalty[order]))


def join(trellises: Sequence[Trellis]) -> tuple[Trellis, IntArray]:
    """Put trellises side by side in one, without arcs between them.

    Returns the joint trellis and the index of each part's first state, int [parts].
    """
    states = np.array([len(part.emission) for part in trellises])
    arcs = np.array([len(part.source) for part in trellises])
    first_state, first_arc = np.cumsum(states) - states, np.cumsum(arcs) - arcs
    by_arc = first_state.repeat(arcs)
    arc_of_state, arc_of_arc = first_arc.repeat(states), first_arc.repeat(arcs)
    joint = Trellis(
        emission=np.concatenate([part.emission for part in trellises]),
        start=np.concatenate([part.start for part in trellises]),
        final=np.concatenate([part.final for part in trellises]),
        source=np.concatenate([part.source for part in trellises]) + by_arc,
        destination=np.concatenate([part.destination for part in trellises]) + by_arc,
        penalty=np.concatenate([part.penalty for part in trellises]),
        first_in=np.concatenate([part.first_in for part in trellises]) + arc_of_state,
        by_source=np.concatenate([part.by_source for part in trellises]) + arc_of_arc,
        first_out=np.concatenate([part.first_out for part in trellises]) + arc_of_state,
    )
    return joint, first_state


def _assemble(
    emission: IntArray,
    start: FloatArray,
    final: FloatArray,
    source: IntArray,
    destination: IntArray,
    penalty: FloatArray,
) -> Trellis:
    """Index the arcs, which come sorted by destination and source, from both sides."""
    states = np.arange(len(emission))
    by_source = np.lexsort((destination, source))
    return Trellis(
        emission=emission,
        start=start,
        final=final,
        source=source,
        destination=destination,
        penalty=penalty,
        first_in=np.searchsorted(destination, states),
        by_source=by_source,
        first_out=np.searchsorted(source[by_source], states),
    )


def emit(trellis: Trellis, columns: FloatArray) -> FloatArray:
    """What each state pays in each column: settled float64 [columns, classes] -> [columns, states]."""
    return columns.take(trellis.emission, axis=1)


def viterbi_forward(trellis: Trellis, emitted: FloatArray) -> FloatArray:
    """Penalty of the best path from the start that is in a state at a column, that column included.

    emitted: float64 [columns, states], at least one column, from `emit`. Returns float64 [columns, states].
    Source: the Viterbi transformer, LeCun et al. 1998, section VI-D.
    """
    ahead = np.empty_like(emitted)
    np.add(trellis.start, emitted[0], out=ahead[0])
    for column in range(1, len(emitted)):
        ways = ahead[column - 1].take(trellis.source)
        ways += trellis.penalty
        np.add(np.minimum.reduceat(ways, trellis.first_in), emitted[column], out=ahead[column])
    return ahead


def viterbi_backward(trellis: Trellis, emitted: FloatArray) -> FloatArray:
    """Penalty of the best path from a state at a column to the end, that column's own emission left out.

    So `viterbi_forward + viterbi_backward` is the penalty of the best whole path through a state at a column.
    Shapes as in `viterbi_forward`.
    """
    destination = trellis.destination[trellis.by_source]
    penalty = trellis.penalty[trellis.by_source]
    behind = np.empty_like(emitted)
    behind[-1] = trellis.final
    for column in range(len(emitted) - 1, 0, -1):
        ways = (behind[column] + emitted[column]).take(destination)
        ways += penalty
        np.minimum.reduceat(ways, trellis.first_out, out=behind[column - 1])
    return behind


def entries(emitted: FloatArray, ahead: FloatArray) -> IntArray:
    """The column in which the best path that is in a state at a column came into that state; 0 when it began there.

    ahead: from `viterbi_forward`. Returns int [columns, states]. Of equal paths the one that stays longest is taken.
    """
    entered = np.zeros(ahead.shape, np.intp)
    entered[1:] = (ahead[1:] - emitted[1:] != ahead[:-1]) * np.arange(1, len(ahead))[:, None]
    return np.maximum.accumulate(entered, axis=0)


def step_back(trellis: Trellis, ahead: FloatArray, entry: int, state: int) -> int:
    """The state that the best path was in before it came into a state at the column `entry`, at least 1.

    Of equal paths the one from the lowest source is taken.
    """
    last = trellis.first_in[state + 1] if state + 1 < len(trellis.first_in) else len(trellis.source)
    arcs = slice(trellis.first_in[state], last)
    sources = trellis.source[arcs]
    return int(sources[(ahead[entry - 1].take(sources) + trellis.penalty[arcs]).argmin()])


def exits(emitted: FloatArray, behind: FloatArray) -> IntArray:
    """The last column in its state of the best path that is in a state at a column; the last of all when it ends there.

    behind: from `viterbi_backward`. Returns int [columns, states]. Of equal paths the one that stays longest is taken.
    """
    last = len(behind) - 1
    left = np.full(behind.shape, last, np.intp)
    moved = behind[:-1] != emitted[1:] + behind[1:]
    left[:-1] = np.where(moved, np.arange(last)[:, None], last)
    return np.minimum.accumulate(left[::-1], axis=0)[::-1]


def step_on(trellis: Trellis, emitted: FloatArray, behind: FloatArray, leaving: int, state: int) -> int:
    """The state that the best path goes into from a state at the column `leaving`, not the last one.

    Of equal paths the one to the lowest destination is taken.
    """
    last = trellis.first_out[state + 1] if state + 1 < len(trellis.first_out) else len(trellis.source)
    arcs = trellis.by_source[trellis.first_out[state] : last]
    ends = trellis.destination.take(arcs)
    ways = behind[leaving + 1].take(ends) + emitted[leaving + 1].take(ends) + trellis.penalty.take(arcs)
    return int(ends[ways.argmin()])


def forward_scores(trellis: Trellis, emitted: FloatArray, first_state: IntArray) -> FloatArray:
    """Forward score (-log of the sum over all paths of exp(-penalty)) of each part of a joined trellis.

    emitted: float64 [columns, states], at least one column; first_state: int [parts], from `join`.
    Returns float64 [parts]; about UNREACHABLE where no path exists.
    Source: the forward scorer, LeCun et al. 1998, section VI-E; log-add with the smallest penalty factored out.
    """
    score = trellis.start + emitted[0]
    for row in emitted[1:]:
        ways = score.take(trellis.source)
        ways += trellis.penalty
        score = _log_add(ways, trellis.first_in, trellis.destination)
        score += row
    sizes = np.diff(np.append(first_state, len(score)))
    return _log_add(score + trellis.final, first_state, np.repeat(np.arange(len(sizes)), sizes))


def _log_add(values: FloatArray, first: IntArray, group: IntArray) -> FloatArray:
    """-log sum exp(-values) of each group; first: where each group begins; group: the group of each value."""
    smallest = np.minimum.reduceat(values, first)
    np.subtract(smallest.take(group), values, out=values)
    np.exp(values, out=values)
    smallest -= np.log(np.add.reduceat(values, first))
    return smallest
