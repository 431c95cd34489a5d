"""Bar charts: lengths follow the figures, on both scales."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.lenet1998.charts import Bars, chart


def widths(svg: str) -> list[float]:
    return [float(bar.get("width", 0)) for bar in ElementTree.fromstring(svg) if bar.tag.endswith("rect")]


def words(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg) if text.tag.endswith("text")]


def test_plain_bars_are_as_long_as_the_figures() -> None:
    svg = chart("error", [Bars("a & b", 12.5, 0.95), Bars("c", 5, None)])
    first, second, third = widths(svg)  # a missing figure has no bar
    assert first / second == pytest.approx(12.5 / 0.95, rel=0.01) and first / third == pytest.approx(2.5, rel=0.01)
    assert {"a & b", "12.5", "0.95", "error"} <= set(words(svg))


def test_log_bars_grow_by_as_much_for_every_tenfold() -> None:
    ten, thousand = widths(chart("x", [Bars("a", 10, 1000)], log=True))
    hundred, small = widths(chart("x", [Bars("a", 100, 10), Bars("b", 1000, None)], log=True))[:2]
    assert small == pytest.approx(ten, abs=0.2) and hundred - small == pytest.approx((thousand - ten) / 2, abs=0.2)
    assert small > 0  # the least still shows


def test_lines_stand_at_round_figures_and_hold_the_longest_bar() -> None:
    svg = chart("x", [Bars("a", 13.96, 12)])
    marks = [word for word in words(svg) if word.isdigit()]
    assert marks[:4] == ["0", "2", "4", "6"] and "14" in marks
    assert max(widths(svg)) <= 520
    assert widths(chart("x", [])) == [] and widths(chart("x", [], log=True)) == []
