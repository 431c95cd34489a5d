"""Aiming: the live picture, its meters, the region, and whether the piece under the camera can be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from device_runtime.capture.source import Frame
from device_runtime.errors import ImageError, PosteyeError
from device_runtime.image.pixels import Pixels, to_gray
from device_runtime.region import Region
from device_runtime.result import Result, corners
from device_runtime.station.web.asked import JPEG, Answer, Asked, Refused, body_of
from device_runtime.station.web.meters import SHARP, Meters, measure
from device_runtime.station.web.watched import Watched
from device_runtime.types import Reading, Wanted

WIDEST_PX = 960  # of the picture in the browser
SHORTEST_PAUSE_S = 0.2  # between two pictures, however many browsers ask
READING_PAUSE_S = 1.0  # between two readings
SMALLEST = 0.02  # of a region: the share of a side
_QUALITY = 80  # of JPEG


class Drawn(msgspec.Struct, forbid_unknown_fields=True):
    """A region as the page sends it: four shares of the picture's sides, or null for all of it."""

    region: tuple[float, float, float, float] | None


@dataclass(frozen=True, eq=False)
class Shown:
    """A frame as the browser gets it.

    Attributes:
        frame: as the camera gave it.
        jpeg: at most WIDEST_PX wide.
        meters: of its region.
        made_s: when.
    """

    frame: Frame
    jpeg: bytes
    meters: Meters
    made_s: float


class Aim:
    """Answers what the page about aiming asks. However many ask, a frame is encoded and measured once.

    Args:
        station: whose camera it is.
        field: whether a frame is one text field; else a whole piece.
        role: whose code is wanted.
        upright: whether frames are the right way up.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        station: Watched,
        field: bool,
        role: Wanted,
        upright: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._station, self._field, self._role, self._upright = station, field, role, upright
        self._clock = clock
        self._showing, self._reading = threading.Lock(), threading.Lock()
        self._shown: Shown | None = None
        self._read: tuple[float, dict[str, Any]] | None = None

    def picture(self, asked: Asked) -> Answer:
        """The newest frame as JPEG; the header X-Frame has its number."""
        shown = self._newest()
        return Answer(shown.jpeg, JPEG, headers={"X-Frame": str(shown.frame.sequence)})

    def state(self, asked: Asked) -> dict[str, Any]:
        """Size, meters and region of the newest frame."""
        shown = self._newest()
        height, width = shown.frame.pixels.shape[:2]
        meters, trouble = shown.meters, self._station.camera.trouble
        return {
            "width": width,
            "height": height,
            "age_s": round(max(0.0, time.monotonic() - shown.frame.captured_s), 1),
            "trouble": trouble,
            "region": _shares(self._station.region, width, height),
            "focus": {
                "value": round(meters.sharpness, 1),
                "level": round(meters.level, 3),
                "words": meters.focus_words,
                "good": meters.sharpness >= SHARP,
            },
            "light": {
                "black": round(meters.black, 4),
                "white": round(meters.white, 4),
                "paper": meters.paper,
                "words": meters.light_words,
                "good": meters.light_words == "Good",
            },
        }

    def draw(self, asked: Asked) -> dict[str, Any]:
        """Take a region that somebody drew, or none for the whole picture; pieces are read in it from now on."""
        shares = body_of(asked, Drawn).region
        if shares is None:
            self._station.region = None
        else:
            x, y, width, height = shares
            inside = min(shares) >= 0 and x + width <= 1.001 and y + height <= 1.001
            if not inside or min(width, height) < SMALLEST:  # a comparison with what is no number is false
                raise Refused(400, f"a region lies in the picture, and is {SMALLEST:.0%} wide and high at least")
            self._station.region = Region(*(round(number, 4) for number in shares))
        with self._showing:
            self._shown = None
        self._read = None
        return {"region": shares}

    def read(self, asked: Asked) -> dict[str, Any]:
        """Read the newest frame now, and say what is on it and why; at most once in READING_PAUSE_S.

        Whoever asks meanwhile gets what was read last, and keeps no thread.
        """
        last = self._read
        if last and self._clock() - last[0] < READING_PAUSE_S:
            return last[1]
        if not self._reading.acquire(blocking=False):
            if last:
                return last[1]
            raise Refused(409, "a picture is being read; wait a moment")
        try:
            return self._read_now()
        finally:
            self._reading.release()

    def _read_now(self) -> dict[str, Any]:
        shown, region = self._newest(), self._station.region
        try:
            result = self._station.reader.read(
                shown.frame.pixels, field=self._field, role=self._role, region=region, upright=self._upright
            )
        except ImageError as error:
            raise Refused(409, f"the picture {error}") from None
        answer = described(result, shown.frame, shown.meters)
        if self._station.region is region:
            self._read = self._clock(), answer
        return answer

    def _newest(self) -> Shown:
        with self._showing:
            shown = self._shown
            if shown and self._clock() - shown.made_s < SHORTEST_PAUSE_S:
                return shown
            frame = self._station.camera.peek()
            if frame is None:
                raise Refused(503, self._station.camera.trouble or "the camera has not given a picture yet")
            if shown is None or frame is not shown.frame:
                shown = Shown(frame, _jpeg(frame.pixels), measure(_in_region(frame.pixels, self._station.region)), 0.0)
            self._shown = Shown(shown.frame, shown.jpeg, shown.meters, self._clock())
            return self._shown


def described(result: Result, frame: Frame, meters: Meters) -> dict[str, Any]:
    """What a reading says, in words and with places for the picture."""
    reading = result.reading
    height, width = frame.pixels.shape[:2]
    return {
        "frame": frame.sequence,
        "width": width,
        "height": height,
        "readable": reading.status == "accepted",
        "status": reading.status,
        "code": reading.code,
        "confidence": round(reading.confidence, 4),
        "headline": _headline(reading),
        "why": _why(reading, meters),
        "ms": round(result.timing_ms.get("total", 0.0), 1),
        "field": corners(result.field) if result.field else None,
        "fields": [{"corners": corners(one.field), "role": one.role, "code": one.code} for one in result.fields],
    }


def _headline(reading: Reading) -> str:
    if reading.status == "accepted":
        return f"Yes: {reading.code}"
    return f"Not surely: {reading.code}?" if reading.code else "No code found"


def _why(reading: Reading, meters: Meters) -> list[str]:
    """Why it is so, and what would help."""
    if reading.status == "accepted":
        return [f"Accepted with a confidence of {reading.confidence:.1%}."]
    found = [f"{(reading.reason or 'no reason was given').capitalize()}."]
    if reading.code:
        found.append(f"The confidence of {reading.code} is {reading.confidence:.1%}.")
    found += [f"{words}." for words in (meters.focus_words, meters.light_words) if words not in ("Sharp", "Good")]
    return found


def _jpeg(pixels: Pixels) -> bytes:
    from device_runtime.image.opencv import cv2

    height, width = pixels.shape[:2]
    if width > WIDEST_PX:
        size = (WIDEST_PX, max(1, round(height * WIDEST_PX / width)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    shown = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise PosteyeError("the picture cannot be shown; OpenCV makes no JPEG of it")
    return bytes(data)


def _in_region(pixels: Pixels, region: Region | None) -> Pixels:
    if region is not None:
        try:
            left, top, width, height = region.pixels(pixels.shape[1], pixels.shape[0])
            pixels = np.ascontiguousarray(pixels[top : top + height, left : left + width])
        except ImageError:  # of a picture of another size: then all of it is measured
            pass
    return to_gray(pixels)


def _shares(region: Region | None, width_px: int, height_px: int) -> list[float] | None:
    if region is None:
        return None
    try:
        left, top, width, height = region.pixels(width_px, height_px)
    except ImageError:
        return None
    return [
        round(left / width_px, 4),
        round(top / height_px, 4),
        round(width / width_px, 4),
        round(height / height_px, 4),
    ]
