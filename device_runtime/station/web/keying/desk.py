"""The desk at which strips are keyed: which one is next, what somebody read on it, and when that is a label."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from device_runtime.errors import FileError, LabelsError
from device_runtime.files.regular import read_regular
from device_runtime.station.journal.harvest import LABELS
from device_runtime.station.web.keying.table import Table

KEYED = "keyed.csv"
LONGEST_DIGITS, LONGEST_NAME = 30, 40
_FORMULA = "=+-@"  # first characters of it, where a program opens keyed.csv
SKIPPED = ""  # instead of digits
_PICTURE = re.compile(r"\d{10}\.png", re.ASCII)
_PICTURE_BYTES = 16_000_000
_LOOK_AGAIN_S = 5.0  # a folder of a year has many pictures: it is not listed for each of them


@dataclass(frozen=True)
class Strip:
    """A strip to key.

    Attributes:
        file: its name in the folder.
        digits: what this person keyed before; None: nothing yet.
        again: whether two people read it differently, and it comes again.
    """

    file: str
    digits: str | None
    again: bool


@dataclass(frozen=True)
class Progress:
    """How far the folder is.

    Attributes:
        labelled: pictures with a label.
        waiting: for this person.
    """

    labelled: int
    waiting: int


class Desk:
    """Keying in a folder of harvested pictures. For one thread at a time.

    One person's digits are a label at once. Where two are wanted, digits become a label when two people of different
    names have keyed the same; until then each keys without seeing what the other did, and where they differ the strip
    comes again to whoever keyed it first.

    Args:
        folder: of the pictures.
        clock: seconds that only rise.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._labels = Table(folder / LABELS, ("file", "digits"), 1)
        self._keyed = Table(folder / KEYED, ("file", "name", "digits"), 2)
        self._files: tuple[str, ...] = ()
        self._listed_s = float("-inf")

    def look(self, name: str, two: bool, after: str = "") -> tuple[Strip | None, Progress]:
        """The next strip for a person behind another one, from the oldest on, and how far the folder is.

        At the end it begins anew.

        Raises:
            LabelsError: a table or the folder cannot be read.
        """
        files, labels, votes, who = self._listed(), self._labels.rows(), self._votes(), _plain(name)
        waiting = [file for file in files if (file,) not in labels and _wants(votes.get(file, {}), who, two)]
        onwards = [*(file for file in waiting if file > after), *waiting]
        file = next((file for file in onwards if self.has(file)), None)
        labelled = sum((file,) in labels for file in files)
        return None if file is None else self.strip(file, name), Progress(labelled, len(waiting))

    def strip(self, file: str, name: str) -> Strip:
        """One strip of the folder, as it is for a person; raises LabelsError as `look`, and when it is not there."""
        self._require(file)
        votes, label = self._votes().get(file, {}), self._labels.rows().get((file,))
        digits = label[1] if label else votes.get(_plain(name)) or None
        differ = len({said for said in votes.values() if said != SKIPPED}) > 1
        return Strip(file, digits, differ and label is None)

    def picture(self, file: str) -> bytes:
        """The picture of a strip, as it was harvested; raises LabelsError when it cannot be read."""
        self._require(file)
        try:
            return read_regular(self._folder / file, _PICTURE_BYTES, follow=False)
        except FileError as error:
            raise LabelsError(f"the picture {file} cannot be read: {error}") from None

    def key(self, file: str, digits: str, name: str, two: bool) -> bool:
        """Take what a person read on a strip; when this returns, it is on the disk.

        Args:
            file: of the strip.
            digits: all that are on it, in order.
            name: of the person.
            two: whether another person must have read the same.

        Returns:
            Whether the strip has a label now.

        Raises:
            LabelsError: these are no digits, the strip is not there, or a table cannot be read.
            WriteError: it cannot be written; nothing has changed.
        """
        self._require(file)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_DIGITS):
            raise LabelsError(f"key digits alone, at most {LONGEST_DIGITS}; skip what holds none")
        who = _plain(name)
        others = [said for other, said in self._votes().get(file, {}).items() if other != who]
        label = self._labels.rows().get((file,))
        agreed = not two or digits in others or (label is not None and label[1] == digits)
        if agreed:  # first: after a kill between the two, the label is there
            self._labels.put((file, digits))
        self._keyed.put((file, who, digits))
        if not agreed:  # somebody came back to it and reads it otherwise
            self._labels.drop((file,))
        return agreed

    def skip(self, file: str, name: str) -> None:
        """Leave a strip that a person cannot read: it has no label, and is not shown to that person again.

        Raises:
            LabelsError: as `key`.
            WriteError: as `key`.
        """
        self._require(file)
        self._keyed.put((file, _plain(name), SKIPPED))
        self._labels.drop((file,))

    def has(self, file: str) -> bool:
        """Whether there is such a strip; its quota may have taken it away since it was shown. A link is none."""
        path = self._folder / file
        return bool(_PICTURE.fullmatch(file)) and path.is_file() and not path.is_symlink()

    def _require(self, file: str) -> None:
        if not self.has(file):
            raise LabelsError("this picture is no longer there; go on with the next one")

    def _votes(self) -> dict[str, dict[str, str]]:
        """By file, what each person keyed, the latest last."""
        found: dict[str, dict[str, str]] = {}
        for (file, name), row in self._keyed.rows().items():
            found.setdefault(file, {})[name] = row[2]
        return found

    def _listed(self) -> tuple[str, ...]:
        if self._clock() - self._listed_s > _LOOK_AGAIN_S:
            try:
                self._files = tuple(sorted(name for name in os.listdir(self._folder) if _PICTURE.fullmatch(name)))
            except OSError as error:
                raise LabelsError(f"the folder of pictures cannot be read: {error.strerror or error}") from None
            self._listed_s = self._clock()
        return self._files


def _wants(votes: dict[str, str], who: str, two: bool) -> bool:
    """Whether a strip without a label is for a person: not keyed yet, or the other one differs and keyed later."""
    if who not in votes:
        return True
    if votes[who] == SKIPPED:
        return False
    if not two:  # keyed while two people were wanted
        return True
    later = list(votes)[list(votes).index(who) + 1 :]
    return any(votes[other] not in (SKIPPED, votes[who]) for other in later)


def _plain(name: str) -> str:
    """A name as it is compared: one person who writes it in two ways is one person."""
    plain = " ".join(name.split()).casefold()
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise LabelsError(f"give your name, 1 to {LONGEST_NAME} characters")
    if plain[0] in _FORMULA:
        raise LabelsError(f"give your name without {plain[0]} at its beginning: a table program takes it for a formula")
    return plain
