"""The tables of the page about the verifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.figures.tables import Table
from benchmarks.verifier.measure import FIGURES
from benchmarks.verifier.model import POOLINGS

_NAMES = {"exact": "exact", "at-1": "at 1 %", "at-2": "at 2 %"}
_POOLED = {"bilinear": "bilinear pooling", "plain": "plain pooling", "places": "no pooling"}


def nets_table(nets: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row a verifier: what it costs, what it reads alone, and the weight of its verdict."""
    heads = ["verifier", "weights", "MACs a character", "characters right", "doubtful ones right", "weight w"]
    lines = [
        [
            _POOLED[name],
            f"{net['weights']:,}",
            f"{net['macs'] / 1e6:.2f} M",
            f"{net['right']:.1%}",
            f"{net['right-doubtful']:.1%}",
            f"{net['weight']:g}",
        ]
        for name, net in nets.items()
    ]
    return Table(heads, lines)


def sets_table(sets: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row a set: each figure alone, and with every verifier."""
    sides = ("alone", *POOLINGS)
    heads = ["set", "fields", "doubtful", *(f"{_NAMES[key]}: {', '.join(sides)}" for key in FIGURES)]
    lines = []
    for name, of in sets.items():
        rates = [" / ".join(f"{of[side][key]:.1%}" for side in sides) for key in FIGURES]
        lines.append([name, f"{of['fields']:,}", f"{of['doubtful']:,}", *rates])
    return Table(heads, lines)


def differences_table(sets: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row a set and verifier: the differences from reading alone in percentage points, with 95 % intervals."""
    heads = ["set", "verifier", *(_NAMES[key] for key in FIGURES), "codes mended", "spoiled"]
    lines = []
    for name, of in sets.items():
        for pooling in POOLINGS:
            found = of[pooling]
            cells = []
            for key in FIGURES:
                low, high = found["intervals"][key]
                cells.append(f"{100 * found['difference'][key]:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})")
            lines.append([name, _POOLED[pooling], *cells, str(found["mended"]), str(found["spoiled"])])
    return Table(heads, lines)


def duels_table(sets: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row a set: of doubtful pairs, how many the decoder and each verifier alone decide rightly."""
    heads = ["set", "doubtful pairs", "decoder right", *(f"{_POOLED[pooling]} right" for pooling in POOLINGS)]
    lines = []
    for name, of in sets.items():
        found = [of[pooling]["duels"] for pooling in POOLINGS]
        rights = [found[0]["decoder"], *(duel["verifier"] for duel in found)]
        lines.append([name, str(found[0]["count"]), *(f"{r} ({r / max(1, found[0]['count']):.0%})" for r in rights)])
    return Table(heads, lines)
