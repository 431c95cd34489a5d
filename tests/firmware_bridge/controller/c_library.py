"""The controller library in C, compiled for this machine and called through ctypes; what it calls back, in lists."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from build_controller import build_shared
from firmware_bridge.protocol.message import CONFIDENCE_STEPS, Flags, NoReadMessage, ReadingMessage, Report
from firmware_bridge.protocol.notice import Capability, Heartbeat, ReaderIdentity, Setting, Statistics, Troubles

# Further flags for the compiler: `make sanitized` gives its own.
FLAGS = "POSTEYE_CONTROLLER_FLAGS"
_STATUSES = {1: "accepted", 2: "rejected", 3: "no_code"}
# What ctypes cannot know: the size of a controller, and where its counts lie in it.
_SHIM = """
#include <stddef.h>
#include "posteye_controller.h"
size_t shim_size(void);
size_t shim_statistics(void);
size_t shim_size(void) { return sizeof(pec_controller); }
size_t shim_statistics(void) { return offsetof(pec_controller, statistics); }
"""


class _Report(ctypes.Structure):
    _fields_ = [
        ("session", ctypes.c_uint32),
        ("piece", ctypes.c_uint32),
        ("sequence", ctypes.c_uint16),
        ("confidence", ctypes.c_uint16),
        ("elapsed_ms", ctypes.c_uint16),
        ("status", ctypes.c_uint8),
        ("reason", ctypes.c_uint8),
        ("flags", ctypes.c_uint8),
        ("code", ctypes.c_char_p),
        ("bin", ctypes.c_char_p),
        ("detail", ctypes.c_char_p),
    ]


class _Reader(ctypes.Structure):
    _fields_ = [
        ("capabilities", ctypes.c_uint16),
        ("bundle", ctypes.POINTER(ctypes.c_uint8)),
        ("model", ctypes.c_char_p),
    ]


class _Heartbeat(ctypes.Structure):
    _fields_ = [("uptime_s", ctypes.c_uint32), ("pieces", ctypes.c_uint32), ("troubles", ctypes.c_uint16)]


class _Setting(ctypes.Structure):
    _fields_ = [("cause", ctypes.c_uint8), ("key", ctypes.c_char_p), ("value", ctypes.c_char_p)]


class _Statistics(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in Statistics.__dataclass_fields__]


_WRITE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_TAKE = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.POINTER(_Report))
_OPENED = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p)
_IDENTIFIED = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_Reader))
_ALIVE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_Heartbeat))
_SETTING = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_Setting))
_TRIGGERED = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint8)


class _Board(ctypes.Structure):
    _fields_ = [
        ("context", ctypes.c_void_p),
        ("model", ctypes.c_char_p),
        ("capabilities", ctypes.c_uint16),
        ("write", _WRITE),
        ("take", _TAKE),
        ("opened", _OPENED),
        ("identified", _IDENTIFIED),
        ("alive", _ALIVE),
        ("setting", _SETTING),
        ("triggered", _TRIGGERED),
    ]


def load(command: Sequence[str], folder: Path) -> ctypes.CDLL:
    """Compile the library and load it.

    Args:
        command: of a C compiler.
        folder: for the library.
    """
    shim, out = folder / "shim.c", folder / "controller.so"
    shim.write_text(_SHIM)
    build_shared(command, out, (*os.environ.get(FLAGS, "").split(), str(shim)))
    library = ctypes.CDLL(str(out))
    library.pec_start.restype = library.pec_trigger.restype = library.pec_tell_time.restype = ctypes.c_bool
    library.pec_ask_setting.restype = library.pec_change_setting.restype = ctypes.c_bool
    library.shim_size.restype = library.shim_statistics.restype = ctypes.c_size_t
    library.pec_receive.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    return library


class CController:
    """A controller in C.

    Args:
        library: as load returns it.
        model: what WELCOME and IDENTITY say.
        speaks: capabilities beside those that the library always has.
        listens: whether it has the callbacks that may be missing.

    Attributes:
        started: whether it could be.
        takes: whether it takes reports over; else it does not acknowledge them.
        reports: taken over, in order, each with its session and sequence.
        told: the rest of what it called back, in order.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        model: str = "mysorter 1.0",
        speaks: Capability = Capability.TRIGGER | Capability.TIME,
        *,
        listens: bool = True,
    ) -> None:
        self._library = library
        self._memory = ctypes.create_string_buffer(b"\xa5" * library.shim_size(), library.shim_size())
        self._sent = bytearray()
        self.takes = True
        self.reports: list[tuple[Report, int, int]] = []
        self.told: list[tuple[Any, ...]] = []
        self._board = _Board(None, model.encode("latin-1"), int(speaks), _WRITE(self._write), _TAKE(self._take))
        if listens:
            self._listen()
        self.started = bool(library.pec_start(self._memory, ctypes.byref(self._board), 0))

    def feed(self, data: bytes) -> bytes:
        """Give it bytes; returns what it sent."""
        self._library.pec_receive(self._memory, data, len(data))
        return self.sent()

    def sent(self) -> bytes:
        """What it sent since the last look."""
        sent = bytes(self._sent)
        self._sent.clear()
        return sent

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of the library by its name without pec_."""
        return getattr(self._library, f"pec_{name}")(self._memory, *arguments)

    def poll(self, now_ms: int) -> bytes:
        """Let time pass; returns what it sent."""
        self.call("poll", ctypes.c_uint32(now_ms))
        return self.sent()

    @property
    def statistics(self) -> Statistics:
        """What it counted."""
        counts = _Statistics.from_buffer(self._memory, self._library.shim_statistics())
        return Statistics(**{name: getattr(counts, name) for name in Statistics.__dataclass_fields__})

    def _listen(self) -> None:
        told = self.told.append
        self._board.opened = _OPENED(lambda _, session, name: told(("opened", session, name.decode())))
        self._board.identified = _IDENTIFIED(lambda _, one: told(("identified", _reader(one.contents))))
        self._board.alive = _ALIVE(lambda _, one: told(("alive", _heartbeat(one.contents))))
        self._board.setting = _SETTING(lambda _, one: told(("setting", _setting(one.contents))))
        self._board.triggered = _TRIGGERED(lambda _, piece, cause: told(("triggered", piece, cause)))

    def _write(self, _: int | None, frame: int, count: int) -> None:
        self._sent.extend(ctypes.string_at(frame, count))

    def _take(self, _: int | None, report: Any) -> bool:
        if self.takes:
            one = report.contents
            self.reports.append((_report(one), one.session, one.sequence))
        return self.takes


def _report(one: _Report) -> Report:
    bin, flags = one.bin.decode() or None, Flags(one.flags)
    if one.status == 0:
        return NoReadMessage(one.piece, one.reason, one.elapsed_ms, bin, flags, one.detail.decode())
    confidence, code = one.confidence / CONFIDENCE_STEPS, one.code.decode() or None
    assert (one.reason, one.detail) == (0, b"")
    return ReadingMessage(one.piece, _STATUSES[one.status], code, confidence, one.elapsed_ms, bin, flags)  # type: ignore[arg-type]


def _reader(one: _Reader) -> ReaderIdentity:
    return ReaderIdentity(Capability(one.capabilities), bytes(one.bundle[:8]), one.model.decode())


def _heartbeat(one: _Heartbeat) -> Heartbeat:
    return Heartbeat(one.uptime_s, one.pieces, Troubles(one.troubles))


def _setting(one: _Setting) -> Setting:
    return Setting(one.key.decode(), one.value.decode(), one.cause)
