"""Bar charts in SVG: for each row of the paper's comparison ours and the paper's figure, on a plain or a log scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

_BAR_PX, _STEP_PX, _TOP_PX, _LEFT_PX, _WIDE_PX, _RIGHT_PX = 9, 26, 44, 190, 520, 60
_OURS, _PAPERS, _GRID = "#1f5fa8", "#b0b0b0", "#e4e4e4"
_MARKS = 7  # at most so many lines on a plain scale


@dataclass(frozen=True)
class Bars:
    """One row's two figures; the paper's may be missing."""

    title: str
    ours: float
    papers: float | None


@dataclass(frozen=True)
class _Scale:
    """Where a figure ends, in px from the axis, and which figures get a line."""

    least: float
    most: float
    log: bool
    marks: tuple[float, ...]

    def px(self, value: float) -> float:
        if self.log:
            value, least, most = (log10(v) for v in (max(value, self.least), self.least, self.most))
        else:
            least, most = self.least, self.most
        return _WIDE_PX * (value - least) / (most - least)


def chart(title: str, rows: Sequence[Bars], log: bool = False) -> str:
    """The chart as SVG; without rows an empty frame. log: figures must be above 0."""
    figures = [figure for row in rows for figure in (row.ours, row.papers) if figure is not None] or [1.0]
    scale = _log_scale(figures) if log else _plain_scale(figures)
    height = _TOP_PX + len(rows) * _STEP_PX + 6
    parts = [_text(8, 16, title, "start", 13)]
    for mark in scale.marks:
        x = _LEFT_PX + scale.px(mark)
        parts.append(f'<path d="M{x:.1f} {_TOP_PX - 6}V{height - 4}" stroke="{_GRID}"/>')
        parts.append(_text(x, _TOP_PX - 10, _number(mark), "middle", 10))
    for place, row in enumerate(rows):
        top = _TOP_PX + place * _STEP_PX
        parts.append(_text(_LEFT_PX - 8, top + _BAR_PX + 4, row.title, "end", 12))
        for offset, figure, colour in ((0, row.ours, _OURS), (_BAR_PX, row.papers, _PAPERS)):
            if figure is None:
                continue
            width = scale.px(figure)
            parts.append(
                f'<rect x="{_LEFT_PX}" y="{top + offset}" width="{width:.1f}" height="{_BAR_PX - 1}" fill="{colour}"/>'
            )
            parts.append(_text(_LEFT_PX + width + 4, top + offset + _BAR_PX - 1, _number(figure), "start", 9))
    width = _LEFT_PX + _WIDE_PX + _RIGHT_PX
    style = "<style>text{font-family:sans-serif;fill:#222}svg{background:#fff}</style>"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return f"{head}{style}{''.join(parts)}</svg>\n"


def _plain_scale(figures: Sequence[float]) -> _Scale:
    """From 0, with a line at every 1, 2 or 5 times a power of ten."""
    raw = max(figures) / _MARKS
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    count = ceil(max(figures) / step)
    return _Scale(0, count * step, False, tuple(step * k for k in range(count + 1)))


def _log_scale(figures: Sequence[float]) -> _Scale:
    """Whole powers of ten around the figures; the bar of the smallest still shows."""
    least, most = floor(log10(min(figures)) - 0.05), ceil(log10(max(figures)))
    most = max(most, least + 1)
    return _Scale(10.0**least, 10.0**most, True, tuple(10.0**k for k in range(least, most + 1)))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, words: str, anchor: str, size: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
