"""A lattice: the recognition graph of one strip, in the form in which the search walks through it.

A node of the lattice is a frame boundary: before, between or behind the columns. There are two walks, one in each
semiring: for the best path, over log-probabilities (-penalty), and for the sum of all paths, over weights. A character
or a gap is one array operation over all nodes at once: it takes scores [n, nodes] at its beginning to scores [n, nodes]
at its end.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device_runtime.exact import FloatArray
from device_runtime.recognition.costs import Costs
from device_runtime.recognition.semiring import Semiring

IntArray = NDArray[np.intp]

# What may stand between two characters: blanks; blanks and marks in any mixture, or nothing (a separator); the same
# with at least one mark (a separator that may be left out).
PLAIN, OPEN, MARKED = range(3)


class Walk(Protocol):
    """How to walk through a lattice in one semiring.

    Attributes:
        semiring: of all scores.
        before: float64 [nodes], score of all that may stand left of a code that begins at a node.
        after: float64 [nodes], score of all that may stand right of a code that ended at a node. What stands beside a
            code counts by the sum of its paths in either semiring.
    """

    @property
    def semiring(self) -> Semiring: ...
    @property
    def before(self) -> FloatArray: ...
    @property
    def after(self) -> FloatArray: ...

    def character(self, begins: FloatArray, chars: IntArray) -> FloatArray:
        """Write one character.

        Args:
            begins: float64 [n or 1, nodes], scores where the character may begin.
            chars: int [n], which character.

        Returns:
            float64 [n, nodes], scores where it has ended.
        """

    def character_back(self, ended: FloatArray, chars: IntArray) -> FloatArray:
        """Transpose of `character`: from completions where it has ended to completions where it begins."""

    def gap(self, ended: FloatArray, junction: int) -> FloatArray:
        """Let something stand before the next character.

        Args:
            ended: float64 [n, nodes], scores where a character has ended.
            junction: what stands there: PLAIN, OPEN or MARKED.

        Returns:
            float64 [n, nodes], scores where the next character may begin.
        """

    def gap_back(self, begins: FloatArray, junction: int) -> FloatArray:
        """Transpose of `gap`."""


class Lattice(Protocol):
    """What the search and the decoder ask of a strip.

    Attributes:
        alphabet: the characters in the order of their classes.
        nodes: how many frame boundaries there are.
        best: the walk for the best path.
        sums: the walk for the sum of all paths, in weights of the lattice's own unit.
        free_mass: of all readings whatsoever, in that unit.
        free: log mass of all readings whatsoever.
        number: the longest number on the best path of all, "" if there is none.
    """

    @property
    def alphabet(self) -> str: ...
    @property
    def nodes(self) -> int: ...
    @property
    def best(self) -> Walk: ...
    @property
    def sums(self) -> Walk: ...
    @property
    def free_mass(self) -> float: ...
    @property
    def free(self) -> float: ...
    @property
    def number(self) -> str: ...

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
