"""The page of an evaluation: its figures, and every string that was read wrongly or rejected, with what was seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from device_runtime.calibration import Calibration
from device_runtime.decoding.ensemble import View
from device_runtime.errors import PosteyeError
from device_runtime.types import Penalties, Reading, Strip
from train.data.labelled import Labeled
from train.evaluation.alignment import aligned
from train.evaluation.breakdown import breakdown
from train.evaluation.confusion import Confusion
from train.evaluation.evaluate import Outcome, calibrated, decided
from train.evaluation.plots import Believed
from train.gtn.code_lattice import CodePath, best_path
from train.report.gallery_figures import confusion_table, curve, operating_points, slice_tables
from train.report.page import Section, page, render
from train.report.strip_figure import ribbon, strip_figure

MOST_SHOWN = 120  # of each kind: a page of three times as many opens at once


@dataclass(frozen=True)
class Evaluated:
    """All that a page tells of an evaluation.

    Attributes:
        data: the labelled strings.
        outcome: how they were read.
        confusion: which digit was read as which.
        calibration: of the bundle.
        max_error: the share of wrong codes allowed among the accepted.
        look: reads one strip as it was read for the outcome; only what is shown is read again.
        columns: gives the penalties of a strip's columns; None = the strings were not scanned.
        setup: what was evaluated and how, name and value.
    """

    data: Labeled
    outcome: Outcome
    confusion: Confusion
    calibration: Calibration
    max_error: float
    look: Callable[[Strip], View]
    columns: Callable[[Strip], Penalties] | None
    setup: Mapping[str, str]


@dataclass(frozen=True)
class Card:
    """One string that was read wrongly or rejected.

    Attributes:
        read: characters of the answer, aligned with the truth, and whether each differs; empty without an answer.
        truth: characters of the truth, and whether each differs.
        confidence: of the answer.
        drawing: the strip with the path of the answer and that of the truth.
        notes: its name, why it was rejected, the next codes, and what the truth's path costs.
    """

    read: list[tuple[str, bool]]
    truth: list[tuple[str, bool]]
    confidence: float
    drawing: Markup
    notes: list[str]


def gallery(title: str, found: Evaluated) -> str:
    """Make the page, HTML.

    Raises:
        PosteyeError: the calibration does not reach `max_error`, or there are no strings.
    """
    if not found.data.codes:
        raise PosteyeError("there are no strings, so there is nothing to show")
    readings = decided(found.outcome.decodings, found.calibration, found.max_error)
    accepted = np.array([reading.status == "accepted" for reading in readings])
    reported = calibrated(found.outcome.decodings, found.data.codes, found.calibration)
    wrong = int((~reported.correct[accepted]).sum())
    tiles = (
        (f"{len(readings)}", "strings"),
        (f"{found.outcome.exact:.2%}", "read exactly"),
        (f"{1 - found.confusion.error:.2%}", "digits right, of strings read"),
        (f"{accepted.mean():.1%}", f"accepted at --max-error {found.max_error:g}"),
        (f"{wrong} ({wrong / max(1, int(accepted.sum())):.2%})", "wrong among the accepted"),
    )
    errors = curve(Believed(reported.confidences, reported.correct))
    points = operating_points(found.data, found.outcome, found.calibration)
    slices = slice_tables(breakdown(found.data, found.outcome.correct, accepted))
    sections = [
        Section("Error against reject", Markup('<div class="split">{}{}</div>').format(errors, points)),
        Section("Which digit is read as which", confusion_table(found.confusion)),
        Section("Figures by slice", slices),
    ]
    for heading, note, chosen in (
        ("Wrong and accepted", "The mistakes that cost: a letter goes astray.", accepted & ~reported.correct),
        ("Wrong and rejected", "No harm done, and the place to learn from.", ~accepted & ~reported.correct),
        ("Right but rejected", "Work for a person that a lower threshold would save.", ~accepted & reported.correct),
    ):
        sections.append(_kind(heading, note, chosen, readings, found))
    setup = [f"{name} {value}" for name, value in found.setup.items()]
    return page(title, setup, tiles, sections)


def _kind(heading: str, note: str, chosen: NDArray[np.bool_], readings: list[Reading], found: Evaluated) -> Section:
    """One kind of readings as cards, the surest first."""
    order = sorted(np.flatnonzero(chosen).tolist(), key=lambda i: -readings[i].confidence)
    cards = [_card(i, readings[i], found) for i in order[:MOST_SHOWN]]
    body = render("gallery/cards.html", note=note, cards=cards, left_out=len(order) - len(cards))
    return Section(f"{heading} ({len(order)})", body)


def _card(index: int, reading: Reading, found: Evaluated) -> Card:
    truth, answer = found.data.codes[index], reading.code or ""
    strip, penalties = found.data.strips[index], None
    if strip.has_ink:
        with contextlib.suppress(PosteyeError):  # longer than the model reads
            strip = found.look(strip).strip
            penalties = found.columns(strip) if found.columns else None
    pairs = aligned(truth, answer) if answer else [(char, char) for char in truth]
    rivals = [f"{c.code} {c.confidence:.3f}" for c in reading.candidates if c.code != reading.code]
    drawing, cost = _drawing(strip, penalties, answer, truth)
    notes = [found.data.names[index], reading.reason or "", f"next: {', '.join(rivals)}" if rivals else "", cost]
    return Card(
        [(a, t != a) for t, a in pairs] if answer else [],
        [(t, t != a) for t, a in pairs],
        reading.confidence,
        drawing,
        [note for note in notes if note],
    )


def _drawing(strip: Strip, penalties: Penalties | None, answer: str, truth: str) -> tuple[Markup, str]:
    """The strip with its best path and that of the truth; and how much more the latter costs, in words."""
    if penalties is None:
        return strip_figure(strip, []), ""
    best = _path(answer, penalties) if answer else None
    true = _path(truth, penalties) if truth and truth != answer else None
    if best:
        ribbons = [ribbon("read", "one", best.classes, penalties)]
    else:
        ribbons = [ribbon("free", "free", penalties.values.argmin(axis=1), penalties)]
    if true:
        ribbons.append(ribbon("truth", "three", true.classes, penalties))
    cost = ""
    if best and true:
        difference = true.penalty - best.penalty
        cost = f"the truth costs {abs(difference):.2f} nats {'more' if difference >= 0 else 'less'}"
    return strip_figure(strip, ribbons), cost


def _path(code: str, penalties: Penalties) -> CodePath | None:
    """The best path of a code; None for one that cannot be written in these columns."""
    with contextlib.suppress(ValueError):
        return best_path(code, penalties)
    return None
