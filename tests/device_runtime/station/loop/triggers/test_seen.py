"""Pieces that the camera sees begin by themselves; of a folder every picture is one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from device_runtime.capture.camera import Camera
from device_runtime.capture.source import Frame, Shot
from device_runtime.capture.sources import open_camera
from device_runtime.image.write_png import encode_png
from device_runtime.station.loop.pieces import Pending, View
from device_runtime.station.loop.triggers.motion import MotionTriggers
from device_runtime.station.loop.triggers.pictures import PictureTriggers
from tests.device_runtime.capture.fake_source import FakeSource, eventually
from tests.device_runtime.station.loop.presence.belt import Belt, empty, passing, piece


@dataclass
class Seeing:
    """A station that remembers what it is shown."""

    camera: Camera
    ended: threading.Event = field(default_factory=threading.Event)
    shown: list[tuple[Frame, View, bool]] = field(default_factory=list)
    followed: list[tuple[int, Frame]] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    answered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def show(self, frame: Frame, view: View = "one", is_all: bool = False) -> Pending:
        self.shown.append((frame, view, is_all))
        return Pending(len(self.shown), None, 0.0)  # type: ignore[arg-type]

    def seen(self, piece: Pending, view: View, frame: Frame) -> None:
        self.followed.append((piece.id, frame))

    def left(self, piece: Pending) -> None:
        self.more.append(f"{piece.id} left")

    def wait_below(self, count: int, timeout_s: float) -> bool:
        return self.answered.acquire(timeout=timeout_s)


def test_each_picture_of_a_folder_is_a_piece_and_waits_for_the_answer_of_the_one_before(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(encode_png(np.full((8, 8), number, np.uint8)))
    with open_camera(f"dir:{tmp_path}", print) as camera:
        station, triggers = Seeing(camera), PictureTriggers(print)
        triggers.start(station)
        for count in (1, 2, 3):
            assert eventually(lambda: len(station.shown) == count)  # noqa: B023
            assert not station.ended.is_set()
            station.answered.release()
        assert station.ended.wait(20)
        triggers.close()
    assert [(int(frame.pixels[0, 0]), view, is_all) for frame, view, is_all in station.shown] == [
        (number, "one", True) for number in range(3)
    ]


def test_what_passes_the_camera_begins_and_ends(tmp_path: Path) -> None:
    source, belt, lines = FakeSource(), Belt(), list[str]()
    source.waits = True  # each picture is looked at, however slow the machine
    pictures = [*empty(20), *passing(60), *empty(4), *((piece(180, 150), piece(460, 250)),) * 4, *empty(4)]
    for number, pieces in enumerate(pictures):
        frame = belt.frame(*pieces)  # type: ignore[arg-type]
        source.events.put(Shot(frame.captured_s, number, lambda frame=frame: frame.pixels.copy()))  # type: ignore[misc]
    belt.light = 0.0
    for number in range(len(pictures), len(pictures) + 3):
        dark = belt.frame().pixels.copy()
        source.events.put(Shot(0.0, number, lambda dark=dark: dark))  # type: ignore[misc]
    with Camera(source, print) as camera:
        station, triggers = Seeing(camera), MotionTriggers(lines.append)
        triggers.start(station)
        assert eventually(lambda: bool(lines), 60)
        triggers.close()
    assert [view for _, view, _ in station.shown] == ["one", "two"]
    assert station.more == ["1 left", "2 left"]
    # No frame is of a piece that is not in view: the belt without one is dark.
    assert {id_ for id_, _ in station.followed} == {1, 2}
    assert all(frame.pixels.max() > 130 for _, frame in station.followed)
    assert lines == ["the picture is black: see to the lamp and the lens"]
