"""The one alignment of strings: an answer with its truth, character by character."""

from __future__ import annotations

import numpy as np


def aligned(truth: str, answer: str) -> list[tuple[str, str]]:
    """Align an answer with its truth.

    Args:
        truth: What is written.
        answer: What was read. One of the truth's length is aligned character by character, whatever is wrong in it.

    Returns:
        Pairs of a character of each, with "" where one of them has nothing, with the fewest mistakes; of equal ways the
        one that substitutes rather than leaves out.

    Source: Wagner and Fischer, "The string-to-string correction problem", 1974.
    """
    if len(truth) == len(answer):
        return list(zip(truth, answer, strict=True))
    # cost[i, j]: the fewest mistakes between the first i characters of the truth and the first j of the answer.
    cost = np.add.outer(np.arange(len(truth) + 1), np.arange(len(answer) + 1))
    for row, written in enumerate(truth, start=1):
        for column, read in enumerate(answer, start=1):
            kept = cost[row - 1, column - 1] + (written != read)
            cost[row, column] = min(kept, cost[row - 1, column] + 1, cost[row, column - 1] + 1)
    # Back from the end along steps that explain the cost, substitutions first.
    pairs = []
    row, column = len(truth), len(answer)
    while row or column:
        here = cost[row, column]
        if row and column and here == cost[row - 1, column - 1] + (truth[row - 1] != answer[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((truth[row], answer[column]))
        elif row and here == cost[row - 1, column] + 1:
            row -= 1
            pairs.append((truth[row], ""))
        else:
            column -= 1
            pairs.append(("", answer[column]))
    return pairs[::-1]
