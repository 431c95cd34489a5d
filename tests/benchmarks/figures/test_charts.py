"""Charts: bars are as long as their values on both scales, and the same values give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation

from benchmarks.figures.charts import BLUE, GRAY, Bars, grouped_bars, png, short, svg


def chart(ours: Sequence[float | None], papers: Sequence[float | None] = (), log: bool = False) -> Figure:
    bars = [Bars("ours", BLUE, ours), Bars("the paper's", GRAY, papers)] if papers else [Bars("ours", BLUE, ours)]
    return grouped_bars([f"row {number} & more" for number in range(len(ours))], bars, "error, %", log)


def lengths(figure: Figure) -> list[float]:
    return [bar.get_width() for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("log", [False, True])
def test_bars_are_as_long_as_their_values_and_a_missing_one_has_none(log: bool) -> None:
    figure = chart([12.5, 5], [0.95, None], log)
    assert lengths(figure) == [12.5, 5, 0.95]
    assert words(figure) == ["12.5", "5", "0.95"]
    low, high = figure.axes[0].get_xlim()
    assert low < 0.95 and high > 12.5  # every bar shows, and ends inside
    assert figure.axes[0].get_xscale() == ("log" if log else "linear")


def test_groups_stand_from_the_top_and_their_bars_do_not_meet() -> None:
    figure = chart([1, 2, 3], [3, 2, 1])
    bars = sorted((bar.get_y(), bar.get_height()) for bar in figure.axes[0].patches if isinstance(bar, Rectangle))
    assert all(y + height < after for (y, height), (after, _) in pairwise(bars))
    bottom, top = figure.axes[0].get_ylim()
    assert top < 0 < bottom


def test_a_value_stands_behind_its_interval() -> None:
    figure = grouped_bars(["a"], [Bars("x", BLUE, [50], [(40, 60)])], "%")
    (text,) = figure.axes[0].texts
    assert isinstance(text, Annotation) and text.xy == (60, 0)


def test_nothing_to_show_is_an_empty_chart() -> None:
    assert lengths(chart([])) == lengths(chart([], log=True)) == []


def test_the_same_values_give_the_same_bytes_and_others_do_not() -> None:
    for draw in (svg, png):
        once, again, other = (draw(chart(values)) for values in ([1.0, 2.0], [1.0, 2.0], [1.0, 3.0]))
        assert once == again != other
    assert "<date" not in svg(chart([1.0]))


def test_values_are_short() -> None:
    assert [short(value) for value in (0.954, 12.04, 5, 12.96, 24_000.4, 100)] == [
        "0.95",
        "12",
        "5",
        "13",
        "24,000",
        "100",
    ]
