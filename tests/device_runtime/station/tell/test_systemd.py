"""systemd is told over a real socket, and the watchdog is fed by beats alone."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.station.tell.systemd import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The address as NOTIFY_SOCKET has it, and the end of the service manager."""
    name = f"@posteye-{uuid.uuid4()}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        channel.setblocking(False)
        yield name, channel


def heard(channel: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(channel.recv(4096).decode())
        except BlockingIOError:
            return found


def test_the_life_of_a_service_is_told(manager: tuple[str, socket.socket]) -> None:
    name, channel = manager
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready()
    notifier.status("10 pieces\na second")
    notifier.status("10 pieces\na second")
    notifier.status("x" * 1000)
    notifier.beat()
    notifier.stopping()
    assert heard(channel) == ["READY=1", "STATUS=10 pieces\\na second", f"STATUS={'x' * 200}", "STOPPING=1"]


def test_the_watchdog_is_fed_by_beats_and_not_too_often(manager: tuple[str, socket.socket]) -> None:
    name, channel = manager
    times_s = iter([0.0, 0.1, 4.9, 5.0, 9.9, 10.1])
    environment = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid())}
    notifier = Notifier(environment, lambda: next(times_s))
    assert notifier.watchdog_s == 20.0
    for _ in range(6):
        notifier.beat()
    assert heard(channel) == ["WATCHDOG=1"] * 3
    notifier.status("still here, and the loop is not")
    assert heard(channel) == ["STATUS=still here, and the loop is not"]


@pytest.mark.parametrize(
    "watchdog",
    [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}],
)
def test_no_watchdog_is_fed_that_is_not_ours(manager: tuple[str, socket.socket], watchdog: dict[str, str]) -> None:
    name, channel = manager
    notifier = Notifier({"NOTIFY_SOCKET": name, **watchdog})
    notifier.beat()
    assert notifier.watchdog_s is None and heard(channel) == []


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    for environment in ({}, {"WATCHDOG_USEC": "1000000"}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        notifier = Notifier(environment)
        notifier.ready()
        notifier.beat()
        notifier.stopping()
    assert Notifier({"WATCHDOG_USEC": "1000000"}).watchdog_s is None


def test_a_manager_that_does_not_listen_holds_nobody_up(manager: tuple[str, socket.socket]) -> None:
    name, channel = manager
    notifier = Notifier({"NOTIFY_SOCKET": name})
    for number in range(2000):
        notifier.status(f"{number}")
    assert 0 < len(heard(channel)) < 2000


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(PosteyeError, match="NOTIFY_SOCKET is vsock:2:1; systemd gives a path"):
        Notifier({"NOTIFY_SOCKET": "vsock:2:1"})
