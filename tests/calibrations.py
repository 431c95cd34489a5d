"""Calibrations made up for tests."""

from __future__ import annotations

from device_runtime.calibration import Calibration, OperatingPoint, Scale

AS_IT_IS = Scale(1.0, 0.0)


def made_calibration(
    *points: tuple[float, float, float], code: Scale = AS_IT_IS, character: Scale = AS_IT_IS
) -> Calibration:
    """A calibration with these operating points: (max_error, threshold, accept_rate) each."""
    return Calibration(code, character, tuple(OperatingPoint(*point) for point in points), 1000, "made up")
