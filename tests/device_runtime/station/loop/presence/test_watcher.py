"""A piece in view begins once and ends once; light is none, two are told from one."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.station.loop.presence.watcher import FORGOTTEN_S, Watcher
from tests.device_runtime.station.loop.presence.belt import (
    PERIOD_S,
    Belt,
    empty,
    kinds,
    passing,
    piece,
    watched,
)


def begun() -> tuple[Belt, Watcher]:
    """A watcher that knows the empty belt."""
    belt, watcher = Belt(), Watcher()
    assert watched(belt, watcher, *empty(20)) == []
    return belt, watcher


@pytest.mark.parametrize("step", [8, 40, 90, 150])
def test_a_piece_that_passes_begins_once_all_in_view_and_has_left_after_it(step: float) -> None:
    belt, watcher = begun()
    events = watched(belt, watcher, *passing(step), *empty(5))
    assert kinds(events) == ["begins", "left"]
    assert events[0].view == "one" and events[0].frame
    shown = events[0].frame.pixels > 130
    assert not shown[:, 0].any() and not shown[:, -1].any() and shown.any()


def test_pieces_one_after_the_other_begin_each_once() -> None:
    belt, watcher = begun()
    for _ in range(5):
        assert kinds(watched(belt, watcher, *passing(60), *empty(3))) == ["begins", "left"]


def test_a_piece_that_is_laid_down_and_rests_is_one_piece_until_it_is_taken_away() -> None:
    belt, watcher = begun()
    assert kinds(watched(belt, watcher, *((piece(300, turn=8),),) * 200)) == ["begins"]
    assert kinds(watched(belt, watcher, *empty(5))) == ["left"]
    assert kinds(watched(belt, watcher, *((piece(300),),) * 5)) == ["begins"]


def test_a_picture_in_which_the_piece_is_missed_does_not_make_two_of_it() -> None:
    belt, watcher = begun()
    events = watched(belt, watcher, *((piece(300),),) * 10, (), *((piece(300),),) * 10)
    assert kinds(events) == ["begins"]


def test_dirt_and_a_single_flash_are_no_piece() -> None:
    belt, watcher = begun()
    speck = (piece(300, width=24, height=16),)
    assert watched(belt, watcher, *(speck,) * 20, *empty(5), (piece(300),), *empty(5)) == []


@pytest.mark.parametrize("factor", [1.5, 1.15, 0.6])
def test_a_lamp_that_is_switched_is_no_piece_and_a_piece_under_it_is_one(factor: float) -> None:
    belt, watcher = begun()
    belt.light = factor
    assert watched(belt, watcher, *empty(20)) == []
    assert kinds(watched(belt, watcher, *passing(60), *empty(4))) == ["begins", "left"]


def test_daylight_that_comes_and_goes_is_no_piece_also_while_one_rests() -> None:
    belt, watcher = begun()
    events = []
    for at in np.linspace(0, 2 * np.pi, 120):
        belt.light = 1 + 0.35 * float(np.sin(at))
        events += watched(belt, watcher, ())
    assert events == []
    for at in np.linspace(0, 2 * np.pi, 120):
        belt.light = 1 + 0.25 * float(np.sin(at))
        events += watched(belt, watcher, (piece(300),))
    assert kinds(events) == ["begins"]


def test_black_pictures_begin_nothing_and_end_nothing() -> None:
    belt, watcher = begun()
    belt.light = 0.0
    assert watched(belt, watcher, *empty(10)) == [] and watcher.is_dark
    belt.light = 1.0
    assert kinds(watched(belt, watcher, *((piece(300),),) * 4)) == ["begins"]
    belt.light = 0.0
    assert watched(belt, watcher, *empty(10)) == []
    belt.light = 1.0
    assert watched(belt, watcher, (piece(300),)) == [] and not watcher.is_dark


@pytest.mark.parametrize(
    "second",
    [
        piece(460, 250),  # beside it
        piece(260, 240),  # over its corner
        piece(200, 180, turn=35),  # across it
        piece(200, 90, width=100, height=120),
    ],
)
def test_two_pieces_are_told_from_one(second: tuple[float, ...]) -> None:
    belt, watcher = begun()
    events = watched(belt, watcher, *((piece(180, 150), second),) * 5)
    assert [(event.kind, event.view) for event in events] == [("begins", "two")]


@pytest.mark.parametrize("turn", [0, 10, 25, 45, 80])
def test_one_piece_at_any_angle_is_one(turn: float) -> None:
    belt, watcher = begun()
    events = watched(belt, watcher, *((piece(320, 180, turn=turn),),) * 5)
    assert [(event.kind, event.view) for event in events] == [("begins", "one")]


def test_a_second_piece_that_is_fed_after_the_first_is_told_of_it() -> None:
    belt, watcher = begun()
    one = piece(180, 150)
    events = watched(belt, watcher, *((one,),) * 4, *((one, piece(480, 260)),) * 3)
    assert [(event.kind, event.view) for event in events] == [("begins", "one"), ("seen", "two")]


def test_the_second_of_two_begins_when_the_first_has_left() -> None:
    belt, watcher = begun()
    one, other = piece(120, 80, 180, 110), piece(440, 250, 160, 100)
    events = watched(belt, watcher, *((one, other),) * 5, *((other,),) * 6)
    assert [(event.kind, event.view) for event in events] == [("begins", "two"), ("left", "one"), ("begins", "one")]


def test_a_piece_that_is_longer_than_the_picture_begins_once_when_it_fills_it() -> None:
    belt, watcher = begun()
    long = tuple((piece(x, width=900),) for x in range(-500, 1200, 50))
    events = watched(belt, watcher, *long, *empty(5))
    assert events[0].view == "long"
    assert kinds(events) == ["begins", "left"]


def test_what_lay_in_the_first_picture_and_is_taken_away_is_no_piece() -> None:
    belt, watcher = Belt(), Watcher()
    assert watched(belt, watcher, *((piece(300),),) * 20, *empty(10)) == []
    assert kinds(watched(belt, watcher, *passing(60), *empty(4))) == ["begins", "left"]


def test_what_lies_for_long_belongs_to_the_view_until_it_is_taken_away() -> None:
    belt, watcher = begun()
    lying = piece(150, 90, 160, 100)
    assert kinds(watched(belt, watcher, *((lying,),) * 5)) == ["begins"]
    belt.sequence += round(FORGOTTEN_S / PERIOD_S) + 1
    assert kinds(watched(belt, watcher, *((lying,),) * 5)) == ["left"]
    other = piece(430, 260, 160, 100)
    assert [event.view for event in watched(belt, watcher, *((lying, other),) * 4)] == ["one"]
    assert kinds(watched(belt, watcher, *((lying,),) * 4)) == ["left"]
    assert watched(belt, watcher, *empty(5)) == []


def test_a_camera_that_was_moved_watches_its_new_view_after_some_seconds() -> None:
    belt, watcher = begun()
    belt.ground[:, ::40] = belt.ground[:, 1::40] = belt.ground[:, 2::40] = 10
    belt.ground *= np.linspace(0.3, 1.7, 320, dtype=np.float32)
    watched(belt, watcher, *empty(200))
    assert kinds(watched(belt, watcher, *passing(60), *empty(4))) == ["begins", "left"]
