"""A folder of pictures as a source: played like a camera, or taken one by one, or as another program fills it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from device_runtime.capture.source import Facts, Pace, Shot, Tell
from device_runtime.capture.url import HIGHEST_FPS, Address
from device_runtime.errors import CameraEndedError, CameraError, CameraLostError, ImageError
from device_runtime.image.load import load_image
from device_runtime.image.pixels import Pixels

# The end of these formats is marked inside, so that a file that decodes is whole. Of the others a part may decode too.
_MARKED = (".png", ".jpg", ".jpeg", ".webp")
SUFFIXES = (*_MARKED, ".tif", ".tiff", ".bmp")
UNCHANGED_S = 0.5  # for how long a file without a marked end has to stay as it is before it is taken
GIVE_UP_S = 5.0  # for how long a file that does not decode may stay as it is before it is left out
LOOK_S = 0.02  # between two looks at the folder
AT_LEAST_EVERY_S = 2.0  # the names are read, even where the folder says that nothing has changed


class FolderSource:
    """The pictures of a folder: with `fps` at that rate, missed by who is late; without, each waits until it is taken.

    Args:
        address: the folder, with options: `fps`; `loop`, to begin again; `watch`, for those that are there and then
            those that arrive, or `watch=new` for the latter alone.
    """

    claim = None
    silence_s = None

    def __init__(self, address: Address) -> None:
        self.name = address.name
        self._folder = Path(address.place)
        self._fps = address.number("fps", 0, HIGHEST_FPS)
        self._loop = address.flag("loop") is not None
        watch = address.flag("watch", "new")
        if self._loop and watch is not None:
            raise CameraError(f"{self.name}: loop and watch exclude each other; leave one out")
        self.waits = self._fps is None
        # Kept when the folder is lost and back, so that no picture comes twice.
        self._arrivals = Arrivals(self._folder, present=watch != "new") if watch is not None else None
        self._left: list[str] = []
        self._pace: Pace | None = None
        self._next: Pixels | None = None
        self._count = 0

    def open(self, tell: Tell) -> Facts:
        """Look what the folder holds."""
        self._tell = tell
        if self._fps is not None:
            self._pace = Pace(self._fps)
        try:
            if self._arrivals:
                self._arrivals.look()
                return Facts("folder that is watched", "pictures", fps=self._fps)
            self._left = _pictures(self._folder)
        except NotADirectoryError as error:
            raise CameraError(f"{self.name} is no folder; give one, or a picture without dir:") from error
        except OSError as error:
            kind = CameraLostError if self._arrivals else CameraError
            raise kind(f"{self.name} cannot be read: {error.strerror or error}") from error
        if not self._left:
            raise CameraError(f"{self.name} holds no picture; put {', '.join(SUFFIXES)} there, or add ?watch")
        return Facts(f"folder of {len(self._left)} pictures", "pictures", fps=self._fps)

    def read(self, timeout_s: float) -> Shot | None:
        """The next picture when it is there, and due."""
        if self._next is None:
            self._next = self._arriving(timeout_s) if self._arrivals else self._following()
            if self._next is None:
                return None
        captured_s = self._pace.due(timeout_s) if self._pace else time.monotonic()
        if captured_s is None:
            return None
        pixels, self._next = self._next, None
        self._count += 1
        return Shot(captured_s, self._count, lambda: pixels)

    def close(self) -> None:
        """Nothing is open."""

    def _arriving(self, timeout_s: float) -> Pixels | None:
        assert self._arrivals is not None
        deadline_s = time.monotonic() + timeout_s
        try:
            while (found := self._arrivals.take(self._tell)) is None and time.monotonic() < deadline_s:
                time.sleep(LOOK_S)
        except OSError as error:
            raise CameraLostError(f"{self.name} cannot be read: {error.strerror or error}") from error
        return found

    def _following(self) -> Pixels:
        for _ in range(2):
            while self._left:
                try:
                    return load_image(self._folder / self._left.pop(0))
                except ImageError as error:
                    self._tell(f"{error}; it is left out")
            if not self._loop:
                break
            self._left = _pictures(self._folder)
        raise CameraEndedError(f"{self.name} has no more pictures")


@dataclass
class _Arrival:
    """A file that was not taken yet.

    Attributes:
        number: its inode.
        state: size and time of the last change.
        since_s: since when it has been in that state.
        complaint: why it does not decode in that state.
    """

    number: int
    state: tuple[int, int]
    since_s: float
    complaint: str = ""


class Arrivals:
    """The pictures of a folder in the order in which they arrive, each when it is whole.

    A name that another file takes over (a new inode) arrives again. A file that is written over in place does not.

    Args:
        folder: which.
        present: whether the pictures that lie there at the first look count as arriving.
    """

    def __init__(self, folder: Path, present: bool) -> None:
        self._folder = folder
        self._present = present
        self._changed_ns = -1  # the folder's time of change
        self._changed_s = self._looked_s = 0.0  # when that was seen to change, and when the names were read
        self._known: dict[str, int] | None = None  # inodes of the files that were taken or left out
        self._waiting: dict[str, _Arrival] = {}

    def look(self) -> None:
        """Note what has arrived since the last look; OSError when the folder cannot be read."""
        found_ns, now_s = os.stat(self._folder).st_mtime_ns, time.monotonic()
        # The clock of a file system takes steps: what arrives in the same step as a look is found by the looks of the
        # next second. Some file systems of a network do not tell changes in time at all.
        is_still = found_ns == self._changed_ns and now_s - self._changed_s > 1
        if is_still and now_s - self._looked_s < AT_LEAST_EVERY_S:
            return
        if found_ns != self._changed_ns:
            self._changed_ns, self._changed_s = found_ns, now_s
        self._looked_s = now_s
        with os.scandir(self._folder) as entries:
            there = {e.name: e.inode() for e in entries if _is_picture(e.name) and e.is_file()}
        if self._known is None:
            self._known = {} if self._present else dict(there)
        self._known = {name: number for name, number in self._known.items() if name in there}
        self._waiting = {name: one for name, one in self._waiting.items() if there.get(name) == one.number}
        new = [
            (state, name)
            for name, number in there.items()
            if number != self._known.get(name) and name not in self._waiting and (state := self._state(name))
        ]
        for (changed_ns, size), name in sorted(new):
            self._waiting[name] = _Arrival(there[name], (changed_ns, size), time.monotonic())

    def take(self, tell: Tell) -> Pixels | None:
        """Take the first picture that is whole; None where there is none."""
        self.look()
        assert self._known is not None
        for name, one in list(self._waiting.items()):
            state, now_s = self._state(name), time.monotonic()
            if state != one.state:
                if state is None:
                    del self._waiting[name]
                    continue
                one.state, one.since_s, one.complaint = state, now_s, ""
            unchanged_s = now_s - one.since_s
            if not one.complaint and (name.lower().endswith(_MARKED) or unchanged_s >= UNCHANGED_S):
                try:
                    pixels = load_image(self._folder / name)
                except ImageError as error:
                    one.complaint = str(error)
                else:
                    self._done(name, one)
                    return pixels
            if unchanged_s >= GIVE_UP_S:
                tell(f"{one.complaint}; it is left out")
                self._done(name, one)
        return None

    def _done(self, name: str, one: _Arrival) -> None:
        assert self._known is not None
        self._known[name] = one.number
        del self._waiting[name]

    def _state(self, name: str) -> tuple[int, int] | None:
        """Time of the last change and size; None where the file is gone."""
        try:
            found = os.stat(self._folder / name)
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size


def _pictures(folder: Path) -> list[str]:
    """The names of the pictures in a folder, in order."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if _is_picture(entry.name))


def _is_picture(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")
