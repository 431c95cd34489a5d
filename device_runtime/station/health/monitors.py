"""Monitors: each looks at one thing and says what is wrong with it, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from device_runtime.station.health.readers import free_bytes, temperature_c, throttled_bits
from device_runtime.station.health.states import Fault

STEP_S = 2.0
STEADY_S = 600.0  # after a step, until the clock counts as even again
HOT_C, COOL_C = 80.0, 75.0  # a Raspberry Pi slows down from 80 °C on
FULL_BYTES, ROOM_BYTES = 100_000_000, 150_000_000
_UNDER_VOLTAGE, _SLOWED_FOR_HEAT = 1 << 0, 1 << 2 | 1 << 3  # throttled, and the soft limit of temperature


class Monitor(Protocol):
    """Looks at one thing, from one thread."""

    @property
    def fault(self) -> Fault:
        """What it can find."""
        ...

    def look(self) -> str | None:
        """The evidence for the fault now, in one line; None where there is none.

        Raises:
            OSError: it cannot be known at the moment: what was known stays.
        """
        ...


class ClockMonitor:
    """Finds that the clock on the wall was set, by comparing it with one that only runs.

    A step is seen where it exceeds 2 s between two looks, so an hour's drift that is corrected slowly is none.

    Args:
        wall_s: the clock on the wall.
        monotonic_s: the other one.
    """

    fault: Fault = "clock_stepped"

    def __init__(
        self, wall_s: Callable[[], float] = time.time, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall_s, self._monotonic_s = wall_s, monotonic_s
        self._offset_s = wall_s() - monotonic_s()
        self._stepped: tuple[float, str] | None = None  # when, and the words

    def look(self) -> str | None:
        """As of `Monitor`."""
        now_s = self._monotonic_s()
        offset_s = self._wall_s() - now_s
        step_s, self._offset_s = offset_s - self._offset_s, offset_s
        if abs(step_s) > STEP_S:
            way = "ahead" if step_s > 0 else "back"
            self._stepped = now_s, f"the clock was set {way} by {abs(step_s):,.0f} s"
        elif self._stepped and now_s - self._stepped[0] >= STEADY_S:
            self._stepped = None
        return self._stepped[1] if self._stepped else None


class HeatMonitor:
    """Finds that the processor is too hot, by its sensors and by what a Raspberry Pi's firmware says.

    Args:
        celsius: gives the temperature, None where it cannot be known.
        bits: gives the bits of `vcgencmd get_throttled`, None where there are none.
    """

    fault: Fault = "overheated"

    def __init__(
        self,
        celsius: Callable[[], float | None] = temperature_c,
        bits: Callable[[], int | None] = throttled_bits,
    ) -> None:
        self._celsius, self._bits = celsius, bits
        self._hot = False

    def look(self) -> str | None:
        """As of `Monitor`."""
        degrees, bits = self._celsius(), self._bits() or 0
        slowed = bool(bits & _SLOWED_FOR_HEAT) and not bits & _UNDER_VOLTAGE  # weak power slows it down too
        limit_c = COOL_C if self._hot else HOT_C
        self._hot = slowed or (degrees is not None and degrees >= limit_c)
        if not self._hot:
            return None
        measured = "" if degrees is None else f"the processor has {degrees:.0f} °C"
        return "; ".join(filter(None, (measured, "it runs slower for its heat" if slowed else "")))


class DiskMonitor:
    """Finds that a disk is almost full.

    Args:
        folder: on it; the journal's.
        free: gives the bytes that are free.
    """

    fault: Fault = "disk_full"

    def __init__(self, folder: Path, free: Callable[[Path], int] = free_bytes) -> None:
        self._folder, self._free = folder, free
        self._full = False

    def look(self) -> str | None:
        """As of `Monitor`."""
        left = self._free(self._folder)
        self._full = left < (ROOM_BYTES if self._full else FULL_BYTES)
        return f"{left / 1e6:,.0f} MB are free for the journal" if self._full else None


class Asking:
    """Asks a part of the station that knows itself what is wrong with it: a camera, a recorder, a wire.

    Args:
        fault: that it means.
        trouble: gives what is wrong, None where nothing is.
    """

    def __init__(self, fault: Fault, trouble: Callable[[], str | None]) -> None:
        self.fault, self._trouble = fault, trouble

    def look(self) -> str | None:
        """As of `Monitor`."""
        return self._trouble()
