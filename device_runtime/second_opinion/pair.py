"""How far two recognisers believe codes together: each code's posterior on every lattice, by its forward score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.masses import masses
from device_runtime.exact import exact_exp, sum_in_order
from device_runtime.recognition.lattice import Lattice
from device_runtime.types import Decoding

# What a recogniser leaves to a code that it does not see at all, and to whatever else stands there.
_LEAST = 1e-6


def posteriors(decoder: Decoder, lattice: Lattice, found: Decoding, codes: Sequence[str]) -> list[float]:
    """Posteriors of codes on a lattice, each by its forward score against that of the best code found.

    Args:
        decoder: of the grammar.
        lattice: of a strip.
        found: what the decoder found in it.
        codes: of the grammar, one or more, those found in other lattices among them.

    Raises:
        ValueError: one is no code of the grammar.
    """
    if not found.candidates:
        return [0.0] * len(codes)
    best = found.candidates[0]
    arcs = [_arcs(decoder, code) for code in (best.code, *codes)]
    mass = masses(decoder.graph, lattice.at(decoder.costs), arcs)
    prior = np.array([exact_exp(_log_prior(decoder, mine)) for mine in arcs])
    reference, *believed = (mass * prior).tolist()
    if not reference > 0:
        return [0.0] * len(codes)
    return [min(1.0, best.confidence * mine / reference) for mine in believed]


def _arcs(decoder: Decoder, code: str) -> tuple[int, ...]:
    arcs = decoder.graph.arcs_of(code)
    if arcs is None:
        raise ValueError(f"{code!r} is no code of the grammar")
    return arcs


def _log_prior(decoder: Decoder, arcs: Sequence[int]) -> float:
    graph = decoder.graph
    return sum_in_order(graph.gain[list(arcs)].tolist()) + float(graph.end[graph.destination[arcs[-1]]])


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
