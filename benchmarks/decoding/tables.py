"""What the readings come to, as tables and as single figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import numpy as np

from benchmarks.decoding.rows import GRAMMAR_AUGMENTED, GREEDY, LEXICON_AUGMENTED, WAYS, Kept
from benchmarks.figures.tables import Table
from device_runtime.calibration import Calibration
from device_runtime.errors import PosteyeError
from device_runtime.types import Candidate, Decoding, Reading
from train.evaluation.evaluate import Outcome, calibrated, calibration_error, character_verdicts, decided

MAX_ERROR = 0.01
_RATES = (0.01, 0.005, 0.001)
_FRAGILE_RATES = (0.05, 0.02, 0.01)
_DRAWS = 200
_NONE = Candidate("", 0.0)


@dataclass(frozen=True)
class SetReadings:
    """One way to read one set by one segmentation method.

    Attributes:
        title: Of the set.
        kept: All readings of the set by that method.
        way: The way of reading, of WAYS.
        calibration: Of that method; None where none is fitted.
    """

    title: str
    kept: Kept
    way: str
    calibration: Calibration | None

    @property
    def decodings(self) -> list[Decoding]:
        """What was decoded, a string each."""
        return self.kept.reads[self.way].decodings

    @property
    def outcome(self) -> Outcome:
        """The readings with their posteriors, not calibrated."""
        best = [found.candidates[0] if found.candidates else _NONE for found in self.decodings]
        right = [candidate.code == truth for candidate, truth in zip(best, self.kept.truths, strict=True)]
        return Outcome(self.decodings, np.array([c.confidence for c in best]), np.array(right, dtype=np.bool_))

    def readings(self) -> list[Reading] | None:
        """The readings as they are reported at MAX_ERROR; None where no calibration can promise that."""
        if self.calibration is None or self.way == GREEDY:
            return None
        try:
            return decided(self.decodings, self.calibration, MAX_ERROR)
        except PosteyeError:
            return None


def rows_of(title: str, kept: Kept, calibration: Calibration | None) -> list[SetReadings]:
    """The rows of a set by one segmentation method, in the order in which the ways build on each other."""
    return [SetReadings(title, kept, way, calibration) for way in WAYS if way in kept.reads]


def rates_table(rows: Sequence[SetReadings]) -> Table:
    """Exact rate and accept rates of every row, and what the calibrated threshold for 1 % accepts."""
    head = ["strings", "method", "read with", "exact", *(f"accepted at {e:.1%}" for e in _RATES)]
    lines = []
    for row in rows:
        outcome = row.outcome
        lines.append(
            [
                row.title,
                row.kept.origin.segmenter,
                row.way,
                _percent(outcome.exact),
                *(_percent(outcome.accept_rate(error)) for error in _RATES),
                *_promised(row),
            ]
        )
    return Table([*head, f"accepted by the threshold for {MAX_ERROR:.0%}", "wrong of these"], lines)


def _promised(row: SetReadings) -> list[str]:
    """Share that the calibrated threshold accepts, and share of wrong ones among them."""
    readings = row.readings()
    if readings is None:
        return ["-", "-"]
    pairs = zip(readings, row.kept.truths, strict=True)
    right = [reading.code == truth for reading, truth in pairs if reading.status == "accepted"]
    wrong = f"{len(right) - sum(right)} of {len(right)}"
    return [_percent(len(right) / len(readings)), wrong]


def calibration_table(rows: Sequence[SetReadings]) -> Table:
    """Calibration error of code and character before and after, for the rows that are read as the product does."""
    lines = []
    for row in rows:
        if row.calibration is None or row.way not in (GRAMMAR_AUGMENTED, LEXICON_AUGMENTED):
            continue
        after = calibrated(row.decodings, row.kept.truths, row.calibration)
        line = [row.title, row.kept.origin.segmenter, row.way]
        for outcome in (row.outcome, after):
            line.append(f"{calibration_error(outcome.confidences, outcome.correct):.4f}")
        line.append(f"{chance_error(after.confidences):.4f}")
        for outcome in (row.outcome, after):
            line.append(f"{calibration_error(*character_verdicts(outcome, row.kept.truths)):.4f}")
        lines.append(line)
    heads = ["strings", "method", "read with", "ECE of codes before", "after", "by chance"]
    return Table([*heads, "ECE of characters before", "after"], lines)


def chance_error(confidences: np.ndarray) -> float:
    """The calibration error (mean over draws) that so many strings show when every confidence is exactly true."""
    random = np.random.default_rng(0)
    drawn = (random.random(len(confidences)) < confidences for _ in range(_DRAWS))
    return float(np.mean([calibration_error(confidences, right) for right in drawn]))


def methods_table(rows: Sequence[SetReadings]) -> Table:
    """Both segmentation methods on the same strings, read as the product does."""
    lines = []
    for row in rows:
        if row.way not in (GRAMMAR_AUGMENTED, LEXICON_AUGMENTED):
            continue
        outcome, spent = row.outcome, row.kept.reads[row.way].spent_ms
        accepted = [_percent(outcome.accept_rate(error)) for error in _FRAGILE_RATES]
        times = [f"{median(spent):.2f}", f"{quantiles(spent, n=10)[-1]:.2f}"]
        lines.append([row.title, row.way, row.kept.origin.segmenter, _percent(outcome.exact), *accepted, *times])
    lines.sort(key=lambda line: (line[0], line[1], line[2] != "scan"))
    heads = ["strings", "read with", "method", "exact", *(f"accepted at {e:.0%}" for e in _FRAGILE_RATES)]
    return Table([*heads, "ms a field", "slowest tenth from"], lines)


def swaps_table(rows: Sequence[SetReadings]) -> Table:
    """What a lexicon makes of the strings that are read wrong, or not at all, without it."""
    with_lexicon = {
        (row.kept.origin.task, row.kept.origin.segmenter): row for row in rows if row.way == LEXICON_AUGMENTED
    }
    lines = []
    for row in rows:
        other = with_lexicon.get((row.kept.origin.task, row.kept.origin.segmenter))
        if row.way != GRAMMAR_AUGMENTED or other is None:
            continue
        before, after = row.readings(), other.readings()
        if before is None or after is None:
            continue
        lines.append([row.title, row.kept.origin.segmenter, *map(str, swap_counts(row.kept.truths, before, after))])
    accepted = f"(accepted at {MAX_ERROR:.0%})"
    heads = ["strings", "method", f"wrong without lexicon {accepted}", f"-> right {accepted}", "-> wrong, rejected"]
    heads += ["-> the same wrong code, accepted", "-> another wrong code, accepted", f"right -> wrong {accepted}"]
    return Table(heads, lines)


def swap_counts(truths: Sequence[str], before: Sequence[Reading], after: Sequence[Reading]) -> list[str]:
    """The figures of `swaps_table` for readings of the same strings without and with the lexicon."""
    both = list(zip(truths, before, after, strict=True))
    wrong = [(truth, old, new) for truth, old, new in both if old.code != truth]
    mended = [new for truth, _, new in wrong if new.code == truth]
    still = [(old, new) for truth, old, new in wrong if new.code != truth]
    slipped = [(old, new) for old, new in still if new.status == "accepted"]
    same = sum(old.code == new.code for old, new in slipped)
    spoilt = [new for truth, old, new in both if old.code == truth and new.code != truth]
    return [
        _with_accepted([old for _, old, _ in wrong]),
        _with_accepted(mended),
        str(len(still) - len(slipped)),
        str(same),
        str(len(slipped) - same),
        _with_accepted(spoilt),
    ]


def _with_accepted(readings: Sequence[Reading]) -> str:
    return f"{len(readings)} ({sum(reading.status == 'accepted' for reading in readings)})"


def numbers(rows: Sequence[SetReadings]) -> dict[str, Any]:
    """The figures that pages quote by themselves: by set, segmentation method and way of reading; shares 0..1.

    at-1: accepted at 1 % error. accepted, wrong: strings by the calibrated threshold for 1 %, and those wrong of them.
    """
    found: dict[str, Any] = {}
    for row in rows:
        outcome, readings = row.outcome, row.readings()
        figures: dict[str, Any] = {"exact": round(outcome.exact, 4), "at-1": round(outcome.accept_rate(MAX_ERROR), 4)}
        if readings is not None:
            pairs = zip(readings, row.kept.truths, strict=True)
            right = [reading.code == truth for reading, truth in pairs if reading.status == "accepted"]
            figures |= {"accepted": len(right), "wrong": len(right) - sum(right)}
        origin = row.kept.origin
        way = row.way.replace(", augmented", "-twice")
        found.setdefault(origin.task, {"strings": len(row.kept.truths)}).setdefault(origin.segmenter, {})[way] = figures
    return found


def _percent(share: float) -> str:
    return f"{share:.1%}"
