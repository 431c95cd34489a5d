"""A report as a picture: how many of the readings took no longer than so many milliseconds, a curve an engine (SVG)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from device_runtime.bench.report import EngineRun, Readings, Report

# Told apart by people who see no red or no green. Source: Okabe and Ito, "Color universal design", 2008.
_COLORS = ("#0072b2", "#e69f00", "#009e73")
_INK, _GRAY, _GRID = "#1f2933", "#5f6c7b", "#e3e7eb"
_WIDTH, _LEFT, _RIGHT = 900, 58, 24
_TOP, _PANEL_HEIGHT, _GAP = 104, 260, 56  # px: above the panels; of a panel; between two of them
_KEY_TOP, _KEY_ROW = 74, 22  # px: from the foot of the panels to the first line of the key; of a line of it
_MARKED = ("p50", "p90", "p95", "p99")
_PERCENTS = (0, 25, 50, 75, 90, 100)
_STEPS = ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8))  # within a decade; the second where the first are too few
_FEWEST_TICKS = 3


def plot(report: Report) -> str:
    """Return the curves of all engines as SVG, a panel for each kind of images. The scale of times is logarithmic."""
    kinds = list(dict.fromkeys(kind for run in report.engines for kind in run.kinds))
    rows = max(sum(kind in run.kinds for run in report.engines) for kind in kinds) if kinds else 0
    height = _TOP + _PANEL_HEIGHT + _KEY_TOP + (rows + 1) * _KEY_ROW
    width = (_WIDTH - _LEFT - _RIGHT - _GAP * (len(kinds) - 1)) / max(len(kinds), 1)
    parts = [_words(_LEFT, 34, f"posteye {report.posteye} on {_machine(report)}", 17, bold=True)]
    parts.append(_words(_LEFT, 56, _subtitle(report), 12, _GRAY))
    for number, kind in enumerate(kinds):
        runs = [(run, run.kinds[kind]) for run in report.engines if kind in run.kinds]
        parts += _Panel(kind, runs, _LEFT + number * (width + _GAP), width).parts()
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}">\n'
        f"<title>How long readings take</title>\n"
        '<style>text { font-family: "Helvetica Neue", Arial, "Liberation Sans", sans-serif }</style>\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


class _Panel:
    """The curves of one kind of images, with their key below."""

    def __init__(self, kind: str, runs: Sequence[tuple[EngineRun, Readings]], left: float, width: float) -> None:
        self._kind, self._runs = kind, runs
        self._left, self._width = left, width
        times = [time for _, found in runs for time in found.curve_ms]
        self._low, self._high = math.log(0.9 * max(min(times), 1e-3)), math.log(1.1 * max(max(times), 2e-3))

    def parts(self) -> Iterator[str]:
        title, right = f"{self._kind}, {self._runs[0][1].images} images", self._left + self._width
        yield _words(self._left, _TOP - 12, title, 13, bold=True)
        yield _words(right, _TOP - 12, "readings that took no longer", 11, _GRAY, "end")
        yield from self._grid()
        for color, (_, found) in zip(_COLORS, self._runs, strict=False):
            yield from self._curve(found, color)
        yield from self._key()

    def _grid(self) -> Iterator[str]:
        right, foot = self._left + self._width, _TOP + _PANEL_HEIGHT
        for percent in _PERCENTS:
            y = self._y(percent)
            yield _line([(self._left, y), (right, y)], _GRID)
            yield _words(self._left - 8, y + 4, f"{percent} %", 11, _GRAY, "end")
        for time in self._ticks():
            x = self._x(time)
            yield _line([(x, _TOP), (x, foot)], _GRID)
            yield _words(x, foot + 18, f"{time:g}", 11, _GRAY, "middle")
        yield _words(right, foot + 38, "ms for a reading (logarithmic)", 11, _GRAY, "end")

    def _ticks(self) -> list[float]:
        decades = range(math.floor(self._low / math.log(10)), math.ceil(self._high / math.log(10)) + 1)
        coarse, fine = (
            [t for d in decades for step in steps if self._low <= math.log(t := step * 10.0**d) <= self._high]
            for steps in _STEPS
        )
        return coarse if len(coarse) >= _FEWEST_TICKS else fine

    def _curve(self, found: Readings, color: str) -> Iterator[str]:
        times = found.curve_ms
        # Up at each time, then level to the next: no time is drawn that was not measured.
        points = [(self._x(times[0]), self._y(0))]
        for rank, time in enumerate(times, start=1):
            points += [(self._x(time), points[-1][1]), (self._x(time), self._y(100 * rank / len(times)))]
        yield _line(points, color, 2)
        for name in _MARKED:
            time = getattr(found.ms["total"], name)
            if time is not None:
                yield f'<circle cx="{self._x(time):.1f}" cy="{self._y(int(name[1:])):.1f}" r="4" fill="{color}"/>'

    def _key(self) -> Iterator[str]:
        columns = (*_MARKED, "max", "a second")
        y = float(_TOP + _PANEL_HEIGHT + _KEY_TOP)
        right = self._left + self._width
        places = [right - 62 - (len(columns) - 2 - place) * 46 for place in range(len(columns) - 1)] + [right]
        for x, name in zip(places, columns, strict=True):
            yield _words(x, y, name, 11, _GRAY, "end")
        for color, (run, found) in zip(_COLORS, self._runs, strict=False):
            y += _KEY_ROW
            yield _line([(self._left, y - 4), (self._left + 18, y - 4)], color, 3)
            yield _words(self._left + 24, y, run.name, 12, bold=True)
            values = [getattr(found.ms["total"], name) for name in columns[:-1]] + [found.per_second]
            for x, value in zip(places, values, strict=True):
                yield _words(x, y, "-" if value is None else f"{value:.3g}", 12, anchor="end")

    def _x(self, time_ms: float) -> float:
        share = (math.log(max(time_ms, 1e-3)) - self._low) / (self._high - self._low)
        return self._left + share * self._width

    def _y(self, percent: float) -> float:
        return _TOP + _PANEL_HEIGHT * (1 - percent / 100)


def _machine(report: Report) -> str:
    return report.machine.board or report.machine.processor


def _subtitle(report: Report) -> str:
    bundle, cores = report.bundle, sorted({run.core for run in report.engines})
    images = report.folder or "golden images"
    return f"{images}, bundle {bundle.name} {bundle.version}, core {', '.join(cores)}, {report.date[:10]}"


def _words(
    x: float, y: float, text: str, size: float, color: str = _INK, anchor: str = "start", *, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{color}" text-anchor="{anchor}"{weight}>'
        f"{escape(text)}</text>"
    )


def _line(points: Sequence[tuple[float, float]], color: str, width: float = 1) -> str:
    path = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="{width:g}" stroke-linejoin="round"/>'
