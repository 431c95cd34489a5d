"""Videos and network streams, decoded by OpenCV's FFmpeg."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any

from device_runtime.capture.source import Facts, Pace, Shot, Tell
from device_runtime.capture.url import HIGHEST_FPS, Address
from device_runtime.errors import CameraEndedError, CameraError, CameraLostError, FileError
from device_runtime.files.regular import require_regular
from device_runtime.image.load import MAX_DECODED_BYTES
from device_runtime.image.opencv import cv2
from device_runtime.image.pixels import Pixels

# What both write to stderr names neither the file nor a remedy. FFmpeg's level is read when it is first used.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
with contextlib.suppress(AttributeError):
    cv2.setLogLevel(0)
# By UDP, packets that are lost leave smeared frames, and nobody tells.
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")

USUAL_FPS = 25.0  # of a video that does not say
OPENING_MS = 5000  # that a stream may take to open
ANSWER_MS = 2000  # between two of its frames


class VideoSource:
    """A video file, played at its own rate or at `fps`; again and again with `loop`.

    Args:
        address: the file, with options.
    """

    claim = None
    waits = False
    silence_s = None

    def __init__(self, address: Address) -> None:
        self.name = address.name
        self._path = address.place
        self._fps = address.number("fps", 0, HIGHEST_FPS)
        self._loop = address.flag("loop") is not None
        self._video: Any = None
        self._pace = Pace(USUAL_FPS)
        self._next: Pixels | None = None  # uint8 [H, W, 3] in BGR, decoded before it is due
        self._count = 0

    def open(self, tell: Tell) -> Facts:
        """Open the file; a video is never lost, only missing or damaged."""
        try:
            require_regular(self._path)
        except FileError as error:
            raise CameraError(str(error)) from error
        if not os.path.exists(self._path):
            raise CameraError(f"{self.name}: there is no such file")
        self._video = cv2.VideoCapture(os.path.abspath(self._path), cv2.CAP_FFMPEG)
        if not self._video.isOpened():
            raise CameraError(f"{self.name} is damaged, or no video that OpenCV's FFmpeg reads; MP4 with H.264 is safe")
        own_fps = self._video.get(cv2.CAP_PROP_FPS)
        fps = self._fps or (own_fps if 0 < own_fps <= HIGHEST_FPS else USUAL_FPS)
        self._pace, self._next, self._count = Pace(fps), None, 0
        return Facts("video", _codec(self._video), _size(self.name, self._video), fps)

    def read(self, timeout_s: float) -> Shot | None:
        """The next frame when it is due."""
        if self._next is None:
            self._next = self._decode()
        captured_s = self._pace.due(timeout_s)
        if captured_s is None:
            return None
        shot, self._next = _shot(self._next, captured_s, self._count), None
        self._count += 1
        return shot

    def _decode(self) -> Pixels:
        for again in (False, True):
            if again:
                self._video.set(cv2.CAP_PROP_POS_FRAMES, 0)
            there, pixels = self._video.read()
            if there:
                return pixels
            if not self._count:
                raise CameraError(f"{self.name} holds no frame that can be decoded; it may be damaged")
            if not self._loop:
                break
        raise CameraEndedError(f"{self.name} has no more frames")

    def close(self) -> None:
        """Close the file."""
        if self._video is not None:
            self._video.release()


class StreamSource:
    """A network camera's stream (RTSP over TCP), stamped when a frame arrives: the camera's own clock is not ours.

    Args:
        address: the URL.
    """

    waits = False
    silence_s = None  # reading ends by itself

    def __init__(self, address: Address) -> None:
        self.name = address.name
        self.claim = address.place
        self._url = address.place
        self._stream: Any = None
        self._count = 0

    def open(self, tell: Tell) -> Facts:
        """Ask the camera for its stream."""
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPENING_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, ANSWER_MS]
        self._stream = cv2.VideoCapture(self._url, cv2.CAP_FFMPEG, limits)
        if not self._stream.isOpened():
            raise CameraLostError(
                f"{self.name} gives no stream; check address, path, user and password, and the network"
            )
        fps = self._stream.get(cv2.CAP_PROP_FPS)
        self._count = 0
        return Facts(
            "network camera",
            _codec(self._stream),
            _size(self.name, self._stream),
            fps if 0 < fps <= HIGHEST_FPS else None,
        )

    def read(self, timeout_s: float) -> Shot | None:
        """The next frame; waits up to ANSWER_MS for it, since FFmpeg cannot be asked for less."""
        there, pixels = self._stream.read()
        if not there:
            raise CameraLostError(f"{self.name} sends no more; check the network and the camera's power")
        self._count += 1
        return _shot(pixels, time.monotonic(), self._count)

    def close(self) -> None:
        """Leave the stream."""
        if self._stream is not None:
            self._stream.release()


def _shot(bgr: Pixels, captured_s: float, sequence: int) -> Shot:
    return Shot(captured_s, sequence, lambda: cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def _codec(video: Any) -> str:
    code = int(video.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=False)
    return code.decode("ascii", "replace").strip("\0 ") or "unknown"


def _size(name: str, video: Any) -> tuple[int, int]:
    """Width and height in px; CameraError for frames that are larger than any picture may be."""
    width, height = int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
    if 3 * width * height > MAX_DECODED_BYTES:
        raise CameraError(f"{name} has frames of {width} x {height} px, which is too large; send or save smaller ones")
    return width, height
