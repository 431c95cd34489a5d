"""The station: it owns camera, reader, plan and journal, and every piece that comes gets an answer in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Frame
from device_runtime.errors import JournalError
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.result import Result
from device_runtime.station.journal.entry import Delivery, Piece, piece_of
from device_runtime.station.journal.moment import Moment, now
from device_runtime.station.journal.recorder import Recorder
from device_runtime.station.loop.answering import decide
from device_runtime.station.loop.counts import Counts, Tally
from device_runtime.station.loop.keeping import Keeper, Store
from device_runtime.station.loop.latency import Latency, Percentiles
from device_runtime.station.loop.pieces import Pending, Pieces, View
from device_runtime.station.loop.reading import Worker
from device_runtime.station.loop.recent import Numbers, Recent
from device_runtime.station.loop.seeing import see
from device_runtime.station.loop.troubles import Health
from device_runtime.station.loop.values import Decision, Told, Trigger
from device_runtime.station.loop.voting import MakeVote
from device_runtime.station.plan.live import LivePlan

LATE = "late, dropped"  # the outcome in the journal of a reading that came after its answer


@dataclass(frozen=True)
class Timing:
    """When an answer leaves.

    Attributes:
        deadline_ms: after the trigger, where that says nothing else.
        margin_ms: before the deadline, when the answer is decided upon at the latest.
        frames: the most to look at of a piece.
    """

    deadline_ms: float = 500.0
    margin_ms: float = 10.0
    frames: int = 3


class Triggers(Protocol):
    """What tells a station that a piece has come."""

    def start(self, station: Station) -> None:
        """Begin to tell, on a thread of its own."""
        ...

    def close(self) -> None:
        """End, soon."""
        ...


class Station:
    """Answers every piece; a context manager that closes it. Any thread may call it.

    Args:
        camera: that films; closed with the station.
        reader: that reads.
        make_vote: begins the vote over the frames of a piece.
        store: the journal, closed with the station, and the harvest.
        timing: when an answer leaves.
        plan: which bin a code goes to; None: the bins have no names.
        region: of the pictures to read in; None: all of them.
        told: who is told every decision.
        health: is told what is wrong.
        triggers: what tells that a piece has come; None: `trigger` is called alone.
        say: takes a line about what goes wrong.
        moment: gives both clocks.

    Attributes:
        camera: that films.
        reader: that reads.
        plan: which bin a code goes to.
        journal: of every piece.
        harvest_folder: where pictures are kept; None: nowhere.
        health: what is wrong.
        region: of the pictures to read in; pieces that begin after it was set are read in it.
        ended: set when the triggers will tell of no further piece.
    """

    def __init__(
        self,
        camera: Camera,
        reader: Reader,
        make_vote: MakeVote,
        store: Store,
        timing: Timing,
        *,
        plan: LivePlan | None,
        region: Region | None,
        told: Sequence[Told],
        health: Health,
        triggers: Triggers | None,
        say: Callable[[str], None],
        moment: Callable[[], Moment] = now,
    ) -> None:
        self.camera, self.reader, self.plan, self.health = camera, reader, plan, health
        self.journal = store.journal
        self.harvest_folder: Path | None = store.harvest.folder if store.harvest else None
        self.region = region
        self.ended = threading.Event()
        self._store, self._timing, self._told, self._say, self._moment = store, timing, tuple(told), say, moment
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._numbers, self._recent, self._tally, self._latency = Numbers(), Recent(), Tally(), Latency()
        self._recorder = Recorder(store.journal)
        self._keeper = Keeper(store, lambda: self.region, self._look, say)
        self._pieces = Pieces(timing.frames)
        worker = Worker(
            self._pieces, make_vote, lambda: self.region, self._closing.is_set, time.monotonic, self._came_late, say
        )
        self._answers = threading.Thread(target=self._answer_all, name="answers", daemon=True)
        self._threads = [
            threading.Thread(target=worker, name="reading", daemon=True),
            threading.Thread(
                target=see,
                args=(camera, self._pieces, self._closing.is_set, time.monotonic),
                name="frames",
                daemon=True,
            ),
        ]
        for thread in (self._answers, *self._threads):
            thread.start()
        self._triggers = triggers
        if triggers:
            triggers.start(self)

    def __enter__(self) -> Station:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def trigger(self, number: int | None = None, deadline_ms: float | None = None) -> int:
        """A piece has come under the camera now; returns its id in the journal, 0 where none can be had.

        A number that comes again within two seconds is the same piece, which is answered once.

        Args:
            number: what the controller calls it.
            deadline_ms: until its answer; None: that of the station.

        Raises:
            PosteyeError: the station is closed.
        """
        with self._lock:
            known = None if number is None else self._numbers.known(number, time.monotonic())
            if known is not None:
                return known
            piece = self._begun(self._moment(), number, deadline_ms)
            if number is not None:
                self._numbers.add(number, piece.id, time.monotonic())
        self._pieces.begin(piece)
        return piece.id

    def show(self, frame: Frame, view: View = "one", is_all: bool = False) -> Pending:
        """A piece was seen on a frame, which is the first one of it.

        Args:
            frame: that shows it.
            view: what else it shows.
            is_all: whether it is the only one.
        """
        here = self._moment()
        age_ns = max(0, round((time.monotonic() - frame.captured_s) * 1e9)) + 1
        began = replace(here, wall_ns=here.wall_ns - age_ns, monotonic_ns=round(frame.captured_s * 1e9) - 1)
        piece = self._begun(began, None, None)
        piece.view, piece.has_all = view, is_all
        piece.frames.append(frame)
        piece.given, piece.first_s = 1, time.monotonic()
        self._pieces.begin(piece)
        return piece

    def seen(self, piece: Pending, view: View) -> None:
        """A piece that was seen is not alone, or longer than the picture, as a later frame shows."""
        piece.view = view

    def left(self, piece: Pending) -> None:
        """A piece has left the picture: no further frame is of it."""
        self._pieces.end(piece)

    @property
    def waiting(self) -> int:
        """Pieces that were not answered yet."""
        return len(self._pieces)

    def recent(self, count: int) -> list[Decision]:
        """The last decisions, the newest first; only the very last have their frames."""
        return self._recent.last(count)

    @property
    def counts(self) -> Counts:
        """What became of the pieces since the station began."""
        return self._tally.counts

    def latency(self) -> dict[str, Percentiles]:
        """Percentiles of what the stages took over the last 10,000 pieces, by stage."""
        return self._latency.percentiles()

    def close(self) -> None:
        """Answer what waits, write what was decided, and end: within two seconds."""
        if self._closing.is_set():
            return
        if self._triggers:
            self._triggers.close()
        self._pieces.close()
        self._closing.set()
        self._answers.join(0.3)
        self._keeper.close(0.2)
        self._recorder.close(0.5)
        self.camera.close()
        for thread in self._threads:
            thread.join(0.1)
        self.journal.close()

    def _begun(self, began: Moment, number: int | None, deadline_ms: float | None) -> Pending:
        """A piece that begins, with its id."""
        timing = self._timing
        deadline_s = began.monotonic_ns / 1e9 + (timing.deadline_ms if deadline_ms is None else deadline_ms) / 1000
        piece = Pending(0, Trigger(began, deadline_s, number), deadline_s - timing.margin_ms / 1000)
        try:
            piece.id = self.journal.new_id()
        except JournalError as error:
            piece.why_not, piece.at_once = str(error), True
        return piece

    def _answer_all(self) -> None:
        """The thread that answers, until the station closes and all are answered."""
        while True:
            with self._pieces.changed:
                due = self._pieces.due(time.monotonic())
                if not due:
                    if self._pieces.is_closed:
                        return
                    self._pieces.changed.wait(self._pieces.wait_s(time.monotonic()))
                    continue
            for piece in due:
                self._answer(piece)

    def _answer(self, piece: Pending) -> None:
        decision = decide(piece, self.plan.now.plan if self.plan else None, time.monotonic)
        for told in self._told:
            self._tell(told, decision)
        self._tally.add(decision.read)
        self._latency.add(decision.stages_ms)
        if piece.id:
            self._recorder.put(self._written(decision))
        self._keeper.tell(decision)
        self._recent.add(decision)

    def _written(self, decision: Decision) -> Piece:
        """A decision as the journal has it."""
        said = decision.read.reading if isinstance(decision.read, Result) else decision.read
        engine, checksum = self.reader.engine, self.reader.bundle.manifest.checksum
        began = decision.trigger.began
        return piece_of(
            decision.id, began, decision.answered_ns, said, decision.bin, engine, checksum, self.camera.name
        )

    def _tell(self, told: Told, decision: Decision) -> None:
        try:
            told.tell(decision)
        except Exception as error:  # whoever cannot be told must not keep others from being told
            with suppress(Exception):
                self._say(f"piece {decision.id} could not be told: {type(error).__name__}: {error}")

    def _came_late(self, piece: Pending, now_s: float) -> None:
        """A reading was finished after its piece was answered: it is written down, and nobody is told."""
        if piece.id:
            late_ms = (now_s - piece.answer_by_s) * 1000
            self._recorder.put(Delivery(piece.id, self._moment(), "the sorter", LATE, 0, late_ms))

    def record(self, delivery: Delivery) -> None:
        """Write down how somebody was told about a piece."""
        self._recorder.put(delivery)

    def _look(self) -> None:
        """Tell the health what is wrong with the camera and the disk."""
        for state, trouble in (("camera_lost", self.camera.trouble), ("disk_full", self._recorder.trouble)):
            if trouble:
                self.health.set(state, trouble)
            else:
                self.health.clear(state)
