"""What a calibration makes of decodings: readings as they are reported, and their figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from device_runtime.calibration import Calibration
from device_runtime.decoding.rejection import decide
from device_runtime.types import Decoding, Reading
from train.evaluation.evaluate import Outcome


def judged(decodings: Iterable[Decoding], calibration: Calibration, max_error: float) -> list[Reading]:
    """The reading that each decoding comes to; raises PosteyeError when max_error cannot be promised."""
    return [decide(decoding, calibration, max_error, has_ink=True) for decoding in decodings]


def calibrated(decodings: Iterable[Decoding], truths: Sequence[str], calibration: Calibration) -> Outcome:
    """The outcome with the confidences that are reported, of codes and characters, instead of posteriors.

    Raises PosteyeError when the calibration has no operating points.
    """
    loosest = calibration.table[-1].max_error if calibration.table else 1.0  # the threshold changes no confidence
    readings = judged(decodings, calibration, loosest)
    return Outcome(
        [Decoding(reading.candidates if reading.code else (), reading.characters, None) for reading in readings],
        np.array([reading.confidence for reading in readings]),
        np.array([reading.code == truth for reading, truth in zip(readings, truths, strict=True)], dtype=np.bool_),
    )
