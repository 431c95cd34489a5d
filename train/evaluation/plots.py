"""Pictures of an evaluation: how far confidences can be trusted, and what rejecting the least sure buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from device_runtime.calibration import Calibration
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing
from train.evaluation.evaluate import Outcome, calibrated, calibration_error, character_verdicts

AFTER, GRID, AXES = "#0072b2", "#dfe2e6", "#4a525b"
_BEFORE = "#9aa1a9"
_BINS = 10
_FEWEST = 10  # readings in a bin: the share right among fewer tells nothing
_FEW = 30  # thresholds: up to so many each is marked, since one alone draws no line
_TICKS_PERCENT = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_SIZE_INCHES, _DOTS_PER_INCH = (9.6, 7.6), 110


@dataclass(frozen=True)
class Believed:
    """Confidences, and what became of them.

    Attributes:
        confidences: float64 [n], 0..1.
        right: whether each was right, bool [n].
    """

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
        """Share rejected, and share wrong among the accepted, for every possible threshold: float64 [thresholds] both.

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

    Args:
        outcome: the readings, before calibration.
        truths: the code of each.
        calibration: of the bundle.
        title: over the picture.
        path: of the PNG.

    Raises:
        PosteyeError: the calibration has no operating points, or no code was read.
        WriteError: the file cannot be written.
    """
    figure = plots(outcome, truths, calibration, title)
    with replacing(path) as file:
        figure.savefig(file, dpi=_DOTS_PER_INCH, format="png")


def plots(outcome: Outcome, truths: Sequence[str], calibration: Calibration, title: str) -> Figure:
    """Make the figure of `draw`: two rows, code and character, of two panels."""
    after = calibrated(outcome.decodings, truths, calibration)
    pairs = {
        "code": (Believed(outcome.confidences, outcome.correct), Believed(after.confidences, after.correct)),
        "character": (Believed(*character_verdicts(outcome, truths)), Believed(*character_verdicts(after, truths))),
    }
    if not all(len(believed.confidences) for pair in pairs.values() for believed in pair):
        raise PosteyeError("no code was read in any field, so there is nothing to plot")
    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    figure.suptitle(title)
    for (reliability, rejection), (name, (raw, reported)) in zip(figure.subplots(2, 2), pairs.items(), strict=True):
        _draw_reliability(reliability, raw, reported)
        reliability.set_title(f"{name}: reliability")
        draw_rejection(rejection, reported)
        rejection.set_title(f"{name}: error against reject")
    return figure


def draw_rejection(axes: Axes, believed: Believed) -> None:
    """Draw error against reject: the share wrong among the accepted over the share rejected, both in per cent."""
    rejected, wrong = believed.error_against_reject()
    style = "o-" if len(rejected) <= _FEW else "-"
    axes.plot(100 * rejected, 100 * wrong, style, color=AFTER, lw=1.6, ms=4, drawstyle="steps-pre", clip_on=False)
    # Below one wrong reading there is nothing: the curve falls to 0, which a logarithmic axis lacks.
    lowest = 100 / len(believed.right)
    highest = max(100 * float(wrong.max()), lowest)
    axes.set_yscale("symlog", linthresh=lowest, linscale=0.4)
    axes.set_yticks([0, *(tick for tick in _TICKS_PERCENT if lowest <= tick <= 2.5 * highest)], minor=False)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="rejected, %", ylabel="wrong among the accepted, %", xlim=(0, 100), ylim=(0, 1.15 * highest))
    _plain(axes)


def _draw_reliability(axes: Axes, raw: Believed, reported: Believed) -> None:
    axes.plot([0, 1], [0, 1], color=AXES, lw=0.8, ls=":")
    enough = False
    for believed, color, what in ((raw, _BEFORE, "posterior"), (reported, AFTER, "reported")):
        mean, right = believed.reliability()
        enough = enough or len(mean) > 0
        label = f"{what} (ECE {believed.error:.3f})"
        axes.plot(mean, right, "o-", color=color, ms=4, lw=1.6, label=label)
    share = axes.inset_axes((0, 0, 1, 0.16), zorder=0)
    share.hist(reported.confidences, bins=_BINS, range=(0, 1), color=AFTER, alpha=0.25)
    share.set_xlim(0, 1)
    share.set_axis_off()
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    _plain(axes)
    if enough:
        axes.legend(loc="upper left", fontsize=8)
    else:
        said = f"too few strings: the share right is drawn\nwhere {_FEWEST} or more have about the same confidence"
        axes.text(0.5, 0.6, said, ha="center", va="center", color=AXES, backgroundcolor="white")


def _plain(axes: Axes) -> None:
    """Grid lines instead of a frame."""
    axes.grid(axis="y", color=GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelcolor=AXES, pad=6)
    axes.spines[:].set_visible(False)
    axes.xaxis.label.set_color(AXES)
    axes.yaxis.label.set_color(AXES)
