"""How far to trust posteriors: scales, and operating points for the error that a user allows.

The device only applies a calibration. It is found by train/evaluation/calibration.py on strings that were not trained
on, and stored in a bundle's manifest in exactly this form.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from device_runtime.core import checks
from device_runtime.core.library import library
from device_runtime.errors import PosteyeError
from device_runtime.exact import Number, exact_exp, exact_log

# Posteriors are kept this far from 0 and 1: scores are good to about 1e-13, so a logit beyond means nothing.
_EDGE = 1e-12
_Share = Annotated[float, Meta(ge=0, le=1)]


class Scale(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Calibrated value of a posterior: sigmoid(logit(posterior) / temperature + offset).

    Source: Platt, "Probabilistic outputs for support vector machines", 1999, on the logit of the posterior.
    """

    temperature: Annotated[float, Meta(gt=0, lt=1e30)]
    offset: Annotated[float, Meta(gt=-1e3, lt=1e3)]

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError(f"the temperature {self.temperature} of a calibration is not positive")

    def __call__(self, posterior: float) -> float:
        """Return the calibrated value (0..1) of a posterior (0..1)."""
        return self._scaled(_log_odds(min(max(posterior, _EDGE), 1.0 - _EDGE)))

    def each(self, posteriors: Sequence[float]) -> list[float]:
        """Return the calibrated values (0..1) of a few posteriors, by the compiled core where there is one."""
        if library() is None:
            return [self(posterior) for posterior in posteriors]
        return checks.calibrated(posteriors, self.temperature, self.offset)

    def all(self, posteriors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated values (0..1) of many posteriors, float64 of any shape."""
        return self._scaled(logit(posteriors))

    def _scaled(self, log_odds: Number) -> Number:
        """The sigmoid of log-odds at this temperature and offset."""
        return 1.0 / (1.0 + exact_exp(-log_odds / self.temperature - self.offset))


class OperatingPoint(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """For a share of wrong codes among the accepted: the confidence to ask for, and the share accepted then."""

    max_error: _Share
    threshold: Annotated[float, Meta(ge=0)]
    accept_rate: _Share


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """How far to trust posteriors, found on strings that were not trained on.

    Attributes:
        code: scale of the posteriors of codes.
        character: scale of the posteriors of characters.
        table: operating points, their max_error rising; may be empty.
        strings: on how many strings it was found.
        source: what these strings were.
    """

    code: Scale
    character: Scale
    table: tuple[OperatingPoint, ...]
    strings: Annotated[int, Meta(ge=1)]
    source: str

    def __post_init__(self) -> None:
        errors = [point.max_error for point in self.table]
        if errors != sorted(set(errors)):
            raise ValueError("the errors in a calibration table do not rise")

    def threshold(self, max_error: float) -> float:
        """Return the lowest calibrated confidence to accept, so that at most max_error of the accepted are wrong.

        Args:
            max_error: share of wrong codes allowed among the accepted; between two rows the stricter one counts.

        Raises:
            PosteyeError: max_error is below the smallest row.
        """
        if not self.table:
            raise PosteyeError(
                "no error rate can be promised for this model: it was too often wrong when it was calibrated; "
                "train it longer, or calibrate it with more strings"
            )
        kept = bisect_right(self.table, max_error, key=lambda point: point.max_error)
        if not kept:
            raise PosteyeError(
                f"max error {max_error:g} cannot be promised; "
                f"the smallest for this model is {self.table[0].max_error:g}"
            )
        return self.table[kept - 1].threshold


def logit(posterior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log(p / (1 - p)), with p kept a little away from 0 and 1."""
    return _log_odds(np.clip(posterior, _EDGE, 1.0 - _EDGE))


def _log_odds(posterior: Number) -> Number:
    return exact_log(posterior) - exact_log(1.0 - posterior)
