"""How far two recognisers together believe codes."""

from __future__ import annotations

from collections.abc import Sequence

from device_runtime.exact import sum_in_order

# What a recogniser leaves to a code that it does not see at all, and to whatever else stands there.
_LEAST = 1e-6


def together(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Posteriors of codes by both recognisers: the geometric mean, shared out over the codes and whatever else it is.

    Source: Hinton, "Products of experts", 1999: a code that one of them rules out is believed by neither.

    Args:
        ours: posteriors of the codes by our net.
        theirs: those by the other recogniser.
    """
    both = [(max(a, _LEAST) * max(b, _LEAST)) ** 0.5 for a, b in zip(ours, theirs, strict=True)]
    rest = (_rest(ours) * _rest(theirs)) ** 0.5
    total = sum_in_order(both) + rest
    return [mine / total for mine in both]


def _rest(posteriors: Sequence[float]) -> float:
    return max(1.0 - sum_in_order(posteriors), _LEAST)
