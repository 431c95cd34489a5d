"""Pieces as `posteye watch` prints them: a line or a JSON object each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

from device_runtime.files.regular import printable
from device_runtime.station.journal.entry import Entry, Piece
from device_runtime.station.loop.answering import written
from device_runtime.station.loop.station import Station
from device_runtime.station.loop.values import Decision


class Printer:
    """Prints decisions until that is possible no more.

    Args:
        station: that decides.
        as_json: whether as JSON.
        unread: is called when nobody reads the lines any more, as behind `| head`.
        say: takes a line when they cannot be written, as on a full disk.
    """

    def __init__(self, station: Station, as_json: bool, unread: Callable[[], None], say: Callable[[str], None]) -> None:
        self._station, self._as_json, self._unread, self._say = station, as_json, unread, say
        self._is_over = False

    def __call__(self, decision: Decision) -> None:
        """Print a decision."""
        if self._is_over:
            return
        piece = written(decision, self._station.reader, self._station.camera.name)
        try:
            print(_json(decision, piece) if self._as_json else _line(piece), flush=True)
        except BrokenPipeError:
            self._is_over = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still in the buffer goes nowhere
            self._unread()
        except OSError as error:
            self._is_over = True
            self._say(f"pieces are printed no more: {error.strerror or error}")


def _json(decision: Decision, piece: Piece) -> str:
    row = Entry(piece).as_dict()
    del row["deliveries"]
    row |= {"number": decision.trigger.number, "frames": decision.frames}
    row["stages_ms"] = {stage: round(ms, 3) for stage, ms in decision.stages_ms.items()}
    return json.dumps(row, ensure_ascii=False)


def _line(piece: Piece) -> str:
    bin_ = f"  -> {piece.bin}" if piece.bin else ""
    reason = f"  ({piece.reason})" if piece.reason else ""
    told = f"{piece.id:>8}  {piece.code or '-':<11} {piece.status:<9} {piece.confidence:6.4f}"
    return printable(f"{told}  {piece.latency_ms:>8.1f} ms{bin_}{reason}")
