"""The page of a station, beside it on threads of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from device_runtime.capture.source import Tell
from device_runtime.errors import WebError
from device_runtime.station.web.door.access import Access, read_token
from device_runtime.station.web.door.names import is_loopback, own_names
from device_runtime.station.web.watch import cpu_temperature_c
from device_runtime.station.web.watched import Healthy, Watched
from device_runtime.types import Wanted

if TYPE_CHECKING:
    from device_runtime.station.web.server import Server

ADDRESS, PORT = "127.0.0.1", 8080
_WORKERS = 3  # one may read a piece, one wait for a disk


class WebPage:
    """Serves the page of a station; a context manager that stops it. Nothing here waits for a visitor.

    Args:
        station: to show.
        health: of it.
        address: of the network to serve on; one that other machines reach needs a token.
        port: 0 takes a free one.
        token_file: of the token that visitors have to give; None: only this machine's programs may come.
        field: whether a frame is one text field, for "is this piece readable?"; else a whole piece.
        role: whose code is wanted.
        upright: whether frames are the right way up.
        tell: takes a line about what went wrong here.
        temperature_c: of the processor, None where nobody knows it.

    Raises:
        WebError: what serves it is not installed, the address is not to be had, or it needs a token.
    """

    def __init__(
        self,
        station: Watched,
        health: Healthy,
        address: str = ADDRESS,
        port: int = PORT,
        token_file: Path | str | None = None,
        *,
        field: bool = False,
        role: Wanted = "destination",
        upright: bool = False,
        tell: Tell,
        temperature_c: Callable[[], float | None] = cpu_temperature_c,
    ) -> None:
        if token_file is None and not is_loopback(address):
            raise WebError(
                f"the page at {address} could be seen by others; give a file with a token, or serve it at {ADDRESS}"
            )
        access = Access(None if token_file is None else read_token(token_file))
        try:
            from device_runtime.station.web.aim import Aim
            from device_runtime.station.web.app import make_app
            from device_runtime.station.web.door.guard import Guard
            from device_runtime.station.web.server import Server, workers
            from device_runtime.station.web.watch import Watch
        except ImportError as error:
            raise WebError(
                f"the page needs Starlette and uvicorn, and {error.name} is missing: pip install 'posteye[web]'"
            ) from None
        self._workers: ThreadPoolExecutor = workers(_WORKERS)
        aim = Aim(station, field, role, upright)
        app = make_app(station, aim, Watch(station, health, temperature_c), self._workers, tell)
        listening = _bound(address, port)
        self.port: int = listening.getsockname()[1]
        host = f"[{address}]" if ":" in address else address
        self.url = f"http://{host}:{self.port}/"
        self._server: Server = Server(Guard(app, access, own_names() | {address.lower()}), listening)

    def start(self) -> None:
        """Begin to serve; returns at once."""
        self._server.start()

    def stop(self) -> None:
        """End, within two seconds, whatever visitors do."""
        self._server.stop()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> WebPage:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _bound(address: str, port: int) -> socket.socket:
    """A socket that takes connections; raises WebError when the address is not to be had."""
    try:
        family, _, _, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(place[:2], family=family, backlog=64)
    except (OSError, UnicodeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WebError(f"the page cannot be served at {address}, port {port}: {reason}; choose another") from None
