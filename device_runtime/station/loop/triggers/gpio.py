"""A line of GPIO, such as that of a light barrier, tells that a piece has come. It needs the extra `gpio`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from device_runtime.errors import PosteyeError

DEBOUNCE_S = 0.02


class Triggered(Protocol):
    """What a line needs of a station."""

    def trigger(self, number: int | None = None, deadline_ms: float | None = None) -> int:
        """A piece has come."""
        ...


class Debounce:
    """Tells a new piece from a contact that bounces, or an edge of a piece that trembles.

    Args:
        hold_s: after an edge, further ones within this time are the same.
        clock: `time.monotonic`, or another in its place.
    """

    def __init__(self, hold_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._hold_s, self._clock = hold_s, clock
        self._last_s = float("-inf")
        self._lock = threading.Lock()

    def is_new(self) -> bool:
        """Whether an edge now is that of a new piece; every edge prolongs the time of silence."""
        with self._lock:
            now_s = self._clock()
            before_s, self._last_s = self._last_s, now_s
            return now_s - before_s >= self._hold_s


class GpioTriggers:
    """Begins a piece when a line becomes active.

    Args:
        line: as gpiozero names it: 17, "GPIO17", "BOARD11".
        active_low: whether the line is low while the barrier is broken; it is pulled up then, and down otherwise.
        debounce_s: after an edge, further ones within this time are the same piece.
        clock: `time.monotonic`, or another in its place.

    Raises:
        PosteyeError: gpiozero is not installed.
    """

    def __init__(
        self,
        line: int | str,
        *,
        active_low: bool = True,
        debounce_s: float = DEBOUNCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line, self._active_low = line, active_low
        self._debounce = Debounce(debounce_s, clock)
        self._device: Any = None
        try:
            import gpiozero
        except ImportError as error:
            raise PosteyeError(
                f"a GPIO line needs gpiozero ({error}): pip install 'posteye[gpio]', or sudo apt-get install "
                "python3-gpiozero"
            ) from error
        self._gpiozero = gpiozero

    def start(self, station: Triggered) -> None:
        """Begin to tell.

        Raises:
            PosteyeError: there is no such line, or it is in use.
        """

        def activated() -> None:
            if self._debounce.is_new():
                station.trigger()

        try:
            self._device = self._gpiozero.DigitalInputDevice(self._line, pull_up=self._active_low)
        except Exception as error:  # gpiozero's own, and those of the library below it
            said = " ".join(str(error).split()) or type(error).__name__
            raise PosteyeError(f"GPIO line {self._line} cannot be used: {said}") from error
        self._device.when_activated = activated

    def close(self) -> None:
        """Give the line back."""
        if self._device is not None:
            self._device.when_activated = None
            self._device.close()
