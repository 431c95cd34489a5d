"""A journal survives a kill and a power cut at every step that a station makes on its disk."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.journal import Journal
from device_runtime.station.journal.reading import JournalReader
from tests.device_runtime.station.journal.disk import Step, lay_out, recorded
from tests.device_runtime.station.journal.pieces import Clock, piece

# What it was promised it says in a file of its own, which is not laid out with the others.
STATION = """
import sys
from pathlib import Path
from device_runtime.station.journal import ids
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.journal import Journal, Retention
from tests.device_runtime.station.journal.pieces import Clock, piece

ids.BLOCK = 8
folder, clock = Path(sys.argv[1]), Clock()
def say(what):
    with open(folder / "told", "a") as told:
        told.write(what + chr(10))
for day in range(2):
    with Journal(folder / "journal", clock) as journal:
        for batch in range(4):
            taken = [journal.new_id() for _ in range(3)]
            say(f"given {taken[-1]}")
            journal.record([piece(id, clock()) for id in taken], [Delivery(taken[0], clock(), "wire", "acknowledged")])
            say(f"recorded {taken[-1]}")
            clock.run(60)
        say(f"trimming {taken[-1]}")
        while journal.trim(Retention(pieces=9)):
            pass
    if day == 0:
        journal_file = folder / "journal"
        data = journal_file.read_bytes()
        say("damaging 0")
        journal_file.write_bytes(data[: len(data) - 2000])
        say("damaged 0")
"""


def told(steps: list[Step]) -> dict[str, int]:
    """The last number of each kind that the station has said."""
    said = (step.data.decode().split() for step in steps if step.path == "told" and step.kind == "w")
    return {kind: int(number) for kind, number in said}


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder where syncing is quick."""
    memory = Path("/dev/shm")
    return tmp_path if not os.access(memory, os.W_OK) else _scratch(memory, tmp_path)


def _scratch(memory: Path, tmp_path: Path) -> Path:
    folder = memory / f"posteye-{os.getpid()}-{tmp_path.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def check(folder: Path, promised: dict[str, int], damaged: bool) -> None:
    """Open a journal after its end, and look whether every promise is kept."""
    clock = Clock(boot="next")
    with Journal(folder / "journal", clock) as journal:
        assert damaged or journal.mended is None
        new = journal.new_id()
        assert new > promised.get("given", 0)
        journal.record([piece(new, clock())])
    with JournalReader(folder / "journal") as reader:
        entries = list(reader.since())
    ids = [entry.piece.id for entry in entries]
    assert ids == sorted(set(ids)) and ids[-1] == new
    for entry in entries:
        assert entry.piece.code == f"{10000 + entry.piece.id}"
    if not damaged:
        assert promised.get("recorded", 0) in [0, *ids]
        batches = [id for id in ids[:-1] if id > promised.get("trimming", 0)]
        assert len(batches) % 3 == 0, "half of a record"
    assert not list(folder.glob("*.part*")) and not list(folder.glob("*.salvaged"))


def test_a_cut_at_every_step_breaks_no_promise(tmp_path: Path, disk: Path) -> None:
    station, after = disk / "station", disk / "after"
    station.mkdir()
    try:
        steps = recorded(STATION, station, tmp_path)
        assert len(steps) > 60 and {step.kind for step in steps} >= set("wsrl")
        draw = random.Random(11)
        for number in range(1, len(steps) + 1):
            promised = told(steps[:number])
            changes = [step for step in steps[:number] if step.path != "told"]
            for luck in (None, draw):
                shutil.rmtree(after, ignore_errors=True)
                after.mkdir()
                lay_out(changes, after, luck)
                check(after, promised, damaged="damaging" in promised)
    finally:
        if disk != tmp_path:
            shutil.rmtree(disk)


def test_a_station_killed_at_random_moments_goes_on(tmp_path: Path) -> None:
    draw, path = random.Random(5), tmp_path / "journal"
    highest = 0
    for _ in range(12):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:  # it says each id before it records it, and nothing else
            journal = Journal(path)
            while True:
                id_ = journal.new_id()
                os.write(writing, id_.to_bytes(8))
                journal.record([piece(id_, Clock()())], [Delivery(id_, Clock()(), "wire", "acknowledged")])
        os.close(writing)
        given = [int.from_bytes(os.read(reading, 8))]
        time.sleep(draw.random() * 0.03)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while one := os.read(reading, 8):
            given.append(int.from_bytes(one))
        os.close(reading)
        assert given[0] > highest and given == list(range(given[0], given[0] + len(given)))
        highest = given[-1]
        with JournalReader(path) as reader:
            entries = list(reader.since())
        found = [entry.piece.id for entry in entries if entry.piece.id >= given[0]]
        assert found in (given, given[:-1]) and all(entry.deliveries for entry in entries)
