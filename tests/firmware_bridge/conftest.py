"""What the tests of the wire share: the worked examples of docs/protocol.md, a controller in a thread, a bad cable."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_bridge import Cable, Event, ReadingMessage, serve
from firmware_bridge.protocol.frame import DELIMITER, Frame, FrameReader

PROTOCOL_PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


@pytest.fixture(scope="session")
def examples() -> dict[str, tuple[bytes, bytes]]:
    """The worked examples of the protocol page: name -> (body, wire)."""
    blocks = re.findall(r"```hex (\S+)\nbody (.*)\nwire (.*)\n```", PROTOCOL_PAGE.read_text(encoding="utf-8"))
    return {name: (bytes.fromhex(body), bytes.fromhex(wire)) for name, body, wire in blocks}


@pytest.fixture
def reading() -> ReadingMessage:
    return ReadingMessage(piece=7, status="accepted", code="10115", confidence=0.9973, elapsed_ms=84)


class Controller:
    """serve() in a thread; collects its events."""

    def __init__(self, url: str, name: str = "test sorter") -> None:
        self.events: list[Event] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=serve, args=(url, self.events.append, self._stop), kwargs={"name": name}, daemon=True
        )
        self._thread.start()

    def of_kind(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    def wait_for(self, kind: str, count: int = 1) -> None:
        deadline_s = time.monotonic() + 5
        while len(self.of_kind(kind)) < count:
            assert time.monotonic() < deadline_s, f"no {kind} event: {self.events}"
            time.sleep(0.005)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)
        assert not self._thread.is_alive()


@pytest.fixture
def controller() -> Iterator[Callable[[str], Controller]]:
    """Starts controllers on ports and stops them at the end of the test."""
    started: list[Controller] = []

    def start(url: str) -> Controller:
        started.append(Controller(url))
        started[-1].wait_for("opened")
        return started[-1]

    yield start
    for one in started:
        one.stop()


class Tamper:
    """A cable's hook that sees whole frames: change(frame, its bytes) -> the bytes that arrive."""

    def __init__(self, change: Callable[[Frame, bytes], bytes]) -> None:
        self._change = change
        self._rest = b""

    def __call__(self, data: bytes) -> bytes:
        *finished, self._rest = (self._rest + data).split(DELIMITER)
        passed = b""
        for encoded in filter(None, finished):
            whole = DELIMITER + encoded + DELIMITER
            (frame,) = FrameReader().feed(whole)
            passed += self._change(frame, whole)
        return passed


@pytest.fixture
def cable() -> Iterator[Callable[..., Cable]]:
    """Lays cables, tampered with frame by frame if asked to, and pulls them out at the end of the test."""
    laid: list[Cable] = []

    def lay(**changes: Callable[[Frame, bytes], bytes]) -> Cable:
        laid.append(Cable(**{direction: Tamper(change) for direction, change in changes.items()}))
        return laid[-1]

    yield lay
    for one in laid:
        one.unplug()
