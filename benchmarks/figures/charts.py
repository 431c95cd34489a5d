"""Charts by Matplotlib; the same values give the same file, byte for byte."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Told apart by people who see no red or no green. Source: Okabe and Ito, "Color universal design", 2008.
BLACK, BLUE, LIGHT_BLUE, ORANGE, VERMILION = "#000000", "#0072b2", "#56b4e9", "#e69f00", "#d55e00"
GRAY = "#999999"
_GRID, _INTERVAL = "#e4e4e4", "#333333"
_BAR_IN, _GAP_IN = 0.15, 0.12  # height of a bar, and of the gap between two groups
_STYLE: Any = {
    "font.family": ["DejaVu Sans"],  # comes with Matplotlib
    "svg.fonttype": "path",  # no other font takes its place where the file is shown
    "svg.hashsalt": "posteye",
}


@dataclass(frozen=True)
class Bars:
    """One bar in every group of a chart.

    Attributes:
        name: For the legend.
        color: Of the bars.
        values: One a group; None leaves the bar out.
        intervals: Lower and upper end of each value's interval; empty where no intervals are drawn.
    """

    name: str
    color: str
    values: Sequence[float | None]
    intervals: Sequence[tuple[float, float] | None] = ()


def grouped_bars(groups: Sequence[str], bars: Sequence[Bars], label: str, log: bool = False) -> Figure:
    """Horizontal bars with their values behind them, a group of bars a row.

    Args:
        groups: The words beside the groups, from the top.
        bars: The bars of every group, from the top.
        label: What the values are, with their unit.
        log: Draw a logarithmic scale; all values are above 0.
    """
    group_in = _BAR_IN * len(bars) + _GAP_IN
    figure = Figure(figsize=(8.4, 1.1 + group_in * len(groups)), layout="constrained")
    axes = figure.subplots()
    known = [value for one in bars for value in one.values if value is not None]
    if log and known:
        axes.set(xscale="log", xlim=(0.6 * min(known), 1.8 * max(known)))
        axes.xaxis.set_major_formatter("{x:,g}")
    elif known:
        axes.set_xlim(0, 1.1 * max(known))
    step = _BAR_IN / group_in  # from bar to bar, where groups lie 1 apart
    for place, one in enumerate(bars):
        rows = [row for row, value in enumerate(one.values) if value is not None]
        values = [value for value in one.values if value is not None]
        heights = [row + (place - (len(bars) - 1) / 2) * step for row in rows]
        axes.barh(heights, values, 0.92 * step, color=one.color, label=one.name)
        for row, y, value in zip(rows, heights, values, strict=True):
            interval = one.intervals[row] if one.intervals else None
            if interval:
                axes.plot(interval, (y, y), color=_INTERVAL, lw=0.9)
            end = interval[1] if interval else value
            axes.annotate(
                short(value), (end, y), (3, -0.5), textcoords="offset points", va="center_baseline", fontsize=7.5
            )
    axes.set_yticks(range(len(groups)), groups, fontsize=9)
    axes.set_ylim(max(len(groups), 1) - 0.5, -0.5)
    axes.set_xlabel(label)
    plain(axes, "x")
    if known:
        figure.legend(loc="outside upper center", ncols=len(bars), frameon=False, fontsize=9)
    return figure


def plain(axes: Axes, grid: str = "both") -> None:
    """Two axes in place of a frame, and a light grid behind what is drawn: of "x", "y" or "both"."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=_GRID, lw=0.6)  # type: ignore[arg-type]


def short(value: float) -> str:
    """A value for people: three digits or so, and large ones whole."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:,.0f}"


def svg(figure: Figure) -> str:
    """A figure on white as SVG, its words as outlines."""
    written = io.StringIO()
    with matplotlib.rc_context(_STYLE):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return written.getvalue()


def png(figure: Figure, dpi: int = 120) -> bytes:
    """A figure on white as PNG."""
    written = io.BytesIO()
    with matplotlib.rc_context(_STYLE):
        figure.savefig(written, format="png", dpi=dpi, metadata={"Software": None}, facecolor="white")
    return written.getvalue()
