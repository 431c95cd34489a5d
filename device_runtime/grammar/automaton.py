"""The automaton of a grammar, as flat arrays: which codes there are, and what each costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# A postal code has at most 10 characters; this leaves room for other numbers, and bounds every search.
LONGEST_CODE = 32
# Penalties are multiples of this, so that many states are equal; exp(0.125), the worst factor, matters to no prior.
PENALTY_STEP_NATS = 0.25


@dataclass(frozen=True, eq=False)
class Automaton:
    """A deterministic automaton without cycles, minimal: no two states accept the same endings at the same penalties.

    State 0 is the initial one, every state lies on a path from it to a final state, and every arc leads to a state of a
    greater number. No path is longer than LONGEST_CODE arcs. Two automata of the same codes and penalties are equal
    array by array.

    Attributes:
        symbols: the characters that arcs can bear, the alphabet and then the separators.
        source: int32 [arcs], the state that an arc leaves; arcs are sorted by source, then symbol.
        symbol: int32 [arcs], an index into symbols.
        destination: int32 [arcs], the state that an arc enters.
        penalty: float32 [arcs], nats >= 0: -log P(symbol | what stands before it) where a prior is known, otherwise 0.
        end_penalty: float32 [states], nats for ending there; inf in a state that is not final.
    """

    symbols: str
    source: NDArray[np.int32]
    symbol: NDArray[np.int32]
    destination: NDArray[np.int32]
    penalty: NDArray[np.float32]
    end_penalty: NDArray[np.float32]

    @cached_property
    def final(self) -> NDArray[np.bool_]:
        """Whether each state is final, so that a code may end there; bool [states]."""
        return np.isfinite(self.end_penalty)

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.end_penalty)

    @property
    def weighted(self) -> bool:
        """Whether some codes cost more than others."""
        return bool(self.penalty.any() or self.end_penalty[self.final].any())

    def penalty_of(self, text: str) -> float:
        """Return what the whole text costs in nats; inf if it is no code."""
        state, total = 0, 0.0
        for char in text:
            arcs = np.flatnonzero((self.source == state) & (self.symbol == self.symbols.find(char)))
            if not len(arcs):
                return float("inf")
            state = int(self.destination[arcs[0]])
            total += float(self.penalty[arcs[0]])
        return total + float(self.end_penalty[state])

    def accepts(self, text: str) -> bool:
        """Tell whether the automaton accepts the whole text."""
        return bool(np.isfinite(self.penalty_of(text)))

    def count_codes(self) -> int:
        """Return how many codes there are, exactly."""
        # Codes that can be completed from each state; Python's integers, for 12 ** 32 overflows any other.
        codes = self.final.astype(int).tolist()
        for source, destination in zip(self.source[::-1].tolist(), self.destination[::-1].tolist(), strict=True):
            codes[source] += codes[destination]
        return codes[0]
