"""What posteye makes of labelled fields, with figures that say how far they can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.reader import Reader

Interval = tuple[float, float]
_RESAMPLES, _SEED = 1000, 1998
_Z = 1.959964  # of the standard normal, for 95 %


@dataclass(frozen=True)
class Readings:
    """One row a field: calibrated confidence of the best code (0 without one), whether it is right, and accepted.

    confidences: float64 [fields]. right, accepted: bool [fields]; accepted at the reader's own threshold.
    """

    confidences: NDArray[np.float64]
    right: NDArray[np.bool_]
    accepted: NDArray[np.bool_]

    @property
    def exact(self) -> float:
        """Share of fields read exactly."""
        return float(self.right.mean())

    @property
    def wrong_accepted(self) -> float:
        """Share of all fields that are accepted with a wrong code."""
        return float((self.accepted & ~self.right).mean())


def read_fields(
    reader: Reader, images: Iterable[Path | NDArray[np.uint8]], truths: Sequence[str], name: str
) -> Readings:
    """Read each image (a path, or uint8 [H, W]) as one text field; progress under `name`.

    Raises ImageError for a file that is no image.
    """
    confidences, right, accepted = [], [], []
    bar = tqdm(images, desc=name, total=len(truths), unit="field", dynamic_ncols=True, leave=False, disable=None)
    for image, truth in zip(bar, truths, strict=True):
        reading = reader.read(image, field=True).reading
        confidences.append(reading.confidence)
        right.append(reading.code == truth)
        accepted.append(reading.status == "accepted")
    return Readings(np.array(confidences), np.array(right, np.bool_), np.array(accepted, np.bool_))


def accept_rate(readings: Readings, max_error: float, weights: NDArray[np.int64] | None = None) -> float:
    """The largest share that a threshold on the confidence accepts with at most max_error wrong among them.

    weights: how often each field counts, int64 [fields]; None = once.
    """
    order = np.argsort(-readings.confidences, kind="stable")
    counts = np.ones(len(order), np.int64) if weights is None else weights[order]
    accepted = np.cumsum(counts)
    wrong = np.cumsum(counts * ~readings.right[order])
    possible = np.append(np.diff(readings.confidences[order]) != 0, True)
    allowed = accepted[possible & (wrong <= max_error * accepted) & (accepted > 0)]
    return float(allowed[-1] / accepted[-1]) if len(allowed) else 0.0


def resampled(readings: Readings, groups: Sequence[str], max_error: float) -> tuple[Interval, Interval]:
    """95 % intervals of the exact rate and of the accept rate, when whole groups are drawn anew.

    groups: [fields], who wrote each: fields of one writer are not independent. Source: Efron, "Bootstrap methods",
    1979, percentiles.
    """
    names, member = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(_SEED)
    exact, accept = [], []
    for _ in range(_RESAMPLES):
        drawn = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))
        weights = drawn[member]
        exact.append(float(np.average(readings.right, weights=weights)))
        accept.append(accept_rate(readings, max_error, weights))
    return _middle(exact), _middle(accept)


def _middle(values: Sequence[float]) -> Interval:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def wilson(right: int, of: int) -> Interval:
    """95 % interval of a share, where fields are independent. Source: Wilson, "Probable inference", 1927."""
    share, z2 = right / of, _Z**2
    middle = share + z2 / (2 * of)
    spread = _Z * float(np.sqrt(share * (1 - share) / of + z2 / (4 * of * of)))
    return max(0.0, (middle - spread) / (1 + z2 / of)), min(1.0, (middle + spread) / (1 + z2 / of))
