"""A V4L2 camera as a source: its newest buffer, stamped by the driver."""

from __future__ import annotations

import contextlib
import ctypes
import difflib
import errno
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from device_runtime.capture.source import Facts, Shot, Tell
from device_runtime.capture.url import HIGHEST_FPS, Address, Setting
from device_runtime.capture.v4l2 import structs
from device_runtime.capture.v4l2.controls import KINDS, read_controls, set_controls
from device_runtime.capture.v4l2.device import Calls, KernelDevice, Memory
from device_runtime.capture.v4l2.pixels import FORMATS, Layout, develop
from device_runtime.errors import CameraError, CameraLostError

BUFFERS = 4
USUAL_SIZE = (1280, 720)
USUAL_FPS = 30.0
SILENCE_S = 5.0
_EARLY_S = 1.0  # a stamp from so long before the camera was let to film is of another clock
_MOST_FORMATS = 64


class V4l2Source:
    """A camera of Linux.

    Args:
        address: the device, with options.
        connect: opens it.
    """

    waits = False
    silence_s = SILENCE_S

    def __init__(self, address: Address, connect: Callable[[str], Calls] = KernelDevice) -> None:
        self.name = address.name
        self._path = address.place
        self.claim = f"v4l2:{os.path.realpath(self._path)}"
        self._size = address.size()
        self._fps = address.number("fps", 0, HIGHEST_FPS)
        self._format = address.options.get("format")
        if self._format is not None and self._format not in FORMATS:
            near = difflib.get_close_matches(self._format.upper(), FORMATS, 1, 0.5)
            known = f"did you mean {near[0]}?" if near else f"give one of {', '.join(FORMATS)}"
            raise CameraError(f"{self.name}: format is {self._format!r}; {known}")
        settings = {name: address.setting(name) for name in KINDS}
        self._wanted: dict[str, Setting] = {name: value for name, value in settings.items() if value is not None}
        self._connect = connect
        self._device: Calls | None = None
        self._memory: list[Memory] = []
        self._period_s = 1 / USUAL_FPS
        self._started_s = 0.0
        self._told_clock = False

    def open(self, tell: Tell) -> Facts:
        """Open the device, set it as wanted, and let it film."""
        self._tell = tell
        try:
            self._device = device = self._connect(self._path)
            card = _capability(device)
            if card is None:
                raise CameraError(f"{self.name} is no camera; `posteye camera list` shows those that are here")
            self._layout, warnings = self._set_format(device)
            fps = self._set_rate(device)
            set_controls(device, self._wanted)
            self._share_buffers(device)
            self._started_s = time.monotonic()
            device.ioctl(structs.STREAMON, ctypes.c_int32(structs.CAPTURE))
            controls, differences = read_controls(device, self._wanted)  # now: some cameras forget when they start
        except OSError as error:
            raise self._lost(error) from error
        if self._fps and fps and abs(fps - self._fps) > 0.01 * self._fps:
            warnings.append(f"it sends {fps:g} frames a second, not {self._fps:g}")
        self._period_s = 1 / (fps or USUAL_FPS)
        layout = self._layout
        return Facts(card, layout.format, (layout.width, layout.height), fps, controls, (*warnings, *differences))

    def read(self, timeout_s: float) -> Shot | None:
        """The newest frame; older ones in the driver's queue are given back unseen."""
        device = self._device
        assert device is not None
        newest: structs.Buffer | None = None
        try:
            if not device.wait(timeout_s):
                return None
            for _ in range(BUFFERS):
                buffer = _buffer()
                try:
                    device.ioctl(structs.DQBUF, buffer)
                except BlockingIOError:
                    break
                if newest is not None:
                    device.ioctl(structs.QBUF, newest)
                newest = buffer
            if newest is None:
                return None
            data = b"" if newest.flags & structs.BUFFER_ERROR else self._memory[newest.index][: newest.bytesused]
            captured_s, sequence = self._exposed_s(newest), int(newest.sequence)
            device.ioctl(structs.QBUF, newest)
        except OSError as error:
            raise self._lost(error) from error
        layout = self._layout
        return Shot(captured_s, sequence, lambda: develop(data, layout)) if data else None

    def close(self) -> None:
        """Stop the camera and give its memory back; until then nobody else can have it."""
        device, self._device = self._device, None
        if device is None:
            return
        with contextlib.suppress(OSError):
            device.ioctl(structs.STREAMOFF, ctypes.c_int32(structs.CAPTURE))
        while self._memory:
            self._memory.pop().close()
        with contextlib.suppress(OSError):
            device.close()

    def _set_format(self, device: Calls) -> tuple[Layout, list[str]]:
        offered = _formats(device)
        fits = [name for name in FORMATS if name in offered]
        if not fits:
            raise CameraError(f"{self.name} sends {', '.join(offered) or 'nothing'}; read are {', '.join(FORMATS)}")
        if self._format and self._format not in fits:
            raise CameraError(f"{self.name} does not send {self._format}; give format={' or '.join(fits)}")
        asked = structs.Format(type=structs.CAPTURE)
        pix = asked.fmt.pix
        pix.width, pix.height = self._size or USUAL_SIZE
        pix.pixelformat = int.from_bytes((self._format or fits[0]).encode(), "little")
        pix.field = structs.FIELD_NONE
        device.ioctl(structs.S_FMT, asked)
        layout = Layout(_letters(pix.pixelformat), pix.width, pix.height, pix.bytesperline)
        if layout.format not in FORMATS or not layout.width > 1 or not layout.height > 1:
            raise CameraError(f"{self.name} chose {layout.format}; read are {', '.join(FORMATS)}")
        warnings = []
        if self._format and layout.format != self._format:
            warnings.append(f"it sends {layout.format}, not {self._format}")
        if self._size and (layout.width, layout.height) != self._size:
            warnings.append(f"it sends {layout.width}x{layout.height}, not {self._size[0]}x{self._size[1]}")
        return layout, warnings

    def _set_rate(self, device: Calls) -> float | None:
        """Set the rate if one is wanted; return the one that the camera says, None where it does not say."""
        rate = structs.StreamParameters(type=structs.CAPTURE)
        try:
            device.ioctl(structs.G_PARM, rate)
            if self._fps and rate.parm.capture.capability & structs.CAN_SET_RATE:
                rate.parm.capture.timeperframe.numerator = 1000
                rate.parm.capture.timeperframe.denominator = round(1000 * self._fps)
                device.ioctl(structs.S_PARM, rate)
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise
            return None
        period = rate.parm.capture.timeperframe
        return period.denominator / period.numerator if period.numerator and period.denominator else None

    def _share_buffers(self, device: Calls) -> None:
        asked = structs.RequestBuffers(count=BUFFERS, type=structs.CAPTURE, memory=structs.MEMORY_MMAP)
        device.ioctl(structs.REQBUFS, asked)
        if not asked.count:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        for index in range(asked.count):
            buffer = _buffer(index)
            device.ioctl(structs.QUERYBUF, buffer)
            self._memory.append(device.map(buffer.length, buffer.m.offset))
            device.ioctl(structs.QBUF, buffer)

    def _exposed_s(self, buffer: structs.Buffer) -> float:
        """When the exposure began; where the driver does not say, at most a period before the frame was complete."""
        now_s = time.monotonic()
        stamp_s = buffer.timestamp.tv_sec + buffer.timestamp.tv_usec / 1e6
        is_ours = buffer.flags & structs.CLOCK_MASK == structs.CLOCK_MONOTONIC
        if not (is_ours and self._started_s - _EARLY_S < stamp_s <= now_s):
            if not self._told_clock:
                self._told_clock = True
                self._tell(f"{self.name} stamps frames by another clock; the time of their arrival is taken")
            return now_s - self._period_s
        if buffer.flags & structs.STAMP_MASK == structs.STAMP_AT_START:
            return stamp_s
        return stamp_s - self._period_s

    def _lost(self, error: OSError) -> CameraError:
        """What an error of the kernel means."""
        if error.errno in (errno.EACCES, errno.EPERM):
            return CameraError(f"{self.name} may not be opened; sudo usermod -aG video $USER, and log in again")
        if error.errno == errno.ENOTTY:
            return CameraError(f"{self.name} is no camera; `posteye camera list` shows those that are here")
        if error.errno == errno.EBUSY:
            return CameraLostError(f"{self.name} is in use by another program; `fuser -v {self._path}` names it")
        if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
            return CameraLostError(f"{self.name} is not there; plug it in, or see `posteye camera list`")
        return CameraLostError(f"{self.name} failed: {error.strerror or error}; unplug it and plug it in again")


def list_cameras(
    connect: Callable[[str], Calls] = KernelDevice, folder: Path = Path("/dev")
) -> list[dict[str, object]]:
    """The V4L2 cameras that are here: of each its URL, name, formats, and a URL that stays the same on every start."""
    found: list[dict[str, object]] = []
    nodes = [node for node in folder.glob("video*") if re.fullmatch(r"video\d+", node.name)]
    for node in sorted(nodes, key=lambda node: int(node.name.removeprefix("video"))):
        try:
            device = connect(str(node))
        except OSError as error:
            found.append({"url": f"v4l2:{node}", "trouble": error.strerror or str(error)})
            continue
        with contextlib.closing(device):
            try:
                card = _capability(device)
                formats = _formats(device) if card is not None else []
            except OSError:
                continue
        if card is not None:
            found.append({"url": f"v4l2:{node}", "name": card, "formats": formats, "always": _lasting(node)})
    return found


def _lasting(node: Path) -> str | None:
    """The URL by which udev names a device after its make, or its port."""
    for folder in ("by-id", "by-path"):
        for link in sorted(node.parent.joinpath("v4l", folder).glob("*")):
            if link.resolve() == node.resolve():
                return f"v4l2:{link}"
    return None


def _capability(device: Calls) -> str | None:
    """The name of a camera; None for a device that does not film."""
    found = structs.Capability()
    device.ioctl(structs.QUERYCAP, found)
    can = found.device_caps if found.capabilities & structs.HAS_DEVICE_CAPS else found.capabilities
    if not (can & structs.CAN_CAPTURE and can & structs.CAN_STREAM):
        return None
    return f"{_text(found.card)} ({_text(found.driver)})"


def _formats(device: Calls) -> list[str]:
    """The formats that a camera can send, in its own order."""
    found: list[str] = []
    for index in range(_MOST_FORMATS):
        description = structs.FormatDescription(index=index, type=structs.CAPTURE)
        try:
            device.ioctl(structs.ENUM_FMT, description)
        except OSError as error:
            if error.errno != errno.EINVAL:  # which ends the list
                raise
            break
        found.append(_letters(description.pixelformat))
    return found


def _letters(pixel_format: int) -> str:
    """The four letters of a format, e.g. "YUYV"."""
    return bytes(pixel_format.to_bytes(4, "little")).decode("latin-1").strip()


def _text(raw: ctypes.Array[ctypes.c_uint8]) -> str:
    return bytes(raw).split(b"\0")[0].decode("utf-8", "replace")


def _buffer(index: int = 0) -> structs.Buffer:
    return structs.Buffer(index=index, type=structs.CAPTURE, memory=structs.MEMORY_MMAP)
