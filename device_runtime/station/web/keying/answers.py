"""What the page about keying asks, and is answered."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import msgspec

from device_runtime.errors import ImageError
from device_runtime.image.load import decode_image
from device_runtime.reader import Reader
from device_runtime.station.web.asked import PNG, Answer, Asked, Refused, body_of
from device_runtime.station.web.keying.desk import Desk, Strip
from device_runtime.station.web.watched import Watched


class Keyed(msgspec.Struct, forbid_unknown_fields=True):
    """What the page sends: the digits of a strip, or none where it is skipped."""

    file: str
    name: str
    two: bool
    digits: str | None = None


class Key:
    """Answers what the page about keying asks.

    Args:
        station: whose pictures are keyed.
    """

    def __init__(self, station: Watched) -> None:
        self._station = station
        self._guard = threading.Lock()  # a desk is for one thread at a time
        self._desk: Desk | None = None
        self._folder: Path | None = None

    def state(self, asked: Asked) -> dict[str, Any]:
        """The next strip behind `after`, or the strip `file`, for the person `name`."""
        query = asked.query
        name, two = query.get("name", ""), query.get("two") == "1"
        with self._guard:
            desk = self._at_desk()
            found, progress = desk.look(name, two, query.get("after", ""))
            strip = desk.strip(query["file"], name) if "file" in query else found
            shown = self._shown(desk, strip) if strip else None
        return {"strip": shown, "labelled": progress.labelled, "waiting": progress.waiting}

    def put(self, asked: Asked) -> dict[str, Any]:
        """Take the digits of a strip, or skip it; when this is answered, it is on the disk."""
        keyed = body_of(asked, Keyed)
        with self._guard:
            desk = self._at_desk()
            if not desk.has(keyed.file):
                raise Refused(410, "this picture is no longer there; go on with the next one")
            if keyed.digits is None:
                desk.skip(keyed.file, keyed.name)
                return {"labelled": False}
            return {"labelled": desk.key(keyed.file, keyed.digits, keyed.name, keyed.two)}

    def picture(self, asked: Asked) -> Answer:
        """The picture of a strip, as it was harvested."""
        with self._guard:
            return Answer(self._at_desk().picture(asked.last), PNG)

    def _at_desk(self) -> Desk:
        folder = self._station.harvest_folder
        if folder is None:
            raise Refused(404, "this station keeps no pictures; give it a folder for its harvest")
        if self._desk is None or folder != self._folder:
            self._desk, self._folder = Desk(folder), folder
        return self._desk

    def _shown(self, desk: Desk, strip: Strip) -> dict[str, Any]:
        guess = best_guess(self._station.reader, desk.picture(strip.file)) if strip.digits is None else strip.digits
        return {"file": strip.file, "guess": guess, "keyed": strip.digits is not None, "again": strip.again}


def best_guess(reader: Reader, data: bytes) -> str:
    """The digits of the best code that a reader finds on a strip, believed or not; nothing where it finds none."""
    try:
        code = reader.read(decode_image(data), field=True).reading.code
    except ImageError:
        return ""
    return "".join(one for one in code or "" if one.isdigit())
