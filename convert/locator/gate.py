"""The locator's parity gate: every engine gives the same map, number for number, and the same fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from convert.backends import Backend, Scores
from device_runtime.piece.locator.decode import decode
from device_runtime.piece.locator.grid import CELL_COLUMNS, CELL_ROWS, OUTPUTS
from device_runtime.piece.locator.view import WIDTH_PX, View


@dataclass(frozen=True)
class MapPair:
    """How two backends differ.

    Attributes:
        first: The name of one.
        second: The name of the other.
        max_lsb: Largest difference, in steps of the map's grid.
        differing: Numbers of the maps that differ.
        other_fields: Views on which other fields are found.
    """

    first: str
    second: str
    max_lsb: int
    differing: int
    other_fields: int


@dataclass(frozen=True)
class MapReport:
    """The outcome of the gate.

    Attributes:
        views: How many were compared.
        numbers: Of all their maps together.
        fields: That were found on them.
        backends: Name and version of each.
        pairs: Every two of them.
    """

    views: int
    numbers: int
    fields: int
    backends: tuple[tuple[str, str], ...]
    pairs: tuple[MapPair, ...]

    @property
    def holds(self) -> bool:
        """Not one number differs."""
        return not any(pair.differing or pair.other_fields for pair in self.pairs)


def unfold_map(head: NDArray[np.int8]) -> Scores:
    """A map int8 [n, OUTPUTS, 15, 20] as scores [n, cells, OUTPUTS]."""
    return head.reshape(len(head), OUTPUTS, -1).transpose(0, 2, 1)


def compare_maps(
    backends: Sequence[Backend],
    views: NDArray[np.uint8],
    grid: tuple[float, int],
    advance: Callable[[str], None],
) -> MapReport:
    """Compare every pair of backends on views.

    Args:
        backends: At least two.
        views: uint8 [n, 240, 320].
        grid: Scale and zero point of the map.
        advance: Called with the name of a backend before it runs.
    """
    maps, fields = {}, {}
    for backend in backends:
        advance(f"{backend.name} {backend.version}")
        maps[backend.name] = backend.run(views).reshape(len(views), CELL_ROWS, CELL_COLUMNS, OUTPUTS)
        fields[backend.name] = [
            decode(cells, *grid, View(view, False, WIDTH_PX, (1.0, 1.0), 0, 0)).fields
            for cells, view in zip(maps[backend.name], views, strict=True)
        ]
    pairs = []
    for first, second in combinations(maps, 2):
        away = np.abs(maps[first].astype(np.int16) - maps[second])
        others = sum(a != b for a, b in zip(fields[first], fields[second], strict=True))
        pairs.append(MapPair(first, second, int(away.max()), int((away > 0).sum()), others))
    one = next(iter(fields.values()))
    return MapReport(
        len(views),
        next(iter(maps.values())).size,
        sum(map(len, one)),
        tuple((backend.name, backend.version) for backend in backends),
        tuple(pairs),
    )


def table(report: MapReport) -> str:
    """The report as text for a terminal."""
    lines = [f"{report.views:,} views, {report.numbers:,} numbers, {report.fields:,} fields", ""]
    lines += [f"{name:<18}{version}" for name, version in report.backends]
    lines += ["", f"{'pair':<37}{'max LSB':>8}{'differing':>11}{'other fields':>14}"]
    for pair in report.pairs:
        verdict = "   FAILS" if pair.differing or pair.other_fields else ""
        lines.append(
            f"{pair.first:<18} {pair.second:<18}{pair.max_lsb:>8}{pair.differing:>11,}{pair.other_fields:>14}{verdict}"
        )
    return "\n".join(lines)
