"""Greatest, least and total values in the square window around each block of a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", bound=np.generic)


def most(values: NDArray[Value], side: int) -> NDArray[Value]:
    """The greatest value in the window of `side` blocks around each, an odd number, the edge repeated: as given."""
    return _slide(_slide(values, side, np.maximum).T, side, np.maximum).T


def least(values: NDArray[Value], side: int) -> NDArray[Value]:
    """The least value in the window of `side` blocks around each, an odd number, the edge repeated: as given."""
    return _slide(_slide(values, side, np.minimum).T, side, np.minimum).T


def total(values: NDArray[np.generic], side: int) -> NDArray[np.int32]:
    """The sum over the window of `side` blocks around each, an odd number, the edge repeated: int32 [h, w].

    Args:
        values: 0 to 255, [h, w].
        side: at most 15, so that a sum has 16 bits.
    """
    return _sums(_sums(values.astype(np.uint16), side).T, side).T.astype(np.int32)


def _sums(values: NDArray[np.uint16], side: int) -> NDArray[np.uint16]:
    """Sums of windows along columns: those of 1, 2, 4, ... rows that make up the window, one behind the other."""
    padded = np.pad(values, ((side // 2, side // 2), (0, 0)), mode="edge")
    sums, size, begin = padded, 1, 0
    whole: NDArray[np.uint16] | None = None
    while size <= side:
        if side & size:
            part = sums[begin : begin + len(values)]
            whole = part.copy() if whole is None else whole + part
            begin += size
        sums, size = sums[:-size] + sums[size:], 2 * size
    assert whole is not None
    return whole


def _slide(
    values: NDArray[Value], side: int, choose: Callable[[NDArray[Value], NDArray[Value]], NDArray[Value]]
) -> NDArray[Value]:
    """The chosen value of windows along columns: of windows of 1, 2, 4, ... rows, then of two that overlap."""
    chosen = np.pad(values, ((side // 2, side // 2), (0, 0)), mode="edge")
    size = 1
    while 2 * size <= side:
        chosen = choose(chosen[:-size], chosen[size:])
        size *= 2
    rest = side - size
    return choose(chosen[: len(chosen) - rest], chosen[rest:]) if rest else chosen
