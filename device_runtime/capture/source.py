"""What every source of frames gives, and how it is asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device_runtime.image.pixels import Pixels

Tell = Callable[[str], None]
AGAIN = "trying again until it is there"  # ends what is told of a source that is lost


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture with the moment at which it was taken.

    Attributes:
        pixels: uint8 [H, W], or [H, W, 3] in RGB; read only, since several may look at it.
        captured_s: start of the exposure on the monotonic clock (`time.monotonic`), as well as the source knows it.
        sequence: number of the frame, rising; a gap is a frame that the source gave and nobody saw.
        source: the URL, without any password.
    """

    pixels: Pixels
    captured_s: float
    sequence: int
    source: str


@dataclass(frozen=True, eq=False)
class Shot:
    """A frame as a source hands it over: most are never looked at, so its pixels are made when they are wanted.

    Attributes:
        captured_s: as of `Frame`.
        sequence: as the source counts.
        develop: makes the pixels, from any thread; ImageError when what the source sent is damaged.
    """

    captured_s: float
    sequence: int
    develop: Callable[[], Pixels]


@dataclass(frozen=True)
class Control:
    """A control of a camera as it was read back.

    Attributes:
        name: exposure, gain, white_balance or focus.
        value: in the unit of the URL's option; None when the camera chooses it.
        lowest: the least that can be asked for.
        highest: the most that can be asked for.
    """

    name: str
    value: float | None
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Facts:
    """What a source says of itself once it is open.

    Attributes:
        device: its name for people.
        format: how it sends pixels, e.g. "YUYV".
        size: width and height in px; None where every picture has its own.
        fps: frames a second that it promises; None where they come when they come.
        controls: as they were read back.
        warnings: lines on what is not as it was asked for.
    """

    device: str
    format: str
    size: tuple[int, int] | None = None
    fps: float | None = None
    controls: tuple[Control, ...] = ()
    warnings: tuple[str, ...] = ()


class Source(Protocol):
    """Where frames come from. One thread calls it; after `close` it can be opened again."""

    @property
    def name(self) -> str:
        """The URL as messages show it."""
        ...

    @property
    def claim(self) -> str | None:
        """What only one camera at a time may use, such as a device; None where nothing is taken from anybody."""
        ...

    @property
    def waits(self) -> bool:
        """Whether a picture waits until it is wanted, as stored ones do; a camera's frames do not."""
        ...

    @property
    def silence_s(self) -> float | None:
        """After how long without a frame it counts as lost; None where silence is usual."""
        ...

    def open(self, tell: Tell) -> Facts:
        """Open it.

        Args:
            tell: takes a line about a picture that is left out.

        Raises:
            CameraLostError: it is not there now.
            CameraError: it can never be used so.
        """
        ...

    def read(self, timeout_s: float) -> Shot | None:
        """Return the next frame, or None if none comes in the time.

        Raises:
            CameraLostError: it is gone.
            CameraEndedError: there are no more.
        """
        ...

    def close(self) -> None:
        """Give everything back, whatever has happened before."""
        ...


class Pace:
    """When the pictures of a recording are due, so that it is played as a camera would film it.

    Args:
        fps: pictures a second.
    """

    def __init__(self, fps: float) -> None:
        self._period_s = 1 / fps
        self._due_s: float | None = None

    def due(self, timeout_s: float) -> float | None:
        """Wait until the next picture is due; return that moment, or None if it does not come in the time.

        Who is late by more than a picture goes on from now: a recording is not played faster to catch up.
        """
        now_s = time.monotonic()
        due_s = now_s if self._due_s is None else self._due_s
        if due_s > now_s:
            time.sleep(min(due_s - now_s, timeout_s))
            if time.monotonic() < due_s:
                return None
        elif now_s - due_s > self._period_s:
            due_s = now_s
        self._due_s = due_s + self._period_s
        return due_s
