"""How long to wait for an answer before a request is sent again: by the round trips that were measured.

Source: RFC 6298, sections 2 and 3, with a shorter least wait.
"""

from __future__ import annotations

LEAST_WAIT_S = 0.05
_GAIN, _VARIANCE_GAIN = 1 / 8, 1 / 4
_VARIANCES = 4


class Pace:
    """The first wait of a request.

    Args:
        longest_s: the wait before anything was measured; it never becomes longer.

    Attributes:
        wait_s: for an answer to the first copy.
    """

    def __init__(self, longest_s: float) -> None:
        self._longest_s = self.wait_s = longest_s
        self._mean_s: float | None = None
        self._variance_s = 0.0

    def note(self, round_trip_s: float) -> None:
        """Take the time between a request that was sent once and its answer (Karn: of others it is not known)."""
        if self._mean_s is None:
            self._mean_s, self._variance_s = round_trip_s, round_trip_s / 2
        else:
            self._variance_s += _VARIANCE_GAIN * (abs(self._mean_s - round_trip_s) - self._variance_s)
            self._mean_s += _GAIN * (round_trip_s - self._mean_s)
        wait_s = self._mean_s + _VARIANCES * self._variance_s
        self.wait_s = min(max(wait_s, LEAST_WAIT_S), self._longest_s)
