"""The page of the robustness curves: a figure of small multiples in SVG, and a table in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from msgspec import Struct

from benchmarks.charts import BLUE, GREY, ORANGE, save_svg
from benchmarks.robustness_fields import DISTURBANCES, PAPER, WRITING, Disturbance, FieldSet
from device_runtime.errors import PosteyeError

NEUTRAL = "none"  # the name under which the undisturbed fields are kept


class Origin(Struct, frozen=True):
    """What points were measured with; sha256: of the model."""

    bundle: str
    sha256: str
    count: int
    seed: int
    max_error: float


class Point(Struct, frozen=True):
    """One set of fields under one disturbance: how many were read exactly, accepted, and accepted though wrong."""

    fields: str
    disturbance: str
    level: float
    count: int
    right: int
    accepted: int
    wrong_accepted: int


class Measured(Struct):
    """All points so far and what they were measured with."""

    origin: Origin
    points: list[Point]


_HEAD = f"""# Robustness

Single MNIST test digits, five of them by one writer side by side (the *clean* strings of
[benchmarks.md](benchmarks.md)), and five printed digits (the fonts of train/typeset.py), disturbed one way at a time.
Digits are 20 px tall, paper has grey level {PAPER} and ink {WRITING}; every field then takes the reader's whole path.

* **Salt and pepper**: each pixel is inverted with the probability given. **Gaussian noise**, **blur**: by their sigma.
* **Contrast**: paper and ink are drawn towards the grey between them.
* **Scale of the image**: the field gets fewer or more pixels. **Writing in a larger field**: paper is added all around,
  so that at 2 the digits fill half as much of the field's height as at 1.
* **Rotation**: about the middle of the field, which grows so that nothing is cut off.
"""

_PAPER_1998 = """
## Beside the paper

The paper gives no error rates under disturbance. It estimates that LeNet-5 bears scale by a factor of about 2,
vertical shift by half a character and rotation by 30 degrees, and shows single digits with a tenth of the pixels
inverted (Fig. 13) to a net that was trained with such noise. The figures to hold beside it are salt and pepper at 0.1,
writing in a larger field at 2, and rotation. posteye was not trained with inverted pixels, and it normalises the whole
field first: its height, slant and base line are measured, so that shift and scale cost little until measuring fails.
"""
_COLOURS = (ORANGE, BLUE, GREY)
_MARKS = ("o", "s", "^")
_COLUMNS = 4


def write_page(kept: Measured, sets: Sequence[FieldSet], page: Path) -> None:
    """Write the page, and the figure beside it with the suffix .svg; raises PosteyeError when a file cannot be."""
    figure = page.with_suffix(".svg")
    origin = kept.origin
    parts = [
        _HEAD,
        f"\n{origin.count} fields a point, seed {origin.seed}, bundle {origin.bundle}. Written by\n"
        f"`python -m benchmarks.robustness --writers QMNIST --count {origin.count} --results RESULTS.json\n"
        f"--page {page}`.\n",
        f"\n![Exact and wrongly accepted against each disturbance]({figure.name})\n",
        f"\nAccepted though wrong: share of all fields, at the reader's threshold for {origin.max_error:.0%} error.\n",
        "\n## Exact, %, and in brackets accepted though wrong, % of all\n\n",
        "\n".join(table(kept, sets)) + "\n",
        _PAPER_1998,
    ]
    try:
        page.write_text("".join(parts), encoding="utf-8")
    except OSError as error:
        raise PosteyeError(f"cannot write {page}: {error.strerror}") from None
    save_svg(curves(kept, sets), figure)


def table(kept: Measured, sets: Sequence[FieldSet]) -> list[str]:
    """Lines of a Markdown table: a disturbance and level a row, a set of fields a column."""
    lines = [_cells("disturbance", "level", *(fields.title for fields in sets)), _cells(*["---"] * (2 + len(sets)))]
    points = {(p.fields, p.disturbance, p.level): p for p in kept.points}
    rows = [(NEUTRAL, NEUTRAL, 0.0, "")]
    rows += [(d.title, d.name, level, f"{level:g}") for d in DISTURBANCES for level in d.levels]
    for title, name, level, shown in rows:
        found = [points[fields.name, name, level] for fields in sets]
        rates = [f"{100 * p.right / p.count:.1f} ({100 * p.wrong_accepted / p.count:.1f})" for p in found]
        lines.append(_cells(title, shown, *rates))
    return lines


def _cells(*words: str) -> str:
    return f"| {' | '.join(words)} |"


def curves(kept: Measured, sets: Sequence[FieldSet]) -> Figure:
    """A pair of panels a disturbance: exact above, accepted though wrong below; a line a set of fields."""
    rows = -(-(len(DISTURBANCES) + 1) // _COLUMNS)
    figure = Figure(figsize=(13, 3.9 * rows), layout="constrained")
    grid = figure.subplots(2 * rows, _COLUMNS, height_ratios=[2.2, 1] * rows, squeeze=False)
    worst = max([100 * p.wrong_accepted / p.count for p in kept.points] + [1.0])
    for place, disturbance in enumerate(DISTURBANCES):
        row, column = divmod(place, _COLUMNS)
        exact, wrong = grid[2 * row][column], grid[2 * row + 1][column]
        for fields, colour, mark in zip(sets, _COLOURS, _MARKS, strict=True):
            points = along(kept, fields, disturbance)
            levels = [level for level, _ in points]
            style: dict[str, Any] = {"color": colour, "marker": mark, "ms": 4, "lw": 1.5, "label": fields.title}
            exact.plot(levels, [100 * p.right / p.count for _, p in points], **style)
            wrong.plot(levels, [100 * p.wrong_accepted / p.count for _, p in points], **style)
        exact.set(title=disturbance.title, ylim=(-3, 103))
        wrong.set(xlabel=disturbance.unit, ylim=(-0.04 * worst, 1.08 * worst))
        for axes in (exact, wrong):
            _ticks(axes, disturbance)
        exact.tick_params(labelbottom=False)
        if column == 0:
            exact.set_ylabel("exact, %")
            wrong.set_ylabel("accepted\nthough wrong, %")
    for place in range(len(DISTURBANCES), rows * _COLUMNS):
        row, column = divmod(place, _COLUMNS)
        for axes in (grid[2 * row][column], grid[2 * row + 1][column]):
            axes.set_axis_off()
        grid[2 * row][column].legend(*grid[0][0].get_legend_handles_labels(), loc="center", frameon=False, fontsize=11)
    return figure


def along(kept: Measured, fields: FieldSet, disturbance: Disturbance) -> list[tuple[float, Point]]:
    """The points of a curve by their level, the undisturbed fields at the level that does nothing."""
    found = [(p.level, p) for p in kept.points if (p.fields, p.disturbance) == (fields.name, disturbance.name)]
    found += [(disturbance.neutral, p) for p in kept.points if (p.fields, p.disturbance) == (fields.name, NEUTRAL)]
    return sorted(found, key=lambda pair: pair[0])


def _ticks(axes: Any, disturbance: Disturbance) -> None:
    levels = sorted({disturbance.neutral, *disturbance.levels})
    if disturbance.name in ("scale", "contrast"):
        axes.set_xscale("log", base=2)
    axes.set_xticks(levels, [f"{level:g}" for level in levels], fontsize=8)
    axes.minorticks_off()
    axes.grid(color="#e4e4e4", lw=0.6)
    axes.axvline(disturbance.neutral, color="#888888", lw=0.7, ls=":")
    axes.spines[["top", "right"]].set_visible(False)
