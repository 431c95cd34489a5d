"""What an evaluation comes to, for its page: error against reject, operating points, confusion, conditions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

import numpy as np

from device_runtime.decoding.rejection import Calibration
from train.data.labelled import Labelled
from train.evaluation.breakdown import Slicing
from train.evaluation.confusion import NOTHING, Confusion
from train.evaluation.evaluate import Outcome, decided
from train.evaluation.plots import Believed
from train.report.page import table

CURVE_STYLE = """
.curve path{fill:none;stroke:var(--two);stroke-width:2.2;stroke-linejoin:round}
.curve line{stroke:var(--line)}.curve text{font-size:12px}
.curve circle{fill:var(--one)}
"""
CONFUSION_STYLE = """
.confusion td{width:46px;text-align:center;border:1px solid var(--page)}.confusion th{text-align:center}
.confusion .right{background:rgba(var(--cell),var(--s))}.confusion .wrong{background:rgba(var(--wrong),var(--s))}
"""
CONDITION_STYLE = """
.bar{position:relative;width:110px;height:13px;background:var(--line);border-radius:3px}
.bar i{position:absolute;inset:0 auto 0 0;background:var(--two);border-radius:3px}
.bar u{position:absolute;top:5.5px;height:2px;background:var(--text)}
"""
_WIDTH_PX, _HEIGHT_PX, _LEFT_PX, _BOTTOM_PX = 540, 280, 62, 44
_TICKS_PERCENT = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_MOST_POINTS = 400


def curve(believed: Believed) -> str:
    """Error against reject, as SVG: the share wrong among the accepted over the share rejected."""
    rejected, wrong = believed.error_against_reject()
    kept = np.unique(np.linspace(0, len(rejected) - 1, _MOST_POINTS).astype(int))
    # Below one wrong reading there is nothing but 0, which a logarithmic axis lacks: it gets a row of its own.
    low = log10(100 / len(believed.right)) - 0.3
    high = log10(max(100 * float(wrong.max()), 1.0)) + 0.05

    def x(share: float) -> float:
        return _LEFT_PX + share * (_WIDTH_PX - _LEFT_PX - 24)

    def y(share: float) -> float:
        level = max(low, log10(100 * share)) if share > 0 else low
        return 12 + (high - level) / (high - low) * (_HEIGHT_PX - _BOTTOM_PX - 12)

    ticks = [percent / 100 for percent in _TICKS_PERCENT if low + 0.2 < log10(percent) < high]
    parts = [_across(x(0), x(1), y(tick), f"{100 * tick:g} %") for tick in [0.0, *ticks]]
    for tick in range(0, 101, 20):
        parts.append(f'<text x="{x(tick / 100):.1f}" y="{_HEIGHT_PX - 24}" text-anchor="middle">{tick} %</text>')
    steps = [f"{'L' if i else 'M'}{x(rejected[k]):.1f} {y(wrong[k]):.1f}" for i, k in enumerate(kept)]
    parts.append(f'<path d="{"".join(steps)}"/>')
    parts.append(
        f'<text class="faint" x="{x(0.5):.0f}" y="{_HEIGHT_PX - 4}" text-anchor="middle">rejected</text>'
        f'<text class="faint" x="12" y="{_HEIGHT_PX / 2 - 16:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_HEIGHT_PX / 2 - 16:.0f})">wrong among the accepted</text>'
    )
    return f'<svg class="curve" viewBox="0 0 {_WIDTH_PX} {_HEIGHT_PX}" width="{_WIDTH_PX}">{"".join(parts)}</svg>'


def _across(left: float, right: float, y: float, name: str) -> str:
    return (
        f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{name}</text>'
    )


def operating_points(data: Labelled, outcome: Outcome, calibration: Calibration) -> str:
    """What each error rate of the calibration comes to on these strings, as an HTML table."""
    rows = []
    for point in calibration.table:
        readings = decided(outcome.decodings, calibration, point.max_error)
        accepted = np.array([reading.status == "accepted" for reading in readings])
        wrong = np.array([reading.code != code for reading, code in zip(readings, data.codes, strict=True)])[accepted]
        error = f"{wrong.mean():.2%} ({int(wrong.sum())})" if len(wrong) else "none accepted"
        oracle = f"{outcome.accept_rate(point.max_error):.1%}"
        rows.append((f"{point.max_error:.1%}", f"{point.threshold:.4f}", f"{accepted.mean():.1%}", error, oracle))
    return table(("--max-error", "threshold", "accepted", "wrong of them", "best threshold here"), rows)


def confusion_table(found: Confusion) -> str:
    """The counts as an HTML table: shades are shares of the row, so that rare digits count as much as common ones."""
    rows = []
    for row, (name, counts) in enumerate(zip(found.names, found.counts.tolist(), strict=True)):
        total = max(1, sum(counts))
        cells = []
        for column, count in enumerate(counts):
            kind = "right" if row == column else "wrong"
            # Square roots: a mistake in a hundred is to be seen beside all that was right.
            shade = (count / total) ** 0.5 * (0.75 if row == column else 1.0)
            cells.append(f'<td class="{kind}" style="--s:{shade:.2f}">{count or ""}</td>')
        right = f"{1 - counts[row] / total:.1%}" if name != NOTHING and sum(counts) else ""
        rows.append(f"<tr><th>{escape(_long(name))}</th>{''.join(cells)}<td>{right}</td></tr>")
    head = "".join(f"<th>{escape(_long(name))}</th>" for name in found.names)
    body = f'<table class="confusion"><tr><th>truth</th>{head}<th>wrong</th></tr>{"".join(rows)}</table>'
    named = [(escape(_long(t)), escape(_long(r)), n) for t, r, n in found.commonest(10)]
    said = ", ".join(f"<b>{truth}</b> as <b>{read}</b> {n}&times;" for truth, read, n in named)
    notes = [f"<p>The commonest mistakes: {said or 'none'}.</p>"]
    if found.unread:
        notes.append(f"<p class='faint'>{found.unread} strings without an answer are not counted here.</p>")
    return f'<div class="wide">{body}</div>{"".join(notes)}'


def _long(name: str) -> str:
    return "nothing" if name == NOTHING else name


def condition_tables(conditions: Sequence[Slicing]) -> str:
    """Each condition with its groups, as HTML tables."""
    parts = []
    for condition in conditions:
        if condition.groups:
            rows = []
            for group in condition.groups:
                low, high = group.interval
                bar = (
                    f'<div class="bar"><i style="width:{group.exact:.1%}"></i>'
                    f'<u style="left:{low:.1%};width:{high - low:.1%}"></u></div>'
                )
                shares = (f"{group.exact:.1%}", bar, f"{group.accepted:.1%}", f"{group.wrong:.1%}")
                rows.append((escape(group.value), str(group.strings), *shares))
            body = table(("", "strings", "exact", "95 % interval", "accepted", "wrong of them"), rows)
        else:
            body = f'<p class="faint">{condition.values} different values: names rather than groups.</p>'
        parts.append(f"<div><h3>{escape(condition.name)}</h3>{body}</div>")
    return (
        f'<div class="split">{"".join(parts)}</div>'
        if parts
        else "<p>All strings are alike in what is known of them.</p>"
    )
