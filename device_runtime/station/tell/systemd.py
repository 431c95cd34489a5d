"""Tells systemd how a service is: sd_notify(3), and the watchdog of systemd.service(5)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import printable

_LONGEST_STATUS = 200


class Notifier:
    """Tells the service manager; where there is none, every call does nothing.

    The watchdog is fed by `beat` alone, which the station's loop calls on every turn: when the loop hangs, systemd
    starts the service anew, whatever else of the process still runs.

    Args:
        environment: has `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` where systemd is.
        clock: the monotonic clock.

    Attributes:
        watchdog_s: within which systemd wants a sign of life; None: it wants none.

    Raises:
        PosteyeError: `NOTIFY_SOCKET` is no address of a socket.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, clock: Callable[[], float] = time.monotonic
    ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        if address and address[0] not in "/@":
            raise PosteyeError(f"NOTIFY_SOCKET is {printable(address):.60}; systemd gives a path, or a name behind @")
        # A name behind @ is one of Linux's abstract sockets, which begin with a zero byte.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_s = _watchdog_s(environment) if address else None
        self._clock = clock
        self._fed_s: float | None = None
        self._told = ""

    def ready(self) -> None:
        """The station takes pieces from now on."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """What `systemctl status` shows, one line; sent only when it is another one."""
        line = printable(text)[:_LONGEST_STATUS]
        if line != self._told:
            self._told = line
            self._send(f"STATUS={line}")

    def beat(self) -> None:
        """The loop lives; told at most four times in the time that systemd gives, so it may be called at any rate."""
        now_s = self._clock()
        if self.watchdog_s is None or (self._fed_s is not None and now_s - self._fed_s < self.watchdog_s / 4):
            return
        self._fed_s = now_s
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The station begins to end."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A manager that is away or busy must stop nobody.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)
            channel.sendto(message.encode(), self._address)


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """The time of sd_watchdog_enabled(3); None where another process is meant or there is none."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        microseconds = int(environment.get("WATCHDOG_USEC", "0"))
    except ValueError:
        return None
    return microseconds / 1e6 if microseconds > 0 else None
