"""A station over recorded pictures, and a controller that triggers it at random gaps."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from device_runtime.commands.watching.build_station import build_station
from device_runtime.image.load import load_image
from device_runtime.result import Result
from device_runtime.samples import Sample, load_pieces, load_samples
from device_runtime.station.health.health import Health
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.loop.answering import NO_FRAME
from device_runtime.station.loop.station import Station
from device_runtime.station.loop.values import Decision

DEADLINE_MS = 100.0
PATTERN = r"\d{5}"
SHORTEST = 0.4  # of the mean gap between two pieces; the rest of a gap is exponential
MEMORY_S = 5.0  # between two looks at the memory


class Run(msgspec.Struct, frozen=True):
    """What became of the pieces of a belt.

    Attributes:
        rate: pieces a second, on the mean.
        fps: frames a second.
        pieces: that the controller triggered.
        answered: of them, of which the station told.
        in_time: answers that left before the deadline.
        doubled: pieces that were answered more than once.
        lost: pieces that were not answered, or are not in the journal.
        stale: answers by a frame that was exposed before the trigger.
        mixed_up: accepted codes that are not the one which the frame shows to the same reader by itself.
        cut: other answers whose code is not that one, as their reading was cut for time.
        statuses: pieces by status.
        reasons: pieces without a reading by the reason.
        out_of_time: of them those for which the time did not suffice; the others had no frame before the next trigger.
        p50_ms: from the trigger to the answer.
        p95_ms: the same.
        p99_ms: the same.
        most_ms: the same.
        wait_ms: of it the median until the first frame was there.
        memory_mb: resident, every MEMORY_S from the beginning.
    """

    rate: float
    fps: float
    pieces: int
    answered: int
    in_time: int
    doubled: int
    lost: int
    stale: int
    mixed_up: int
    cut: int
    statuses: dict[str, int]
    reasons: dict[str, int]
    out_of_time: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float
    wait_ms: float
    memory_mb: list[float]


@dataclass
class Answers:
    """What the controller is told, each with the moment at which it was told."""

    numbers: Counter[int] = field(default_factory=Counter)
    ids: list[int] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    in_time: int = 0
    stale: int = 0
    shown: list[tuple[int, str | None, bool]] = field(default_factory=list)  # the frame's number, the code, accepted
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def tell(self, decision: Decision) -> None:
        """Take a decision."""
        now_ns, trigger = time.monotonic_ns(), decision.trigger
        assert trigger.number is not None
        self.numbers[trigger.number] += 1
        self.ids.append(decision.id)
        self.latencies_ms.append((now_ns - trigger.began.monotonic_ns) / 1e6)
        self.in_time += now_ns / 1e9 <= trigger.deadline_s
        if isinstance(decision.read, Result):
            assert decision.frame
            reading = decision.read.reading
            self.statuses[reading.status] += 1
            self.stale += decision.frame.captured_s * 1e9 <= trigger.began.monotonic_ns
            self.shown.append((decision.frame.sequence, reading.code, reading.status == "accepted"))
        else:
            self.statuses["no_read"] += 1
            self.reasons[decision.read] += 1


def recording(folder: Path, whole: bool) -> list[Sample]:
    """Put the samples of the program into a folder as pictures; returns them in the order in which they are played."""
    folder.mkdir(parents=True)
    samples = load_pieces() if whole else load_samples()
    for number, sample in enumerate(samples):
        shutil.copy(sample.path, folder / f"{number:03d}{Path(sample.path).suffix}")
    return list(samples)


def ride(work: Path, rate: float, fps: float, seconds: float, seed: int, whole: bool = False) -> Run:
    """Let pieces pass at random gaps.

    Args:
        work: folder to work in; emptied.
        rate: pieces a second, on the mean.
        fps: frames a second of the recording.
        seconds: for how long.
        seed: of the gaps.
        whole: whether the pictures are whole pieces instead of fields.
    """
    shutil.rmtree(work, ignore_errors=True)
    samples = recording(work / "pictures", whole)
    answers = Answers()
    station = build_station(
        f"dir:{work / 'pictures'}?fps={fps:g}&loop",
        journal=work / "station.journal",
        health=Health(),
        say=print,
        pattern=PATTERN,
        field=not whole,
        upright=True,
        frames=1,
        deadline_ms=DEADLINE_MS,
        trigger="controller",
    )
    with station:
        alone = [_alone(station, sample, whole) for sample in samples]
        station.told.append(answers)
        station.start()
        station.camera.opened(10)
        memory_mb = list[float]()
        ended = threading.Event()
        looking = threading.Thread(target=_look, args=(memory_mb, ended), daemon=True)
        looking.start()
        pieces = _trigger(station, rate, seconds, seed)
        station.wait_below(1, 5)
        time.sleep(0.2)  # the last answer is told after its piece has ceased to wait
        ended.set()
        looking.join()
    with JournalReader(work / "station.journal") as found:
        written = {entry.piece.id for entry in found.since(0)}
    others = [accepted for sequence, code, accepted in answers.shown if code != alone[sequence % len(alone)]]
    return _run(rate, fps, pieces, answers, written, others, station, memory_mb)


def _alone(station: Station, sample: Sample, whole: bool) -> str | None:
    """What the reader reads in a picture by itself."""
    return station.reader.read(load_image(sample.path), field=not whole, upright=True).reading.code


def _trigger(station: Station, rate: float, seconds: float, seed: int) -> int:
    """Be the controller: a trigger for each piece, by a schedule that does not wait; returns how many there were."""
    random = np.random.default_rng(seed)
    due_s, end_s, pieces = time.monotonic() + 1 / rate, time.monotonic() + seconds, 0
    while due_s < end_s:
        time.sleep(max(0.0, due_s - time.monotonic()))
        pieces += 1
        station.trigger(pieces)
        due_s += (SHORTEST + (1 - SHORTEST) * random.exponential()) / rate
    return pieces


def _look(memory_mb: list[float], ended: threading.Event) -> None:
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    while not ended.wait(0 if not memory_mb else MEMORY_S):
        memory_mb.append(round(int(Path("/proc/self/statm").read_text("ascii").split()[1]) * page_bytes / 1e6, 1))


def _run(
    rate: float,
    fps: float,
    pieces: int,
    answers: Answers,
    written: set[int],
    others: list[bool],
    station: Station,
    memory_mb: list[float],
) -> Run:
    p50, p95, p99 = np.quantile(answers.latencies_ms, (0.5, 0.95, 0.99), method="inverted_cdf").tolist()
    waits = station.latency().get("wait")
    return Run(
        rate,
        fps,
        pieces,
        len(answers.numbers),
        answers.in_time,
        sum(count - 1 for count in answers.numbers.values()),
        pieces - len(answers.numbers) + len(set(answers.ids) - written),
        answers.stale,
        sum(others),
        len(others) - sum(others),
        dict(answers.statuses.most_common()),
        dict(answers.reasons.most_common()),
        answers.reasons.total() - answers.reasons[NO_FRAME],
        round(p50, 2),
        round(p95, 2),
        round(p99, 2),
        round(max(answers.latencies_ms), 2),
        round(waits.p50_ms, 2) if waits else 0.0,
        memory_mb,
    )
