"""A camera keeps the latest frame of a source on a thread of its own, and brings the source back when it was lost."""

from __future__ import annotations

import atexit
import contextlib
import math
import threading
import time
from types import TracebackType

from device_runtime.capture.source import AGAIN, Facts, Frame, Shot, Source, Tell
from device_runtime.errors import (
    CameraEndedError,
    CameraError,
    CameraLostError,
    CameraTimeoutError,
    ImageError,
    PosteyeError,
)

SHORTEST_PAUSE_S = 0.2  # before a lost source is opened again; doubled up to the longest as long as that fails
LONGEST_PAUSE_S = 5.0
HANGS_AFTER_S = 2.0  # without an answer from open or read, which are asked to return within LOOK_S
LOOK_S = 0.1  # how long a read may take before the thread looks whether it shall end
CLOSING_S = 0.9  # how long `close` waits for a source that hangs
# How long the program's end waits for it: a thread that comes back from FFmpeg while Python ends aborts the process.
ENDING_S = 6.0

_claims: set[str | None] = set()
_claiming = threading.Lock()
_filming: set[Camera] = set()


class Camera:
    """The frames of one source; a context manager that closes it. Any thread may call it.

    Args:
        source: what it films from, not yet opened.
        tell: takes a line about what happens to it; called on the camera's thread.

    Raises:
        CameraError: another camera of this program has the same device.
    """

    def __init__(self, source: Source, tell: Tell) -> None:
        self.name = source.name
        self._source, self._tell = source, tell
        self._changed = threading.Condition()
        self._closing = threading.Event()
        # Guarded by the condition:
        self._facts: Facts | None = None
        self._shot: Shot | None = None
        self._frame: Frame | None = None  # the shot developed
        self._last = -1  # sequence of the last frame
        self._trouble: str | None = None
        self._end: PosteyeError | None = None
        self._waiters = 0
        self._taken = True  # whether somebody got the shot; a picture that waits is not replaced before
        self._busy_since_s: float | None = None
        _claim(source)
        _filming.add(self)
        self._thread = threading.Thread(target=self._run, name=f"camera {self.name}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Camera:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def opened(self, timeout_s: float) -> Facts:
        """Wait until the source is open, and return what it says of itself.

        Raises:
            CameraLostError: it is not there; the thread goes on trying.
            CameraError: it can never be opened so.
            CameraTimeoutError: it is not open in the time.
        """
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            while self._facts is None:
                if self._end:
                    raise _again(self._end)
                if self._trouble:
                    raise CameraLostError(self._trouble)
                self._wait(deadline_s, f"{self.name} did not open in {timeout_s:g} s")
            return self._facts

    def latest(self, after_s: float, timeout_s: float) -> Frame:
        """Return the newest frame whose exposure began after a moment; older ones are never returned.

        A stored picture that waits is taken when this asks for one, and the next one when the last is no longer new
        enough: `latest(frame.captured_s, ...)` goes through them one by one.

        Args:
            after_s: on the monotonic clock, for example that of the trigger.
            timeout_s: how long to wait for it.

        Raises:
            CameraTimeoutError: there is none in the time; the message says why.
            CameraEndedError: there will be none: the source has no more, or the camera was closed.
            CameraError: the source can never be used so.
        """
        deadline_s = time.monotonic() + timeout_s
        told_s = round(timeout_s, 1 if timeout_s > 1 else 2)  # it may be what is left of another time-out
        complaint, damaged = f"{self.name} gave no picture in {told_s:g} s", ""
        while True:
            shot, frame = self._newest(after_s, deadline_s, complaint + damaged)
            if frame and frame.sequence == shot.sequence:
                return frame
            try:
                return self._developed(shot)
            except ImageError as error:  # a cable with a loose contact cuts frames: the next one may be whole
                damaged = f", the last one {error}"
                after_s = max(after_s, shot.captured_s)

    def peek(self) -> Frame | None:
        """The newest frame, without waiting, and without taking one that waits; None if there is none or it is cut."""
        with self._changed:
            shot, frame = self._shot, self._frame
        if shot is None or (frame and frame.sequence == shot.sequence):
            return frame if shot else None
        try:
            return self._developed(shot)
        except ImageError:
            return None

    @property
    def trouble(self) -> str | None:
        """What is wrong now, in one line: the source is lost, hangs or has ended. None while it is well."""
        with self._changed:
            return self._why()

    def close(self) -> None:
        """End the thread and give the source back. Within a second, even if the source hangs: then it stays taken."""
        self._closing.set()
        with self._changed:
            self._end, self._shot = CameraEndedError(f"{self.name} was closed"), None
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(CLOSING_S)

    def _newest(self, after_s: float, deadline_s: float, complaint: str) -> tuple[Shot, Frame | None]:
        """Wait for a shot after a moment; return it, and the frame that was developed last."""
        with self._changed:
            self._waiters += 1
            try:
                while True:
                    shot = self._shot
                    if shot and not self._taken and self._source.waits:  # it is as new as its taking
                        shot = self._shot = Shot(time.monotonic(), shot.sequence, shot.develop)
                    if shot and shot.captured_s > after_s:
                        self._taken = True
                        return shot, self._frame
                    if self._end:
                        raise _again(self._end)
                    self._changed.notify_all()
                    self._wait(deadline_s, complaint)
            finally:
                self._waiters -= 1

    def _wait(self, deadline_s: float, complaint: str) -> None:
        """Wait, with the condition held, until something changes.

        Raises:
            CameraTimeoutError: the deadline has passed; `complaint`, and why.
        """
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            reason = self._why()
            raise CameraTimeoutError(f"{complaint}: {reason.removeprefix(f'{self.name} ')}" if reason else complaint)
        self._changed.wait(min(left_s, threading.TIMEOUT_MAX))

    def _why(self) -> str | None:
        if self._end or self._trouble:
            return str(self._end or self._trouble)
        busy_s = 0.0 if self._busy_since_s is None else time.monotonic() - self._busy_since_s
        return f"{self.name} has not answered for {busy_s:.0f} s" if busy_s > HANGS_AFTER_S else None

    def _developed(self, shot: Shot) -> Frame:
        pixels = shot.develop()
        pixels.flags.writeable = False
        frame = Frame(pixels, shot.captured_s, shot.sequence, self.name)
        with self._changed:
            if self._shot is shot:
                self._frame = frame
        return frame

    def _run(self) -> None:
        """The thread: film until the camera is closed or the source has ended; what is lost is opened again."""
        pause_s = SHORTEST_PAUSE_S
        try:
            while not self._closing.is_set():
                before = self._last
                try:
                    self._film()
                except CameraLostError as error:
                    self._lose(str(error))
                except PosteyeError as error:
                    with self._changed:
                        self._end = self._end or error
                        self._changed.notify_all()
                    return
                except Exception as error:  # a driver or decoder that fails in a way of its own
                    self._lose(f"{self.name} failed: {type(error).__name__}: {error}")
                if self._last > before:
                    pause_s = SHORTEST_PAUSE_S
                self._closing.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        finally:
            with _claiming:
                _claims.discard(self._source.claim)
            _filming.discard(self)

    def _film(self) -> None:
        """Open the source and keep its latest frame until the camera is closed or the source raises."""
        source = self._source
        try:
            self._busy(True)
            facts = source.open(self._say)
            self._busy(False)
            self._open(facts)
            heard_s, offset = time.monotonic(), None
            while not self._closing.is_set():
                if source.waits and not self._is_wanted():
                    continue
                self._busy(True)
                shot = source.read(LOOK_S)
                self._busy(False)
                if shot:
                    heard_s = time.monotonic()
                    # A source that was opened again counts from the start; here numbers only rise.
                    offset = self._last + 1 - shot.sequence if offset is None else offset
                    self._keep(Shot(shot.captured_s, shot.sequence + offset, shot.develop))
                elif time.monotonic() - heard_s > (source.silence_s or math.inf):
                    raise CameraLostError(f"{self.name} is silent; check its cable")
        finally:
            source.close()
            self._busy(False)

    def _busy(self, busy: bool) -> None:
        self._busy_since_s = time.monotonic() if busy else None

    def _is_wanted(self) -> bool:
        """Wait a moment for somebody who wants a further picture."""
        with self._changed:
            if not (self._waiters and self._taken):
                self._changed.wait(LOOK_S)
            return self._waiters > 0 and self._taken

    def _open(self, facts: Facts) -> None:
        with self._changed:
            back, self._trouble, self._facts = self._trouble, None, facts
            self._changed.notify_all()
        if back:
            self._say(f"{self.name} is back")
        for warning in facts.warnings:
            self._say(f"{self.name}: {warning}")

    def _keep(self, shot: Shot) -> None:
        with self._changed:
            self._shot, self._last, self._taken = shot, shot.sequence, False
            self._changed.notify_all()

    def _lose(self, reason: str) -> None:
        with self._changed:
            told, self._trouble, self._shot, self._frame, self._taken = self._trouble, reason, None, None, True
            self._changed.notify_all()
        if reason != told and not self._closing.is_set():
            self._say(f"{reason}; {AGAIN}")

    def _say(self, line: str) -> None:
        with contextlib.suppress(Exception):  # a listener that fails does not end the filming
            self._tell(line)


def _again(error: PosteyeError) -> PosteyeError:
    """The same error for a thread of its own."""
    return type(error)(str(error))


def _claim(source: Source) -> None:
    with _claiming:
        if source.claim in _claims:
            raise CameraError(f"{source.name} is in use by another camera of this program; close that one first")
        if source.claim is not None:
            _claims.add(source.claim)


@atexit.register
def _end_all() -> None:
    """End the cameras that are left when the program ends."""
    left, deadline_s = list(_filming), time.monotonic() + ENDING_S
    for camera in left:
        camera._closing.set()
    for camera in left:
        camera._thread.join(max(0.0, deadline_s - time.monotonic()))
