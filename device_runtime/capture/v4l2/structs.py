"""The structures and numbers of linux/videodev2.h that are used here, laid out by ctypes as the C compiler does.

Time stamps have 64 bits on every machine, as the kernel has them since 5.6. A test compares sizes and numbers with the
header.
"""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_ulong

CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
MEMORY_MMAP = 1
FIELD_NONE = 1

CAN_CAPTURE = 0x00000001
CAN_STREAM = 0x04000000
HAS_DEVICE_CAPS = 0x80000000
CAN_SET_RATE = 0x1000  # V4L2_CAP_TIMEPERFRAME

BUFFER_ERROR = 0x0040
CLOCK_MASK, CLOCK_MONOTONIC = 0xE000, 0x2000
STAMP_MASK, STAMP_AT_START = 0x70000, 0x10000

CONTROL_DISABLED, CONTROL_READ_ONLY = 0x0001, 0x0004


class Capability(ctypes.Structure):
    """What a device is."""

    _fields_ = [
        ("driver", c_uint8 * 16),
        ("card", c_uint8 * 32),
        ("bus_info", c_uint8 * 32),
        ("version", c_uint32),
        ("capabilities", c_uint32),
        ("device_caps", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class FormatDescription(ctypes.Structure):
    """One format that a device can send."""

    _fields_ = [
        ("index", c_uint32),
        ("type", c_uint32),
        ("flags", c_uint32),
        ("description", c_uint8 * 32),
        ("pixelformat", c_uint32),
        ("mbus_code", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class _PixelFormat(ctypes.Structure):
    _fields_ = [
        ("width", c_uint32),
        ("height", c_uint32),
        ("pixelformat", c_uint32),
        ("field", c_uint32),
        ("bytesperline", c_uint32),
        ("sizeimage", c_uint32),
        ("colorspace", c_uint32),
        ("priv", c_uint32),
        ("flags", c_uint32),
        ("ycbcr_enc", c_uint32),
        ("quantization", c_uint32),
        ("xfer_func", c_uint32),
    ]


class _FormatUnion(ctypes.Union):
    _fields_ = [("pix", _PixelFormat), ("raw", c_uint8 * 200), ("aligned", c_ulong)]


class Format(ctypes.Structure):
    """The format that a device sends."""

    _fields_ = [("type", c_uint32), ("fmt", _FormatUnion)]


class Fraction(ctypes.Structure):
    """A time in s."""

    _fields_ = [("numerator", c_uint32), ("denominator", c_uint32)]


class _CaptureParameters(ctypes.Structure):
    _fields_ = [
        ("capability", c_uint32),
        ("capturemode", c_uint32),
        ("timeperframe", Fraction),
        ("extendedmode", c_uint32),
        ("readbuffers", c_uint32),
        ("reserved", c_uint32 * 4),
    ]


class _ParametersUnion(ctypes.Union):
    _fields_ = [("capture", _CaptureParameters), ("raw", c_uint8 * 200)]


class StreamParameters(ctypes.Structure):
    """The rate of frames."""

    _fields_ = [("type", c_uint32), ("parm", _ParametersUnion)]


class RequestBuffers(ctypes.Structure):
    """How many buffers."""

    _fields_ = [
        ("count", c_uint32),
        ("type", c_uint32),
        ("memory", c_uint32),
        ("capabilities", c_uint32),
        ("flags", c_uint32),
    ]


class _Time(ctypes.Structure):
    _fields_ = [("tv_sec", c_int64), ("tv_usec", c_int64)]


class _Timecode(ctypes.Structure):
    _fields_ = [
        ("type", c_uint32),
        ("flags", c_uint32),
        ("fields", c_uint8 * 4),
        ("userbits", c_uint8 * 4),
    ]


class _Memory(ctypes.Union):
    _fields_ = [("offset", c_uint32), ("userptr", c_ulong)]


class Buffer(ctypes.Structure):
    """A buffer with a frame in it."""

    _fields_ = [
        ("index", c_uint32),
        ("type", c_uint32),
        ("bytesused", c_uint32),
        ("flags", c_uint32),
        ("field", c_uint32),
        ("timestamp", _Time),
        ("timecode", _Timecode),
        ("sequence", c_uint32),
        ("memory", c_uint32),
        ("m", _Memory),
        ("length", c_uint32),
        ("reserved2", c_uint32),
        ("request_fd", c_int32),
    ]


class ControlDescription(ctypes.Structure):
    """What values a control takes."""

    _fields_ = [
        ("id", c_uint32),
        ("type", c_uint32),
        ("name", c_uint8 * 32),
        ("minimum", c_int32),
        ("maximum", c_int32),
        ("step", c_int32),
        ("default_value", c_int32),
        ("flags", c_uint32),
        ("reserved", c_uint32 * 2),
    ]


class ControlValue(ctypes.Structure):
    """The value of a control."""

    _fields_ = [("id", c_uint32), ("value", c_int32)]


_WRITE, _READ = 1, 2


def _number(direction: int, number: int, kind: type) -> int:
    return direction << 30 | ctypes.sizeof(kind) << 16 | ord("V") << 8 | number


QUERYCAP = _number(_READ, 0, Capability)
ENUM_FMT = _number(_READ | _WRITE, 2, FormatDescription)
G_FMT = _number(_READ | _WRITE, 4, Format)
S_FMT = _number(_READ | _WRITE, 5, Format)
REQBUFS = _number(_READ | _WRITE, 8, RequestBuffers)
QUERYBUF = _number(_READ | _WRITE, 9, Buffer)
QBUF = _number(_READ | _WRITE, 15, Buffer)
DQBUF = _number(_READ | _WRITE, 17, Buffer)
STREAMON = _number(_WRITE, 18, c_int32)
STREAMOFF = _number(_WRITE, 19, c_int32)
G_PARM = _number(_READ | _WRITE, 21, StreamParameters)
S_PARM = _number(_READ | _WRITE, 22, StreamParameters)
G_CTRL = _number(_READ | _WRITE, 27, ControlValue)
S_CTRL = _number(_READ | _WRITE, 28, ControlValue)
QUERYCTRL = _number(_READ | _WRITE, 36, ControlDescription)
