"""Pictures of doubtful pieces, kept in a folder for people to label and for training, within a quota.

`FOLDER/0000001234.png` is the field of piece 1234, `FOLDER/frames/0000001234.png` its frame. `posteye train --harvest
FOLDER` takes the folder as it is; with a `labels.csv` in it, so does `--extra`.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import FileError, WriteError
from device_runtime.files.atomic import write_bytes
from device_runtime.files.regular import LABELS_LIMIT_BYTES, printable, read_regular
from device_runtime.image.write_png import encode_png
from device_runtime.station.journal.held import Held
from device_runtime.types import Reading

LABELS, FRAMES = "labels.csv", "frames"
SURE_FROM = 0.99  # a code accepted below it is wrong once in a hundred or more often
_NAME = re.compile(r"\d{10}\.png", re.ASCII)
_LEFT_BEHIND = re.compile(r"\.posteye-[0-9a-f]{16}\.tmp", re.ASCII)

Doubt = Literal["nothing read", "no code", "rival", "rejected", "low confidence"]
Pixels = NDArray[np.uint8]


def doubt_of(reading: Reading | None) -> Doubt | None:
    """Why the picture of a piece is worth keeping; None where it is not. None stands for a piece that was not read."""
    if reading is None:
        return "nothing read"
    if reading.status == "accepted":
        return "low confidence" if reading.confidence < SURE_FROM else None
    if reading.status == "no_code":
        return "no code"
    return "rival" if (reading.reason or "").startswith("rival ") else "rejected"


@dataclass(frozen=True)
class Quota:
    """How much may be kept.

    Attributes:
        bytes: of all pictures together; the oldest make place for new ones.
        free_bytes: that stay free on the disk, for the journal: with less, nothing new is kept.
    """

    bytes: int = 500_000_000
    free_bytes: int = 200_000_000


class Harvest:
    """Keeps pictures by the ids of their pieces. For one thread of one process.

    A picture that `labels.csv` names is somebody's work: it counts, but no quota and no age takes it away. While that
    table cannot be read, nothing is taken away.

    Args:
        folder: made where it is missing.
        quota: of it.
        free: says how many bytes are free on the disk of a folder.

    Raises:
        WriteError: the folder cannot be made or looked into.
    """

    def __init__(self, folder: Path | str, quota: Quota, free: Callable[[Path], int] | None = None) -> None:
        self.folder = Path(folder)
        self._quota = quota
        self._free = free or _free_bytes
        self._labels: tuple[tuple[int, int], frozenset[str]] | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            found = [one for is_frame in (False, True) for one in _found(self._place(is_frame), is_frame)]
        except OSError as error:
            raise WriteError(f"{printable(folder)} cannot keep pictures: {error.strerror or error}") from error
        self._held = Held(found)

    @property
    def held_bytes(self) -> int:
        """Of all pictures together."""
        return self._held.bytes

    def keep(self, id: int, field: Pixels, frame: Pixels | None = None) -> tuple[Path, ...]:
        """Keep the pictures of a piece, each whole or not at all.

        Args:
            id: of the piece.
            field: uint8 [H, W] or [H, W, 3] in RGB, as it was cut out of the frame: training makes strips itself.
            frame: the whole picture, where it is wanted too.

        Returns:
            Where they are.

        Raises:
            WriteError: there is no place for them, or they cannot be written.
        """
        pictures = [(_number(id, False), encode_png(field))]
        if frame is not None:
            pictures.append((_number(id, True), encode_png(frame)))
        needed = sum(len(data) for _, data in pictures)
        self._make_place(needed)
        if self._free(self.folder) - needed < self._quota.free_bytes:
            raise WriteError(f"{printable(self.folder)} keeps no more pictures: the disk is almost full")
        for number, data in pictures:
            path = self._path(number)
            try:
                path.parent.mkdir(exist_ok=True)
            except OSError as error:
                raise WriteError(f"{printable(path)} cannot be written: {error.strerror or error}") from error
            self._held.drop(number)
            write_bytes(path, data)
            self._held.put(number, len(data))
        return tuple(self._path(number) for number, _ in pictures)

    def trim(self, first_id: int) -> int:
        """Delete the pictures of pieces before an id (`Journal.first_id_of` gives it by age); returns how many."""
        return self._delete(lambda id: id < first_id)

    def _make_place(self, needed: int) -> None:
        if self.held_bytes + needed > self._quota.bytes:
            self._delete(lambda _: self.held_bytes + needed > self._quota.bytes)
        if self.held_bytes + needed > self._quota.bytes:
            raise WriteError(
                f"{printable(self.folder)} keeps no more pictures: its quota is taken by labelled ones, move them away"
            )

    def _delete(self, more: Callable[[int], bool]) -> int:
        """Delete pictures without a label, from the oldest up to the first that need not go; returns how many.

        Args:
            more: whether one of the piece with this id has to go.
        """
        labelled = self._labelled()
        if labelled is None:
            return 0
        deleted = place = 0
        while place < len(self._held):
            number = self._held[place]
            path = self._path(number)
            if path.name in labelled:
                place += 1
                continue
            if not more(number // 2):
                break
            try:
                path.unlink(missing_ok=True)
            except OSError:  # a folder that can no longer be written
                break
            self._held.drop(number)
            deleted += 1
        return deleted

    def _place(self, is_frame: bool) -> Path:
        return self.folder / FRAMES if is_frame else self.folder

    def _path(self, number: int) -> Path:
        return self._place(number % 2 == 1) / f"{number // 2:010d}.png"

    def _labelled(self) -> frozenset[str] | None:
        """The names in labels.csv, read again when it has changed; None where it cannot be read."""
        path = self.folder / LABELS
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if self._labels is None or self._labels[0] != stamp:
                text = read_regular(path, LABELS_LIMIT_BYTES).decode("utf-8-sig")
                self._labels = stamp, frozenset(row[0] for row in csv.reader(text.splitlines()) if row)
            return self._labels[1]
        except FileNotFoundError:
            return frozenset()
        except (OSError, FileError, UnicodeDecodeError, csv.Error):
            return None


def _number(id: int, is_frame: bool) -> int:
    """The number of a picture: those of a piece stand together, in the order of the pieces."""
    return 2 * id + is_frame


def _found(folder: Path, is_frame: bool) -> list[tuple[int, int]]:
    """Numbers and bytes of the pictures in a folder; what a kill left half written is deleted."""
    if not folder.is_dir():
        return []
    held = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                held.append((_number(int(entry.name[:-4]), is_frame), entry.stat(follow_symlinks=False).st_size))
            elif _LEFT_BEHIND.fullmatch(entry.name):
                with suppress(OSError):
                    os.unlink(entry.path)
    return held


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
