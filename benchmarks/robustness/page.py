"""What the page of the robustness curves shows: a figure of small multiples, and a table in Markdown."""

from __future__ import annotations

from typing import Any

import msgspec
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from msgspec import Struct

from benchmarks.figures.blocks import Files
from benchmarks.figures.charts import BLACK, BLUE, ORANGE, plain
from benchmarks.figures.tables import Table
from benchmarks.robustness.fields import DISTURBANCES, TITLES, Disturbance
from device_runtime.errors import PosteyeError

NEUTRAL = "none"  # the name under which the undisturbed fields are kept


class Point(Struct, frozen=True):
    """One set of fields under one disturbance.

    Attributes:
        fields: Name of the set.
        disturbance: Its name, or NEUTRAL.
        level: How strong it is, in the disturbance's unit.
        count: Fields of the set.
        right: Fields that were read exactly.
        accepted: Fields whose reading was accepted.
        wrong_accepted: Fields whose reading was accepted though wrong.
    """

    fields: str
    disturbance: str
    level: float
    count: int
    right: int
    accepted: int
    wrong_accepted: int


class Measured(Struct):
    """All points so far.

    Attributes:
        count: Fields of each point.
        max_error: The error that readings are accepted at.
        points: The points.
    """

    count: int
    max_error: float
    points: list[Point]


_COLORS = (ORANGE, BLUE, BLACK)
_MARKS = ("o", "s", "^")
_COLUMNS = 4


def of_files(files: Files) -> Measured:
    """The points of the results file.

    Raises:
        PosteyeError: It holds others, or not all.
    """
    try:
        kept = msgspec.convert(files["robustness"].values, Measured)
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(f"robustness.json holds no points ({error}); measure it again") from None
    if len(kept.points) < len(TITLES) * (1 + sum(len(d.levels) for d in DISTURBANCES)):
        raise PosteyeError("robustness.json holds only some of the points; measure the rest with the same command")
    return kept


def rates_markdown(files: Files) -> str:
    """The table of the page: a disturbance and level a row, a set of fields a column."""
    points = {(p.fields, p.disturbance, p.level): p for p in of_files(files).points}
    rows = [(NEUTRAL, NEUTRAL, 0.0, "")]
    rows += [(d.title, d.name, level, f"{level:g}") for d in DISTURBANCES for level in d.levels]
    lines = []
    for title, name, level, shown in rows:
        found = [points[fields, name, level] for fields in TITLES]
        rates = [f"{100 * p.right / p.count:.1f} ({100 * p.wrong_accepted / p.count:.1f})" for p in found]
        lines.append([title, shown, *rates])
    return Table(("disturbance", "level", *TITLES.values()), lines).markdown()


def curves(files: Files) -> Figure:
    """A pair of panels a disturbance: exact above, accepted though wrong below; a line a set of fields."""
    kept = of_files(files)
    rows = -(-(len(DISTURBANCES) + 1) // _COLUMNS)
    figure = Figure(figsize=(13, 3.9 * rows), layout=ConstrainedLayoutEngine(h_pad=0.08))
    grid = figure.subplots(2 * rows, _COLUMNS, height_ratios=[2.2, 1] * rows, squeeze=False)
    worst = max([100 * p.wrong_accepted / p.count for p in kept.points] + [1.0])
    for place, disturbance in enumerate(DISTURBANCES):
        row, column = divmod(place, _COLUMNS)
        exact, wrong = grid[2 * row][column], grid[2 * row + 1][column]
        for (fields, title), color, mark in zip(TITLES.items(), _COLORS, _MARKS, strict=True):
            points = along(kept, fields, disturbance)
            levels = [level for level, _ in points]
            style: dict[str, Any] = {"color": color, "marker": mark, "ms": 4, "lw": 1.5, "label": title}
            exact.plot(levels, [100 * p.right / p.count for _, p in points], **style)
            wrong.plot(levels, [100 * p.wrong_accepted / p.count for _, p in points], **style)
        exact.set(title=disturbance.title, ylim=(-3, 103))
        wrong.set(xlabel=disturbance.unit, ylim=(-0.04 * worst, 1.08 * worst))
        for axes in (exact, wrong):
            _ticks(axes, disturbance)
        exact.tick_params(labelbottom=False)
        if column == 0:
            exact.set_ylabel("exact, %")
            wrong.set_ylabel("accepted\nthough wrong, %", fontsize=8)
    for place in range(len(DISTURBANCES), rows * _COLUMNS):
        row, column = divmod(place, _COLUMNS)
        for axes in (grid[2 * row][column], grid[2 * row + 1][column]):
            axes.set_axis_off()
        grid[2 * row][column].legend(*grid[0][0].get_legend_handles_labels(), loc="center", frameon=False, fontsize=11)
    return figure


def along(kept: Measured, fields: str, disturbance: Disturbance) -> list[tuple[float, Point]]:
    """The points of a curve by their level, the undisturbed fields at the level that does nothing."""
    found = [(p.level, p) for p in kept.points if (p.fields, p.disturbance) == (fields, disturbance.name)]
    found += [(disturbance.neutral, p) for p in kept.points if (p.fields, p.disturbance) == (fields, NEUTRAL)]
    return sorted(found, key=lambda pair: pair[0])


def _ticks(axes: Any, disturbance: Disturbance) -> None:
    levels = sorted({disturbance.neutral, *disturbance.levels})
    if disturbance.name in ("scale", "contrast"):
        axes.set_xscale("log", base=2)
    axes.set_xticks(levels, [f"{level:g}" for level in levels], fontsize=8)
    axes.minorticks_off()
    axes.axvline(disturbance.neutral, color="#888888", lw=0.7, ls=":")
    plain(axes)
