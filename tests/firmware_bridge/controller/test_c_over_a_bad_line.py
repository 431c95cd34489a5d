"""The controller library in C and the reader's end of posteye, joined by a bad line."""

from __future__ import annotations

import ctypes
import random

from benchmarks.attack.cases.memory_port import Line, plugged_in
from firmware_bridge import Link, NoAnswerError, ReadingMessage
from tests.firmware_bridge.controller.c_library import CController
from tests.firmware_bridge.controller.traffic import damaged


def test_every_delivered_reading_was_taken_over_once_and_in_order(library: ctypes.CDLL) -> None:
    generator = random.Random(1998)
    one = CController(library)
    line = Line(lambda sent: [(0.0, damaged(one.feed(damaged(sent, generator)), generator))])
    sent = [ReadingMessage(piece, "accepted", f"{piece:05}", 0.5, 84, bin="A3") for piece in range(500)]
    delivered = []
    with plugged_in(line, generator):
        link = Link("memory")
        for piece in sent:
            try:
                link.send_reading(piece)
                delivered.append(piece.piece)
            except NoAnswerError:
                continue  # may have been taken over
    pieces = [report.piece for report, _, _ in one.reports]
    assert pieces == sorted(set(pieces)) and set(delivered) <= set(pieces) and len(delivered) > 450
    assert all(report == sent[report.piece] for report, _, _ in one.reports)
