"""Lets mail pass a station whose controller is at the other end of a virtual cable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from device_runtime.commands.played.account import Account
from device_runtime.commands.played.film import Film
from device_runtime.commands.played.mail import COUNTRY, PLAN, load_mail
from device_runtime.commands.played.pace import Pace, pace_of
from device_runtime.commands.watching.build_station import build_station
from device_runtime.errors import PosteyeError
from device_runtime.report.station import StationReporter
from device_runtime.station.health.health import Health
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.loop.aside import Aside
from device_runtime.station.loop.station import Station
from device_runtime.station.loop.values import Decision
from firmware_bridge import Belt, BridgeError, Cable, Event, Feeder, Tally, serve

SEED = 7
FRAMES = 3  # at most, of a piece
JOURNAL = "station.journal"
_LOOK_S = 0.2
_OPENS_S = 10.0
_CLOSES_S = 0.5
_MOST = 1_000_000  # entries of the journal that are looked at

Say = Callable[[str], None]


@dataclass(frozen=True)
class Ride:
    """What came of the mail.

    Attributes:
        account: of what the station decided.
        tally: of what the controller saw.
        pace: at which it came.
        acknowledged: answers that the journal says were acknowledged.
    """

    account: Account
    tally: Tally
    pace: Pace
    acknowledged: int

    @property
    def is_well(self) -> bool:
        """Whether every piece was answered once, acknowledged and written down, and no wrong code was accepted."""
        tally, pieces = self.tally, self.tally.triggered
        is_whole = tally.unanswered == tally.doubled == tally.unasked == 0
        return is_whole and self.account.pieces == self.acknowledged == pieces and not self.account.wrong


def ride(
    folder: Path,
    engine: str | None,
    pieces: int | None,
    tell: Callable[[Decision], None],
    say: Say,
    begin: Callable[[Station, Health, Pace, ExitStack], None],
    ended: threading.Event,
) -> Ride:
    """Play mail to a station until so many pieces were answered, or until it is to end.

    Args:
        folder: to work in; the film, the journal and the pictures of doubtful pieces go there.
        engine: as of `Reader`.
        pieces: how many; None: as many as pass in about a minute, 0: without end.
        tell: takes each decision, on a thread of its own.
        say: takes a line about what goes wrong.
        begin: is called when all is ready; what it enters ends with the station.
        ended: ends it when it is set.

    Raises:
        PosteyeError: something cannot be used.
    """
    film, health = Film(load_mail(), folder / "camera"), Health()
    account = Account(film.letter)
    stop = threading.Event()
    with (
        Cable() as cable,
        build_station(
            film.url,
            journal=folder / JOURNAL,
            health=health,
            say=say,
            country=COUNTRY,
            engine=engine,
            frames=FRAMES,
            trigger="controller",
            plan=PLAN,
            harvest=folder / "doubtful",
        ) as station,
        ExitStack() as ends,
    ):
        station.camera.opened(_OPENS_S)
        pace = pace_of(station.reader, load_mail())
        count = pace.pieces if pieces is None else pieces or None
        feeder = Feeder(Belt(pace.every_ms, pace.deadline_ms, count, seed=SEED))

        def take(decision: Decision) -> None:
            account.take(decision)
            tell(decision)

        aside = Aside(take, "account")
        station.told.append(aside)
        begin(station, health, pace, ends)
        controller = threading.Thread(
            target=_control, args=(cable.sorter_end, film, feeder, stop, say), name="controller", daemon=True
        )
        controller.start()
        reporter = StationReporter(
            cable.reader_end,
            station.record,
            health,
            say,
            trigger=station.trigger,
            forget=station.forget_numbers,
            bundle=station.reader.bundle.manifest.checksum,
            troubles=lambda: [trouble.state for trouble in health.now],
        )
        station.told.append(reporter)
        try:
            station.start()
            _wait(controller, ended)
        finally:
            station.stop()
            aside.close(_CLOSES_S)
            reporter.close(_CLOSES_S)
            stop.set()
            controller.join(_CLOSES_S)
    return Ride(account, feeder.tally, pace, _acknowledged(folder / JOURNAL))


def _control(url: str, film: Film, feeder: Feeder, stop: threading.Event, say: Say) -> None:
    """Be the controller until the last piece is done with; without it, or without its mail, all ends."""
    try:
        serve(url, _moving(film, feeder, say), stop, feeder=feeder)
    except (PosteyeError, BridgeError) as error:
        say(f"the controller has ended: {error}")


def _moving(film: Film, feeder: Feeder, say: Say) -> Callable[[Event], None]:
    """What moves the mail on when a piece was answered, or its deadline has passed."""

    def take(event: Event) -> None:
        if event.kind == "reading" and event.reading is not None:
            film.show(event.reading.piece + 1)
        elif event.kind == "missed":
            film.show(feeder.tally.triggered + 1)
        elif event.kind in ("lost", "refused", "damaged"):
            say(f"the controller: {event}")

    return take


def _wait(controller: threading.Thread, ended: threading.Event) -> None:
    """Until the last piece is done with, or it is to end."""
    while controller.is_alive() and not ended.wait(_LOOK_S):
        pass


def _acknowledged(journal: Path) -> int:
    """How many pieces of a journal were acknowledged."""
    with JournalReader(journal) as found:
        entries = found.last(_MOST)
    return sum(any(one.outcome == "acknowledged" for one in entry.deliveries) for entry in entries)
