"""What an evaluation comes to, for its page: error against reject, operating points, confusion, slices."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from device_runtime.calibration import Calibration, OperatingPoint
from train.data.labelled import Labeled
from train.evaluation.breakdown import Slicing
from train.evaluation.confusion import NOTHING, Confusion
from train.evaluation.evaluate import Outcome, decided
from train.evaluation.plots import AFTER, AXES, GRID, Believed, draw_rejection
from train.report.page import render

_SIZE_INCHES = (5.6, 2.9)
# What the chart draws in one colour, the page draws in its own of that purpose, light or dark.
_THEME = {AFTER: "var(--two)", GRID: "var(--line)", AXES: "var(--faint)"}


@dataclass(frozen=True)
class Here:
    """What an operating point of a calibration comes to on labelled strings.

    Attributes:
        point: the operating point.
        accepted: share of the strings that it accepts.
        of: how many strings these are.
        wrong: how many of them are wrong.
        best: share that the best threshold for these very strings would accept.
    """

    point: OperatingPoint
    accepted: float
    of: int
    wrong: int
    best: float


def curve(believed: Believed) -> Markup:
    """Draw error against reject, the share wrong among the accepted over the share rejected, as SVG."""
    written = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "posteye", "font.size": 9}):
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        draw_rejection(figure.subplots(), believed)
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    # Without what belongs to a file of its own: its style would reach every other drawing of the page.
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", written.getvalue(), flags=re.DOTALL)
    for color, variable in _THEME.items():
        svg = svg.replace(color, variable)
    return Markup(svg[svg.index("<svg") :].replace("<svg", '<svg role="img" aria-label="error against reject"', 1))


def operating_points(data: Labeled, outcome: Outcome, calibration: Calibration) -> Markup:
    """Tell what each error rate of the calibration comes to on these strings, as an HTML table."""
    rows = []
    for point in calibration.table:
        readings = decided(outcome.decodings, calibration, point.max_error)
        accepted = np.array([reading.status == "accepted" for reading in readings])
        wrong = np.array([reading.code != code for reading, code in zip(readings, data.codes, strict=True)])
        best = outcome.accept_rate(point.max_error)
        rows.append(Here(point, float(accepted.mean()), int(accepted.sum()), int((wrong & accepted).sum()), best))
    return render("gallery/operating_points.html", rows=rows)


def confusion_table(found: Confusion) -> Markup:
    """Lay out which digit is read as which, as an HTML table."""
    return render(
        "gallery/confusion.html",
        names=[_long(name) for name in found.names],
        rows=found.counts.tolist(),
        commonest=[(_long(truth), _long(read), times) for truth, read, times in found.commonest(10)],
        unread=found.unread,
    )


def slice_tables(slicings: Sequence[Slicing]) -> Markup:
    """Lay out each slicing with its groups, as HTML tables."""
    return render("gallery/slices.html", slicings=slicings)


def _long(name: str) -> str:
    return "nothing" if name == NOTHING else name
