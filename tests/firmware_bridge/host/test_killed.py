"""A reader's program that is killed at random moments, with its outbox on the disk and a controller that lives on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import Cable, Feeder, Link, Outbox, ReadingMessage
from firmware_bridge.controller.feeder import Belt
from firmware_bridge.controller.serving import serve

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, time
from firmware_bridge import DuplexLink, Outbox
from tests.firmware_bridge.host.conversing import MANNER, reading
outbox = Outbox(sys.argv[2])
link = DuplexLink(sys.argv[1], MANNER, lambda news: None, queue=outbox)
first, count = int(sys.argv[3]), int(sys.argv[4])
for piece in range(first, first + count):
    link.send(reading(piece), piece)
    time.sleep(0.001)
print(link.close(60))
"""
KILLS = 8


def program(cable: Cable, path: Path, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, cable.reader_end, str(path), str(first), str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def on_the_disk(path: Path) -> set[int]:
    """The pieces in an outbox whose program is dead."""
    outbox = Outbox(path)
    rows = outbox._database.execute("SELECT payload FROM reports").fetchall()
    outbox.close()
    return {int.from_bytes(payload[:4], "little") for (payload,) in rows}


@pytest.mark.slow
def test_what_was_on_the_disk_at_a_kill_is_acted_upon_once(
    tmp_path: Path, cable: Callable[..., Cable], controller: Any
) -> None:
    generator = random.Random(9)
    line, path = cable(), tmp_path / "outbox"
    sorter = controller(line.sorter_end)
    kept: set[int] = set()
    for kill in range(KILLS):
        acted = len(sorter.of_kind("reading"))
        child = program(line, path, 10_000 * (kill + 1), 10_000)
        sorter.wait_for("reading", acted + generator.randrange(1, 40))
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        kept |= on_the_disk(path)
    last = program(line, path, 10_000 * (KILLS + 1), 5)
    said, _ = last.communicate(timeout=60)
    assert said == "True\n" and on_the_disk(path) == set()
    pieces = [event.reading.piece for event in sorter.of_kind("reading")]
    assert pieces == sorted(set(pieces))
    assert kept and kept <= set(pieces)


def test_a_reader_of_the_first_days_is_not_disturbed_by_triggers(
    cable: Callable[..., Cable], reading: ReadingMessage
) -> None:
    line, stop, feeder = cable(), threading.Event(), Feeder(Belt(every_ms=3, pieces=100, first=1000))
    board = threading.Thread(
        target=serve, args=(line.sorter_end, lambda event: None, stop), kwargs={"feeder": feeder}, daemon=True
    )
    board.start()
    with Link(line.reader_end) as to_sorter:
        for _ in range(20):
            assert to_sorter.send_reading(reading).transmissions == 1
    stop.set()
    board.join(10)
    assert feeder.tally.taken == 0
