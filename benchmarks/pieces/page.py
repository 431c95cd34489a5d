"""What docs/pieces.md shows of rendered pieces: goals, conditions, mistakes, and curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.figures.blocks import Files
from benchmarks.figures.charts import BLUE, ORANGE, plain
from benchmarks.figures.tables import Table
from benchmarks.pieces.conditions import CURVES, NUMBERS, WORDS
from benchmarks.pieces.figures import WITHOUT, Goal, Group, Measured, Point
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import Share
from train.evaluation.plots import Believed, draw_rejection

FIGURE = "pieces"
_GROUP_HEADS = ("exact, %", "best field", "best three", "accepted", "wrong of them")
_SIZE_IN = (3.1, 2.9)  # of a panel


def of_files(files: Files) -> Measured:
    """The figures of the results file.

    Raises:
        PosteyeError: It is missing, or holds something else.
    """
    if FIGURE not in files:
        raise PosteyeError(f"there is no results file {FIGURE}.json; measure it with python -m benchmarks.pieces")
    try:
        return msgspec.convert(files[FIGURE].values, Measured)
    except msgspec.ValidationError as error:
        raise PosteyeError(f"{FIGURE}.json holds no figures of pieces ({error}); measure it again") from None


def goals_table(goals: list[Goal]) -> Table:
    """What is asked, and what was found."""
    lines = [
        [
            goal.what,
            f"at {'least' if goal.at_least else 'most'} {100 * goal.limit:g} %",
            percent(goal.share),
            interval(goal.share),
            f"{goal.share.count} of {goal.share.of}",
            "yes" if goal.is_met else "**no**",
        ]
        for goal in goals
    ]
    return Table(("", "asked", "found, %", "95 % interval", "pieces", "met"), lines)


def goals_markdown(files: Files) -> str:
    """The goals of rendered pieces."""
    return goals_table(of_files(files).goals).markdown()


def mistakes_markdown(files: Files) -> str:
    """The codes that were accepted though wrong, by what was read for them."""
    kept = of_files(files)
    rows = [("with a code", kind, share) for kind, share in kept.mistakes.items()]
    for of, mistakes in kept.mistakes_without.items():
        rows += [(WITHOUT[of], kind, share) for kind, share in mistakes.items()]
    if not rows:
        return "No wrong code was accepted."
    lines = [[of, kind, str(share.count), percent(share), interval(share)] for of, kind, share in rows]
    return Table(("pieces", "what was accepted", "pieces", "% of them", "95 % interval"), lines).markdown()


def conditions_markdown(files: Files) -> str:
    """A row for each value of each condition."""
    kept = of_files(files)
    lines = [["all", "", str(kept.coded.exact.of), *_cells(kept.coded)]]
    titles = WORDS | NUMBERS
    for column, groups in kept.by.items():
        for place, group in enumerate(groups):
            title = titles[column] if place == 0 else ""
            lines.append([title, group.name, str(group.exact.of), *_cells(group)])
    return Table(("condition", "", "pieces", *_GROUP_HEADS), lines).markdown()


def curves(files: Files) -> Figure:
    """Exact and located in the best three along conditions, with 95 % intervals: a panel each."""
    kept = of_files(files)
    figure = Figure(figsize=(_SIZE_IN[0] * len(CURVES), _SIZE_IN[1]), layout="constrained")
    panels = figure.subplots(1, len(CURVES), sharey=True)
    for axes, column in zip(panels, CURVES, strict=True):
        points = kept.curves[column]
        _curve(axes, points, "top_3", ORANGE, "located in the best three")
        _curve(axes, points, "exact", BLUE, "read exactly")
        axes.set_xlabel(NUMBERS[column])
        plain(axes)
    panels[0].set_ylabel("pieces, %")
    panels[0].legend(frameon=False, fontsize=8)
    return figure


def rejection(files: Files) -> Figure:
    """Error against reject over the confidence of the pieces with a code."""
    kept = of_files(files)
    right = np.array([mark == "1" for mark in kept.right], np.bool_)
    figure = Figure(figsize=(5.6, 3.2), layout="constrained")
    draw_rejection(figure.subplots(), Believed(np.array(kept.confidences), right))
    return figure


def summary_text(kept: Measured) -> str:
    """The goals and the mistakes for a terminal."""
    lines = [
        f"{goal.what:<36}{goal.share.count:>6} of {goal.share.of:<6}{percent(goal.share):>6} % "
        f"({interval(goal.share)}), asked: at {'least' if goal.at_least else 'most'} {100 * goal.limit:g} %: "
        f"{'met' if goal.is_met else 'MISSED'}"
        for goal in kept.goals
    ]
    lines += [f"accepted: {percent(kept.coded.accepted)} %"]
    without = {WITHOUT[of]: mistakes for of, mistakes in kept.mistakes_without.items()}
    for of, mistakes in {"with a code": kept.mistakes, **without}.items():
        told = ", ".join(f"{kind} {share.count}" for kind, share in mistakes.items())
        lines.append(f"wrong and accepted on pieces {of}: {told or 'none'}")
    return "\n".join(lines)


def percent(share: Share) -> str:
    """A share in per cent, or a dash for one of nothing."""
    return f"{100 * share.value:.1f}" if share.of else "-"


def interval(share: Share) -> str:
    """Its 95 % interval in per cent."""
    low, high = share.interval
    return f"{100 * low:.1f} to {100 * high:.1f}" if share.of else "-"


def _cells(group: Group) -> list[str]:
    exact = f"{percent(group.exact)} ({interval(group.exact)})"
    return [exact, *(percent(share) for share in (group.top_1, group.top_3, group.accepted, group.wrong))]


def _curve(axes: Axes, points: list[Point], what: str, color: str, label: str) -> None:
    shares: list[Share] = [getattr(point, what) for point in points]
    values = [point.value for point in points]
    style: Mapping[str, Any] = {"color": color, "lw": 1.5}
    axes.plot(values, [100 * share.value for share in shares], marker="o", ms=4, label=label, **style)
    low, high = zip(*(share.interval for share in shares), strict=True)
    axes.fill_between(values, 100 * np.array(low), 100 * np.array(high), color=color, alpha=0.15, lw=0)
