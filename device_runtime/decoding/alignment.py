"""Aligning a code with the scanner's columns: the class that the code's best path emits in each column.

For pictures and for cutting strips into their characters. Around the code stands the best class of each column, without
the garbage model; `train.gtn.code_lattice.best_path` has the exact path.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.types import Penalties


def align(code: str, penalties: Penalties) -> NDArray[np.intp]:
    """The classes on the best path that writes a code between other writing: int [columns].

    Raises:
        ValueError: the columns are too few for the code.
    """
    alphabet, blank = penalties.alphabet, penalties.blank
    outside = len(alphabet) + 2  # what stands around the code: the best class of each column
    values = np.column_stack([penalties.values, penalties.values.min(axis=1)]).astype(np.float64)
    # The states from left to right: outside, the characters with blanks or a separator's mark between them, outside.
    states = [outside]
    for char in code:
        if char in SEPARATORS:
            states[-1] = penalties.rubbish
        else:
            states += [alphabet.index(char), blank]
    states[-1] = outside
    emitted = values[:, states]
    # A character may follow another one directly if they differ: bool [states].
    skipped = np.array([i > 2 and i % 2 == 1 and states[i] != states[i - 2] for i in range(len(states))])
    # Viterbi: lowest penalty of reaching each state, and how many states back it came from, by column.
    score = np.full(len(states), np.inf)
    score[:2] = emitted[0, :2]
    came = np.zeros(emitted.shape, np.intp)
    for column, row in enumerate(emitted[1:], start=1):
        ways = np.full((3, len(states)), np.inf)
        ways[0], ways[1, 1:] = score, score[:-1]
        ways[2, 2:] = np.where(skipped[2:], score[:-2], np.inf)
        came[column] = ways.argmin(axis=0)
        score = ways.min(axis=0) + row
    state = len(states) - 2 + int(score[-1] <= score[-2])
    if not np.isfinite(score[state]):
        raise ValueError(f"{len(values)} columns are too few for {code!r}")
    # Back from the end.
    path = np.empty(len(values), np.intp)
    strongest = penalties.values.argmin(axis=1)
    for column in range(len(values) - 1, -1, -1):
        path[column] = strongest[column] if states[state] == outside else states[state]
        state -= int(came[column, state])
    return path
