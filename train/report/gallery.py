"""The page of an evaluation: its figures, and every string that was read wrongly or rejected, with what was seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from device_runtime.decoding.ensemble import Look
from device_runtime.decoding.rejection import Calibration
from device_runtime.errors import PosteyeError
from device_runtime.recognition.scan_lattice import ScanLattice
from device_runtime.types import Decoding, Penalties, Reading, Strip
from train.data.labelled import Labelled
from train.evaluation.alignment import aligned
from train.evaluation.breakdown import breakdown
from train.evaluation.confusion import Confusion
from train.evaluation.evaluate import Outcome, calibrated, decided
from train.evaluation.plots import Believed
from train.gtn.code_lattice import CodePath, best_path
from train.report import strip_figure as figure
from train.report.gallery_figures import (
    CONDITION_STYLE,
    CONFUSION_STYLE,
    CURVE_STYLE,
    condition_tables,
    confusion_table,
    curve,
    operating_points,
)
from train.report.page import Section, page, tiles

MOST_SHOWN = 120  # of each kind: a page of three times as many opens at once
_STYLE = (
    figure.STYLE
    + """
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:14px;margin-top:12px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px;min-width:0;
 content-visibility:auto;contain-intrinsic-size:auto 190px}
.card header{display:flex;gap:8px 16px;align-items:baseline;flex-wrap:wrap;margin-bottom:6px}
.card header span{font-size:13px;color:var(--faint)}
.card .code{font-size:17px;color:var(--text)}.card .code b{color:var(--one)}.card .truth b{color:var(--three)}
.card .sure{margin-left:auto}
.card p{font-size:13px;color:var(--faint);overflow-wrap:anywhere;line-height:1.4}
"""
)


@dataclass(frozen=True)
class Evaluated:
    """All that a page tells of an evaluation.

    look: reads one strip as it was read for the outcome; only what is shown is read again. setup: what was evaluated
    and how, name and value. max_error: the share of wrong codes allowed among the accepted.
    """

    data: Labelled
    outcome: Outcome
    confusion: Confusion
    calibration: Calibration
    max_error: float
    look: Callable[[Strip], Look]
    setup: Mapping[str, str]


def gallery(title: str, found: Evaluated) -> str:
    """Make the page, HTML; raises PosteyeError when the calibration does not reach max_error, or without strings."""
    if not found.data.codes:
        raise PosteyeError("there are no strings, so there is nothing to show")
    readings = decided(found.outcome.decodings, found.calibration, found.max_error)
    accepted = np.array([reading.status == "accepted" for reading in readings])
    reported = calibrated(found.outcome.decodings, found.data.codes, found.calibration)
    wrong = int((~reported.correct[accepted]).sum())
    setup = " &middot; ".join(f"{escape(name)} {escape(value)}" for name, value in found.setup.items())
    summary = tiles(
        (
            (f"{len(readings)}", "strings"),
            (f"{found.outcome.exact:.2%}", "read exactly"),
            (f"{1 - found.confusion.error:.2%}", "digits right, of strings read"),
            (f"{accepted.mean():.1%}", f"accepted at --max-error {found.max_error:g}"),
            (f"{wrong} ({wrong / max(1, int(accepted.sum())):.2%})", "wrong among the accepted"),
        )
    )
    errors = curve(Believed(reported.confidences, reported.correct))
    points = operating_points(found.data, found.outcome, found.calibration)
    conditions = condition_tables(breakdown(found.data, found.outcome.correct, accepted))
    sections = [
        Section("Error against reject", f'<div class="split">{errors}{points}</div>', CURVE_STYLE),
        Section("Which digit is read as which", confusion_table(found.confusion), CONFUSION_STYLE),
        Section("Under which conditions", conditions, CONDITION_STYLE),
    ]
    for heading, note, chosen in (
        ("Wrong and accepted", "The dear mistakes: a letter goes astray.", accepted & ~reported.correct),
        ("Wrong and rejected", "No harm done, and the place to learn from.", ~accepted & ~reported.correct),
        ("Right but rejected", "Cheap ones: more trust would have accepted them.", ~accepted & reported.correct),
    ):
        sections.append(_kind(heading, note, chosen, readings, found))
    return page(title, f'<p class="faint">{setup}</p>{summary}', sections)


def _kind(heading: str, note: str, chosen: NDArray[np.bool_], readings: list[Reading], found: Evaluated) -> Section:
    """One kind of readings as cards, the surest first."""
    order = sorted(np.flatnonzero(chosen).tolist(), key=lambda i: -readings[i].confidence)
    shown = order[:MOST_SHOWN]
    left_out = f" The {len(order) - len(shown)} least sure are left out." if len(order) > len(shown) else ""
    cards = "".join(_card(i, readings[i], found) for i in shown)
    said = f"{note} The surest first.{left_out}" if order else "None."
    return Section(f"{heading} ({len(order)})", f'<p class="faint">{said}</p><div class="cards">{cards}</div>', _STYLE)


def _card(index: int, reading: Reading, found: Evaluated) -> str:
    truth, answer = found.data.codes[index], reading.code or ""
    seen = Look(found.data.strips[index], None, Decoding((), (), None))
    if seen.strip.has_ink:
        with contextlib.suppress(PosteyeError):  # longer than the model reads
            seen = found.look(seen.strip)
    pairs = aligned(truth, answer) if answer else [(char, char) for char in truth]
    written = "".join(_marked(t, t != a) for t, a in pairs)
    read = "".join(_marked(a, t != a) for t, a in pairs) if answer else '<span class="faint">no code</span>'
    rivals = [f"{c.code} {c.confidence:.3f}" for c in reading.candidates if c.code != reading.code]
    notes = [found.data.names[index], reading.reason or "", f"next: {', '.join(rivals)}" if rivals else ""]
    drawing, cost = _drawing(seen, answer, truth)
    return (
        f'<article class="card"><header><span>read</span><span class="code">{read}</span><span>truth</span>'
        f'<span class="code truth">{written}</span><span class="sure">{reading.confidence:.3f}</span></header>'
        f"{drawing}<p>{escape(' · '.join(note for note in [*notes, cost] if note))}</p></article>"
    )


def _marked(char: str, differs: bool) -> str:
    return f"<b>{escape(char) or '&#8203;'}</b>" if differs else escape(char)


def _drawing(seen: Look, answer: str, truth: str) -> tuple[str, str]:
    """The strip with its best path and that of the truth; and how much dearer the latter is, in words."""
    if not isinstance(seen.lattice, ScanLattice):
        return figure.strip_figure(seen.strip, None, []), ""
    penalties = seen.lattice.penalties
    ribbons = [figure.Ribbon("free", penalties.values.argmin(axis=1), "free")]
    paths = {name: _path(code, penalties) for name, code in (("read", answer), ("truth", truth)) if code}
    best, true = paths.get("read"), paths.get("truth")
    if best:
        ribbons = [figure.Ribbon("read", best.classes, "one")]
    if true and answer != truth:
        ribbons.append(figure.Ribbon("truth", true.classes, "three"))
    cost = ""
    if best and true and answer != truth:
        gap = true.penalty - best.penalty
        cost = f"the truth's path is {abs(gap):.2f} nats {'dearer' if gap >= 0 else 'cheaper'}"
    return figure.strip_figure(seen.strip, penalties, ribbons), cost


def _path(code: str, penalties: Penalties) -> CodePath | None:
    """The best path of a code; None for one that cannot be written in these columns."""
    with contextlib.suppress(ValueError):
        return best_path(code, penalties)
    return None
