"""A camera that answers V4L2's ioctls as a driver does: buffers in a queue, stamps, controls, somebody else's EBUSY.

It is handed to `V4l2Source` in place of the kernel, and speaks the same structures.
"""

from __future__ import annotations

import ctypes
import errno
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from device_runtime.capture.v4l2 import structs


def error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@dataclass
class FakeControl:
    """A control: its value is clipped to its range and rounded down to a step, as drivers do."""

    value: int
    minimum: int
    maximum: int
    step: int = 1
    stuck: bool = False


@dataclass
class FakeCamera:
    """The hardware; each `connect` opens it once more.

    Attributes:
        formats: what it offers.
        sizes: the sizes that it can send; the nearest is chosen.
        row_padding: bytes behind each row.
        controls: by number.
        flags: of each buffer: which clock stamps it, and when.
        fps: frames a second.
        card: its name.
        capabilities: what it can.
    """

    formats: tuple[str, ...] = ("MJPG", "YUYV")
    sizes: tuple[tuple[int, int], ...] = ((32, 16), (64, 64))
    row_padding: int = 0
    controls: dict[int, FakeControl] = field(default_factory=dict)
    flags: int = structs.CLOCK_MONOTONIC | structs.STAMP_AT_START
    fps: int = 30
    card: str = "Fake Camera"
    capabilities: int = structs.CAN_CAPTURE | structs.CAN_STREAM
    refusal: int = 0

    def __post_init__(self) -> None:
        self.changed = threading.Condition()
        self.plugged = True
        self.user: FakeDevice | None = None  # who has the buffers
        self.sequence = 0

    def connect(self, path: str) -> FakeDevice:
        if self.refusal or not self.plugged:
            raise error(self.refusal or errno.ENOENT)
        return FakeDevice(self)

    def film(self, data: bytes, exposed_s: float | None = None, flags: int = 0) -> bool:
        """Expose a frame; whether a buffer was free for it. The number counts either way."""
        with self.changed:
            number, self.sequence = self.sequence, self.sequence + 1
            user = self.user
            if user is None or not user.streaming or not user.queued:
                return False
            index = user.queued.pop(0)
            user.memory[index][: len(data)] = data
            user.filled.append((index, len(data), number, exposed_s or time.monotonic(), flags | self.flags))
            self.changed.notify_all()
            return True

    def unplug(self) -> None:
        with self.changed:
            self.plugged = False
            self.user = None
            self.changed.notify_all()


class FakeDevice:
    """One opening of the camera."""

    def __init__(self, camera: FakeCamera) -> None:
        self.camera = camera
        self.memory: dict[int, bytearray] = {}
        self.queued: list[int] = []
        self.filled: list[tuple[int, int, int, float, int]] = []
        self.streaming = False

    def ioctl(self, request: int, argument: ctypes.Structure | ctypes.c_int32) -> None:
        with self.camera.changed:
            if not self.camera.plugged:
                raise error(errno.ENODEV)
            answers: dict[int, Callable[[Any], None]] = {
                structs.QUERYCAP: self._capability,
                structs.ENUM_FMT: self._describe_format,
                structs.S_FMT: self._set_format,
                structs.G_PARM: self._rate,
                structs.S_PARM: self._rate,
                structs.REQBUFS: self._request,
                structs.QUERYBUF: self._query,
                structs.QBUF: self._queue,
                structs.DQBUF: self._dequeue,
                structs.STREAMON: self._start,
                structs.STREAMOFF: self._stop,
                structs.QUERYCTRL: self._describe_control,
                structs.G_CTRL: self._get_control,
                structs.S_CTRL: self._set_control,
            }
            if request not in answers:
                raise error(errno.ENOTTY)
            answers[request](argument)

    def map(self, length: int, offset: int) -> SharedBytes:
        return SharedBytes(self.memory[offset // 4096])

    def wait(self, timeout_s: float) -> bool:
        with self.camera.changed:
            self.camera.changed.wait_for(lambda: self.filled or not self.camera.plugged, timeout_s)
            if not self.camera.plugged:
                raise error(errno.ENODEV)
            return bool(self.filled)

    def close(self) -> None:
        with self.camera.changed:
            if self.camera.user is self:
                self.camera.user = None

    def _capability(self, found: structs.Capability) -> None:
        card = self.camera.card.encode()
        found.card[: len(card)] = card
        found.driver[:4] = b"fake"
        found.capabilities = structs.HAS_DEVICE_CAPS
        found.device_caps = self.camera.capabilities

    def _describe_format(self, found: structs.FormatDescription) -> None:
        if found.index >= len(self.camera.formats):
            raise error(errno.EINVAL)
        found.pixelformat = int.from_bytes(self.camera.formats[found.index].encode(), "little")

    def _set_format(self, found: structs.Format) -> None:
        if self.camera.user not in (None, self):
            raise error(errno.EBUSY)
        pix = found.fmt.pix
        pix.width, pix.height = min(self.camera.sizes, key=lambda size: abs(size[0] - pix.width))
        pixel_bytes = {"YUYV": 2, "RGB3": 3}.get(pix.pixelformat.to_bytes(4, "little").decode(), 1)
        pix.bytesperline = pix.width * pixel_bytes + self.camera.row_padding
        pix.sizeimage = 64 * 1024

    def _rate(self, found: structs.StreamParameters) -> None:
        found.parm.capture.capability = structs.CAN_SET_RATE
        found.parm.capture.timeperframe.numerator, found.parm.capture.timeperframe.denominator = 1, self.camera.fps

    def _request(self, asked: structs.RequestBuffers) -> None:
        if self.camera.user not in (None, self):
            raise error(errno.EBUSY)
        self.camera.user = self
        self.memory = {index: bytearray(64 * 1024) for index in range(asked.count)}

    def _query(self, found: structs.Buffer) -> None:
        found.length, found.m.offset = len(self.memory[found.index]), found.index * 4096

    def _queue(self, buffer: structs.Buffer) -> None:
        if buffer.index in self.queued:
            raise error(errno.EINVAL)
        self.queued.append(buffer.index)

    def _dequeue(self, buffer: structs.Buffer) -> None:
        if not self.filled:
            raise error(errno.EAGAIN)
        buffer.index, buffer.bytesused, buffer.sequence, stamp_s, buffer.flags = self.filled.pop(0)
        # Cut, not rounded: a stamp must not lie after the moment.
        buffer.timestamp.tv_sec, buffer.timestamp.tv_usec = int(stamp_s), int(stamp_s % 1 * 1e6)

    def _start(self, _kind: ctypes.c_int32) -> None:
        self.streaming = True

    def _stop(self, _kind: ctypes.c_int32) -> None:
        self.streaming = False

    def _control(self, number: int) -> FakeControl:
        if number not in self.camera.controls:
            raise error(errno.EINVAL)
        return self.camera.controls[number]

    def _describe_control(self, found: structs.ControlDescription) -> None:
        control = self._control(found.id)
        found.minimum, found.maximum, found.step = control.minimum, control.maximum, control.step

    def _get_control(self, found: structs.ControlValue) -> None:
        found.value = self._control(found.id).value

    def _set_control(self, asked: structs.ControlValue) -> None:
        control = self._control(asked.id)
        if not control.stuck:
            value = min(max(asked.value, control.minimum), control.maximum)
            control.value = value - (value - control.minimum) % control.step


class SharedBytes:
    """Memory that is shared with the driver: what it writes later is seen too."""

    def __init__(self, memory: bytearray) -> None:
        self._memory = memory

    def __getitem__(self, part: slice, /) -> bytes:
        return bytes(self._memory[part])

    def close(self) -> None:
        """Nothing to give back."""
