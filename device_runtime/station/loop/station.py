"""The station: it owns camera, reader, plan and journal, and every piece that comes gets an answer in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Frame
from device_runtime.errors import JournalError
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.station.health.health import Health
from device_runtime.station.health.states import Fault
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.moment import Moment, now
from device_runtime.station.journal.recorder import Recorder
from device_runtime.station.loop.answering import decide, written
from device_runtime.station.loop.counts import Counts, Tally
from device_runtime.station.loop.keeping import Keeper
from device_runtime.station.loop.latency import Latency, Percentiles
from device_runtime.station.loop.pieces import Pending, Pieces, View
from device_runtime.station.loop.reading import Worker
from device_runtime.station.loop.recent import Numbers, Recent
from device_runtime.station.loop.seeing import see
from device_runtime.station.loop.settings import Store, Timing, Triggers
from device_runtime.station.loop.values import Decision, Told, Trigger
from device_runtime.station.loop.voting import MakeVote
from device_runtime.station.plan.live import LivePlan

_BEAT_S = 1.0  # the thread that answers says at least so often that it lives
LATE = "late, dropped"  # the outcome in the journal of a reading that came after its answer


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
        health: is told what is wrong.
        triggers: what tells that a piece has come, from `start` on; None: `trigger` is called alone.
        say: takes a line about what goes wrong.
        beat: is called at least once a second by the thread that answers, as long as it lives.
        moment: gives both clocks.

    Attributes:
        camera: that films.
        reader: that reads.
        plan: which bin a code goes to.
        journal: of every piece.
        harvest_folder: where pictures are kept; None: nowhere.
        health: what is wrong.
        region: of the pictures to read in; pieces that begin after it was set are read in it.
        told: who is told every decision; complete before `start`.
        lost: rows that could not be written into the journal before the station was closed.
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
        health: Health,
        triggers: Triggers | None,
        say: Callable[[str], None],
        beat: Callable[[], None] = lambda: None,
        moment: Callable[[], Moment] = now,
    ) -> None:
        self.camera, self.reader, self.plan, self.health = camera, reader, plan, health
        self.journal, self.region = store.journal, region
        self.harvest_folder: Path | None = store.harvest.folder if store.harvest else None
        self.told: list[Told] = []
        self.ended = threading.Event()
        self.lost = 0
        self._timing, self._triggers, self._say, self._moment, self._beat = timing, triggers, say, moment, beat
        self._closing, self._is_closed = threading.Event(), False
        self._lock = threading.Lock()
        self._numbers, self._recent, self._tally, self._latency = Numbers(), Recent(), Tally(), Latency()
        self._recorder = Recorder(store.journal)
        self._keeper = Keeper(store, lambda: self.region, self._look, say)
        self._pieces = Pieces(timing.frames, timing.window_ms / 1000)
        is_closing, clock = self._closing.is_set, time.monotonic
        worker = Worker(self._pieces, make_vote, lambda: self.region, is_closing, clock, self._came_late, say)
        self._answers = threading.Thread(target=self._answer_all, name="answers", daemon=True)
        self._threads = [
            threading.Thread(target=worker, name="reading", daemon=True),
            threading.Thread(
                target=see, args=(camera, self._pieces, is_closing, clock, self.ended.set), name="frames", daemon=True
            ),
        ]
        self._ending = threading.Thread(target=camera.close, name="ending", daemon=True)  # a source may hang
        for thread in (self._answers, *self._threads):
            thread.start()

    def __enter__(self) -> Station:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Let the triggers begin.

        Raises:
            PosteyeError: they cannot, such as those of a line of GPIO that is in use.
        """
        if self._triggers:
            self._triggers.start(self)

    def trigger(self, number: int | None = None, deadline_ms: float | None = None, *, age_ms: float = 0.0) -> int:
        """A piece has come under the camera; returns its id in the journal, 0 where none can be had.

        A number that comes again within two seconds is the same piece, which is answered once.

        Args:
            number: what the controller calls it.
            deadline_ms: from its coming until its answer; None: that of the station.
            age_ms: how long ago it came.

        Raises:
            PosteyeError: the station is closed.
        """
        with self._lock:
            known = None if number is None else self._numbers.known(number, time.monotonic())
            if known is not None:
                return known
            here, age_ns = self._moment(), round(max(0.0, age_ms) * 1e6)
            began = replace(here, wall_ns=here.wall_ns - age_ns, monotonic_ns=here.monotonic_ns - age_ns)
            piece = self._begun(began, number, deadline_ms)
            if number is not None:
                self._numbers.add(number, piece.id, time.monotonic())
        self._pieces.begin(piece)
        return piece.id

    def forget_numbers(self) -> None:
        """The controller counts anew: a number that comes again is another piece."""
        with self._lock:
            self._numbers.forget()

    def show(self, frame: Frame, view: View = "one", is_all: bool = False) -> Pending:
        """A piece was seen on a frame, which is the first one of it; `seen` gives it further ones.

        Args:
            frame: that shows it.
            view: what else it shows.
            is_all: whether it is the only one.

        Raises:
            PosteyeError: the station is closed.
        """
        here = self._moment()
        began_ns = (
            round(frame.captured_s * 1e9) - 1
        )  # before it, as the frames of a piece are exposed after its trigger
        age_ns = max(0, time.monotonic_ns() - began_ns)
        piece = self._begun(replace(here, wall_ns=here.wall_ns - age_ns, monotonic_ns=began_ns), None, None)
        piece.view, piece.has_all, piece.is_followed = view, is_all, True
        piece.frames.append(frame)
        piece.given, piece.first_s = 1, time.monotonic()
        self._pieces.begin(piece)
        return piece

    def seen(self, piece: Pending, view: View, frame: Frame) -> None:
        """A piece is in view on a further frame.

        Args:
            piece: of which `show` told.
            view: what else was seen since it began.
            frame: that shows it.
        """
        piece.view = view
        self._pieces.follow(piece, frame, time.monotonic())

    def left(self, piece: Pending) -> None:
        """A piece has left the picture: no further frame is of it."""
        self._pieces.end(piece)

    def wait_below(self, count: int, timeout_s: float) -> bool:
        """Wait until fewer pieces than that wait for their answers; returns whether it is so."""
        with self._pieces.changed:
            return self._pieces.changed.wait_for(lambda: len(self._pieces) < count, timeout_s)

    def record(self, delivery: Delivery) -> None:
        """Write down how somebody was told about a piece."""
        self._recorder.put(delivery)

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

    def stop(self) -> None:
        """Take no more pieces, and answer those that wait: at once, with what was read so far."""
        if self._closing.is_set():
            return
        if self._triggers:
            self._triggers.close()
        self._closing.set()
        self._pieces.close()
        self._ending.start()
        self._answers.join(0.3)

    def close(self) -> None:
        """Stop, write what was decided, and give everything back: within two seconds."""
        if self._is_closed:
            return
        self._is_closed = True
        self.stop()
        self._keeper.close(0.2)
        self.lost += self._recorder.close(0.5)
        if self.lost:
            self._say(f"the disk was full or slow to the end: {self.lost} rows of the journal are lost")
        for thread in (self._ending, *self._threads):
            thread.join(0.3)
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
            self._beat()
            with self._pieces.changed:
                due = self._pieces.due(time.monotonic())
                if not due:
                    if self._pieces.is_closed:
                        return
                    wait_s = self._pieces.wait_s(time.monotonic())
                    self._pieces.changed.wait(_BEAT_S if wait_s is None else min(_BEAT_S, wait_s))
                    continue
            for piece in due:
                self._answer(decide(piece, self.plan.now.plan if self.plan else None, time.monotonic))

    def _answer(self, decision: Decision) -> None:
        for told in self.told:
            try:
                told.tell(decision)
            except Exception as error:  # whoever cannot be told must not keep others from being told
                with suppress(Exception):
                    self._say(f"piece {decision.id} could not be told: {type(error).__name__}: {error}")
        self._tally.add(decision.read)
        self._latency.add(decision.stages_ms)
        if decision.id:
            self._recorder.put(written(decision, self.reader, self.camera.name))
        self._keeper.tell(decision)
        self._recent.add(decision)

    def _came_late(self, piece: Pending, now_s: float) -> None:
        """A reading was finished after its piece was answered: it is written down, and nobody is told."""
        if piece.id:
            late_ms = (now_s - piece.answer_by_s) * 1000
            self._recorder.put(Delivery(piece.id, self._moment(), "the sorter", LATE, 0, late_ms))

    def _look(self) -> None:
        """Tell the health what is wrong with the camera and the disk."""
        self._tell_health("camera_lost", None if self.ended.is_set() else self.camera.trouble)
        self._tell_health("disk_full", self._recorder.trouble)

    def _tell_health(self, state: Fault, trouble: str | None) -> None:
        if trouble:
            self.health.set(state, trouble)
        else:
            self.health.clear(state)
