"""What is wrong at a station at present, by name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Literal, Protocol

State = Literal["camera_lost", "wire_lost", "disk_full"]  # those that the loop finds by itself


class Health(Protocol):
    """Keeps the states of a station. Any thread may call it."""

    def set(self, state: State, detail: str) -> None:
        """Something is wrong from now on.

        Args:
            state: its name, such as `camera_lost`.
            detail: in one line.
        """
        ...

    def clear(self, state: State) -> None:
        """It is well again, or was never wrong."""
        ...

    @property
    def now(self) -> Sequence[object]:
        """What is wrong now."""
        ...


class Troubles:
    """States by name with a line each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[State, str] = {}

    def set(self, state: State, detail: str) -> None:
        """Something is wrong from now on."""
        with self._lock:
            self._found[state] = detail

    def clear(self, state: State) -> None:
        """It is well again."""
        with self._lock:
            self._found.pop(state, None)

    @property
    def now(self) -> tuple[tuple[State, str], ...]:
        """What is wrong now: state and line."""
        with self._lock:
            return tuple(self._found.items())
