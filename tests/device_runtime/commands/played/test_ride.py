"""The mail of the demo through a whole station, with its controller at the end of a cable."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from device_runtime.commands.played import ride as riding
from device_runtime.commands.played.account import Account
from device_runtime.commands.played.mail import Letter, load_mail
from device_runtime.commands.played.pace import Pace
from device_runtime.commands.played.ride import Ride, ride
from device_runtime.result import Result
from device_runtime.station.journal.reading import JournalReader
from device_runtime.station.loop.values import Decision
from firmware_bridge import Tally
from tests.device_runtime.commands.played.decided import accepted, decision


def nothing(*_: object) -> None:
    """Nobody listens."""


def test_every_piece_is_read_in_its_own_picture_sorted_acknowledged_and_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(riding, "pace_of", lambda *_: Pace(every_ms=3600, deadline_ms=1500))
    told: list[Decision] = []
    done = ride(tmp_path, None, 4, told.append, nothing, nothing, threading.Event())
    assert done.is_well and done.acknowledged == 4
    assert [one.trigger.number for one in told] == [1, 2, 3, 4]
    read = [one.read.reading.code for one in told if isinstance(one.read, Result)]
    assert read == [letter.code for letter in load_mail()[: len(read)]] and len(read) == 4
    assert set(done.account.bins) <= {"north", "east", "south", "west", "by hand"}
    with JournalReader(tmp_path / "station.journal") as journal:
        assert sorted(entry.piece.id for entry in journal.last(100)) == sorted(one.id for one in told)


def test_it_ends_when_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(riding, "pace_of", lambda *_: Pace(every_ms=3600, deadline_ms=1500))
    ended = threading.Event()
    done = ride(tmp_path, None, 0, lambda _: ended.set(), nothing, nothing, ended)
    assert 1 <= done.account.pieces <= 2 and not done.account.wrong


def test_a_folder_that_goes_ends_it_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(riding, "pace_of", lambda *_: Pace(every_ms=1400, deadline_ms=500))
    said: list[str] = []

    def lose(*_: object) -> None:
        (tmp_path / "camera").rename(tmp_path / "elsewhere")

    done = ride(tmp_path, None, 4, nothing, said.append, lose, threading.Event())
    assert not done.is_well and done.account.statuses == {"no_read": 1}
    assert any("the controller has ended" in line and "No such file or directory" in line for line in said)


def well(wrong: bool = False, acknowledged: int = 1, tally: Tally | None = None) -> Ride:
    account = Account(lambda _: Letter("01.jpg", "12345" if wrong else "80331"))
    account.take(decision(1, accepted()))
    return Ride(account, tally or Tally(triggered=1, in_time=1), Pace(1400, 500), acknowledged)


def test_what_makes_a_ride_bad() -> None:
    assert well().is_well and well(tally=Tally(triggered=1, late=1)).is_well
    bad = (
        Tally(triggered=2, in_time=1),
        Tally(triggered=1, in_time=1, doubled=1),
        Tally(triggered=1, in_time=1, unasked=1),
    )
    assert not any(one.is_well for one in (well(wrong=True), well(acknowledged=0), *(well(tally=one) for one in bad)))
