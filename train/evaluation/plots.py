"""Pictures of an evaluation: how far confidences can be trusted, and what rejecting the least sure buys."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.calibration import Calibration
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing
from train.evaluation.evaluate import Outcome, calibrated, calibration_error, character_verdicts

_BINS = 10
_FEWEST = 10  # readings in a bin: the share right among fewer tells nothing
_BEFORE, _AFTER = "#b0b0b0", "#1f5fa8"
_TICKS_PERCENT = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
_SIZE_INCHES, _DOTS_PER_INCH = (9.6, 7.6), 110


@dataclass(frozen=True)
class Believed:
    """Confidences (0..1) and whether each was right: float64 [n] and bool [n]."""

    confidences: NDArray[np.float64]
    right: NDArray[np.bool_]

    @property
    def error(self) -> float:
        """Expected calibration error, in bins as in `calibration_error`."""
        return calibration_error(self.confidences, self.right)

    def reliability(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean confidence and share right in each bin of equal width with enough readings: float64 [bins] both."""
        index = np.minimum((self.confidences * _BINS).astype(int), _BINS - 1)
        filled = [index == b for b in range(_BINS) if (index == b).sum() >= _FEWEST]
        mean = [self.confidences[chosen].mean() for chosen in filled]
        return np.array(mean), np.array([self.right[chosen].mean() for chosen in filled])

    def error_against_reject(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share rejected, and share wrong among the accepted, for every possible threshold: float64 [thresholds].

        From all accepted to only the surest.
        """
        order = np.argsort(-self.confidences, kind="stable")
        falling = self.confidences[order]
        accepted = np.arange(1, len(order) + 1)
        possible = np.append(falling[1:] < falling[:-1], True)
        wrong = np.cumsum(~self.right[order]) / accepted
        return (1 - accepted / len(order))[possible][::-1], wrong[possible][::-1]


def draw(outcome: Outcome, truths: Sequence[str], calibration: Calibration, title: str, path: Path) -> None:
    """Draw reliability and error against reject, of the code and of the character, into one PNG.

    Raises PosteyeError when matplotlib is missing, when the calibration has no operating points, when nothing was read,
    or when the file cannot be written.
    """
    figure_module = _matplotlib()
    after = calibrated(outcome.decodings, truths, calibration)
    pairs = {
        "code": (Believed(outcome.confidences, outcome.correct), Believed(after.confidences, after.correct)),
        "character": (Believed(*character_verdicts(outcome, truths)), Believed(*character_verdicts(after, truths))),
    }
    if not all(len(believed.confidences) for pair in pairs.values() for believed in pair):
        raise PosteyeError("no code was read in any field, so there is nothing to plot")
    figure = figure_module.Figure(figsize=_SIZE_INCHES, layout="constrained")
    figure.suptitle(title)
    for (reliability, rejection), (name, (raw, reported)) in zip(figure.subplots(2, 2), pairs.items(), strict=True):
        _draw_reliability(reliability, name, raw, reported)
        _draw_rejection(rejection, name, reported)
    with replacing(path) as file:
        figure.savefig(file, dpi=_DOTS_PER_INCH, format="png")


def _matplotlib() -> Any:
    try:
        return importlib.import_module("matplotlib.figure")
    except ImportError:
        raise PosteyeError("the plot needs matplotlib; run pip install matplotlib, or leave out --plot") from None


def _draw_reliability(axes: Any, name: str, raw: Believed, reported: Believed) -> None:
    axes.plot([0, 1], [0, 1], color="black", lw=0.8, ls=":")
    for believed, colour, what in ((raw, _BEFORE, "posterior"), (reported, _AFTER, "reported")):
        label = f"{what} (ECE {believed.error:.3f})"
        axes.plot(*believed.reliability(), "o-", color=colour, ms=4, lw=1.4, label=label)
    share = axes.inset_axes([0, 0, 1, 0.16], zorder=0)
    share.hist(reported.confidences, bins=_BINS, range=(0, 1), color=_AFTER, alpha=0.25)
    share.set_xlim(0, 1)
    share.set_axis_off()
    axes.set(title=f"{name}: reliability", xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="upper left", fontsize=8)


def _draw_rejection(axes: Any, name: str, reported: Believed) -> None:
    rejected, wrong = reported.error_against_reject()
    axes.plot(100 * rejected, 100 * wrong, color=_AFTER, lw=1.4, drawstyle="steps-pre")
    for percent in (1.0, 0.1):
        axes.axhline(percent, color="black", lw=0.6, ls=":")
    # Below one wrong reading there is nothing: the curve falls to 0, which a logarithmic axis lacks.
    lowest = 100 / len(reported.right)
    axes.set_yscale("symlog", linthresh=lowest)
    axes.set_yticks([0, *(tick for tick in _TICKS_PERCENT if tick >= lowest)])
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set(title=f"{name}: error against reject", xlabel="rejected, %", ylabel="wrong among the accepted, %")
    axes.set(xlim=(0, 100), ylim=(0, None))
