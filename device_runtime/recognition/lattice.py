"""A lattice: the recognition graph of one strip, in the form in which the search walks through it.

A node of the lattice is a frame boundary: before, between or behind the columns. Scores are log-probabilities
(-penalty), so the sum of the semiring is a ufunc: `np.maximum` for Viterbi, `np.logaddexp` for forward scores. A
character or a gap is one array operation over all nodes at once: it takes scores [n, nodes] at its beginning to scores
[n, nodes] at its end.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device_runtime.recognition.costs import Costs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# What may stand between two characters: blanks; blanks and marks in any mixture, or nothing (a separator); the same
# with at least one mark (a separator that may be left out).
PLAIN, OPEN, MARKED = range(3)


class Lattice(Protocol):
    """What the search and the decoder ask of a strip.

    Attributes:
        alphabet: the characters in the order of their classes.
        nodes: how many frame boundaries there are.
        before: float64 [nodes], log mass of all that may stand left of a code that begins at a node.
        after: float64 [nodes], log mass of all that may stand right of a code that ended at a node.
        free: log mass of all readings whatsoever.
        number: the longest number on the best path of all, "" if there is none.
    """

    @property
    def alphabet(self) -> str: ...
    @property
    def nodes(self) -> int: ...
    @property
    def before(self) -> FloatArray: ...
    @property
    def after(self) -> FloatArray: ...
    @property
    def free(self) -> float: ...
    @property
    def number(self) -> str: ...

    def character(self, add: np.ufunc, begins: FloatArray, chars: IntArray) -> FloatArray:
        """Write one character.

        Args:
            add: the semiring's sum.
            begins: float64 [n or 1, nodes], scores where the character may begin.
            chars: int [n], which character.

        Returns:
            float64 [n, nodes], scores where it has ended.
        """

    def character_back(self, add: np.ufunc, ended: FloatArray, chars: IntArray) -> FloatArray:
        """Transpose of `character`: from completions where it has ended to completions where it begins."""

    def gap(self, add: np.ufunc, ended: FloatArray, junction: int) -> FloatArray:
        """Let something stand before the next character.

        Args:
            add: the semiring's sum.
            ended: float64 [n, nodes], scores where a character has ended.
            junction: what stands there: PLAIN, OPEN or MARKED.

        Returns:
            float64 [n, nodes], scores where the next character may begin.
        """

    def gap_back(self, add: np.ufunc, begins: FloatArray, junction: int) -> FloatArray:
        """Transpose of `gap`."""

    def at(self, costs: Costs) -> Lattice:
        """The same lattice at other costs of what stands beside and in a code."""

    def evidence(self, begin: int, end: int, char: int) -> tuple[float, float]:
        """Where in the strip a character stands, and how sure it is there.

        Args:
            begin: the node where the character before it has ended.
            end: the node where it has ended itself.
            char: which character.

        Returns:
            x in px, and the character's probability there, 0..1.
        """


def running_sums(scores: FloatArray) -> FloatArray:
    """Sums of scores [..., frames] from the first node to each: [..., nodes], nodes = frames + 1."""
    sums = np.zeros((*scores.shape[:-1], scores.shape[-1] + 1))
    np.cumsum(scores, axis=-1, out=sums[..., 1:])
    return sums


def self_loop(add: np.ufunc, entered: FloatArray, sums: FloatArray) -> FloatArray:
    """Stay in a class for one or more frames.

    Args:
        add: the semiring's sum.
        entered: [..., nodes], scores where the class is entered.
        sums: [..., nodes], running sums of the class's scores.

    Returns:
        [..., nodes], scores where it has been left: add over all u < t of entered[u] + sums[t] - sums[u].
    """
    # What does not depend on t can be added up from left to right.
    ways = entered - sums
    left = np.empty_like(ways)
    left[..., 0] = -np.inf
    add.accumulate(ways[..., :-1], axis=-1, out=left[..., 1:])
    left[..., 1:] += sums[..., 1:]
    return left


def self_loop_back(add: np.ufunc, left: FloatArray, sums: FloatArray) -> FloatArray:
    """Transpose of `self_loop`: from completions where the class has been left to completions where it is entered."""
    ways = left + sums
    entered = np.empty_like(ways)
    entered[..., -1] = -np.inf
    add.accumulate(ways[..., :0:-1], axis=-1, out=entered[..., -2::-1])
    entered[..., :-1] -= sums[..., :-1]
    return entered


def marked_gap(
    add: np.ufunc, ended: FloatArray, blanks: FloatArray, marks: FloatArray, either: FloatArray
) -> FloatArray:
    """Blanks or nothing, a mark of one frame, then blanks and marks or nothing.

    Args:
        add: the semiring's sum.
        ended: [n, nodes], scores where a character has ended.
        blanks: [nodes], running sums of blank.
        marks: [frames], scores of a mark.
        either: [nodes], running sums of blank and marks together.

    Returns:
        [n, nodes], scores where the next character may begin.
    """
    unmarked = add(ended, self_loop(add, ended, blanks))
    marked = np.full_like(unmarked, -np.inf)
    marked[..., 1:] = unmarked[..., :-1] + marks
    return np.asarray(add(marked, self_loop(add, marked, either)))


def marked_gap_back(
    add: np.ufunc, begins: FloatArray, blanks: FloatArray, marks: FloatArray, either: FloatArray
) -> FloatArray:
    """Transpose of `marked_gap`."""
    marked = add(begins, self_loop_back(add, begins, either))
    unmarked = np.full_like(marked, -np.inf)
    unmarked[..., :-1] = marked[..., 1:] + marks
    return np.asarray(add(unmarked, self_loop_back(add, unmarked, blanks)))
