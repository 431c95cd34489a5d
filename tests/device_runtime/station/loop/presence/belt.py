"""Pictures of a dark belt with light pieces on it, seen from above."""

from __future__ import annotations

import math

import numpy as np

from device_runtime.capture.source import Frame
from device_runtime.image.opencv import cv2
from device_runtime.image.pixels import Pixels
from device_runtime.station.loop.presence.watcher import Event, Watcher

WIDTH, HEIGHT = 640, 360  # of the coordinates; pictures are drawn at half of that
PERIOD_S = 1 / 30


class Belt:
    """A camera over a belt: each picture with its own noise, a thirtieth of a second after the last."""

    def __init__(self, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)
        self.ground = 60 + 12 * self._random.random((HEIGHT // 2, WIDTH // 2), np.float32)
        self.light = 1.0
        self.sequence = 0

    def frame(self, *pieces: tuple[float, float, float, float, float], noise: float = 2.0) -> Frame:
        """A picture; a piece is x, y of its middle, width, height in px and its turn in degrees."""
        view = self.ground.copy()
        for x, y, width, height, turn in pieces:
            x, y, width, height = x / 2, y / 2, width / 2, height / 2
            points = cv2.boxPoints(((x, y), (width, height), turn)).round().astype(np.int32)
            cv2.fillPoly(view, [points], 190.0)
            across, down = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            for row in (-0.1, 0.1, 0.25):  # an address: dark strokes on the light paper
                for step in range(12):
                    u, v = width * (-0.1 + 0.03 * step), height * row
                    at = (round(x + u * across - v * down), round(y + u * down + v * across))
                    cv2.circle(view, at, 1, 40.0, -1)
        view = view * self.light + noise * self._random.standard_normal(view.shape, np.float32)
        pixels: Pixels = np.clip(view, 0, 255).astype(np.uint8)
        self.sequence += 1
        return Frame(pixels, self.sequence * PERIOD_S, self.sequence, "belt")


def piece(x: float, y: float = 180, width: float = 220, height: float = 150, turn: float = 0) -> tuple[float, ...]:
    """A letter on the belt."""
    return (x, y, width, height, turn)


def watched(belt: Belt, watcher: Watcher, *pictures: tuple[tuple[float, ...], ...]) -> list[Event]:
    """What a watcher tells of pictures with these pieces; that a piece is seen again, only where it is otherwise."""
    found: list[Event] = []
    for pieces in pictures:
        for event in watcher.look(belt.frame(*pieces)):  # type: ignore[arg-type]
            if event.kind != "seen" or (found and found[-1].view != event.view):
                found.append(event)
    return found


def empty(looks: int) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Pictures without a piece."""
    return ((),) * looks


def passing(step: float = 40, **of: float) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Pictures of a piece that comes from the left and leaves at the right."""
    return tuple((piece(x, **of),) for x in np.arange(-160, WIDTH + 200, step).tolist())


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]
