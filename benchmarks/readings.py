"""What posteye makes of labelled fields, with figures that say how far they can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.reader import Reader
from train.evaluation.metrics import accept_rate

Interval = tuple[float, float]
_RESAMPLES, _SEED = 1000, 1998


@dataclass(frozen=True)
class Readings:
    """What was read of fields.

    Attributes:
        confidences: Calibrated confidence of the best code, 0 without one: float64 [fields].
        right: Whether that code is the field's: bool [fields].
        accepted: Whether the reader accepts it at its own threshold: bool [fields].
    """

    confidences: NDArray[np.float64]
    right: NDArray[np.bool_]
    accepted: NDArray[np.bool_]

    def accept_rate(self, max_error: float, weights: NDArray[np.int64] | None = None) -> float:
        """As `train.evaluation.metrics.accept_rate`."""
        return accept_rate(self.confidences, self.right, max_error, weights)

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
    """Read each image as one text field.

    Args:
        reader: Of the fields.
        images: Paths, or images uint8 [H, W].
        truths: What they hold.
        name: Of the progress bar.

    Raises:
        ImageError: A file is no image.
    """
    confidences, right, accepted = [], [], []
    bar = tqdm(images, desc=name, total=len(truths), unit="field", dynamic_ncols=True, leave=False, disable=None)
    for image, truth in zip(bar, truths, strict=True):
        reading = reader.read(image, field=True, upright=True).reading
        confidences.append(reading.confidence)
        right.append(reading.code == truth)
        accepted.append(reading.status == "accepted")
    return Readings(np.array(confidences), np.array(right, np.bool_), np.array(accepted, np.bool_))


def resampled(readings: Readings, groups: Sequence[str], max_error: float) -> tuple[Interval, Interval]:
    """95 % intervals by a bootstrap that draws whole groups. Source: Efron, "Bootstrap methods", 1979, percentiles.

    Args:
        readings: Of the fields.
        groups: Who wrote each field, [fields]: fields of one writer are not independent.
        max_error: Share of wrong codes among those accepted.

    Returns:
        The intervals of the exact rate and of the accept rate.
    """
    names, member = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(_SEED)
    exact, accept = [], []
    for _ in range(_RESAMPLES):
        drawn = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))
        weights = drawn[member]
        exact.append(float(np.average(readings.right, weights=weights)))
        accept.append(readings.accept_rate(max_error, weights))
    return _middle(exact), _middle(accept)


def _middle(values: Sequence[float]) -> Interval:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
