"""The server under the page: uvicorn on a thread of its own, with connections that may not dawdle."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 48
KEEP_ALIVE_S = 10
LOOK_S = 10.0  # a connection without a whole request in this time goes
ENDING_S = 1
_HEAD_BYTES = 16_384
_NICE = 10  # the station's own threads go first


class _Connection(H11Protocol):
    """A connection that is given up when it holds no whole request, or takes no answer, for too long."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._seen: object = self
        self._look()

    def _look(self) -> None:
        if self.transport.is_closing() and not self.transport.get_write_buffer_size():
            return
        answered = self.cycle is None or self.cycle.response_complete
        if answered and self._seen is self.cycle:
            self.transport.abort()
            return
        self._seen = self.cycle if answered else self
        self.loop.call_later(LOOK_S, self._look)


class Server:
    """Serves an application on a socket until it is stopped.

    Args:
        app: to serve.
        listening: a bound socket, which is closed at the end.
    """

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,  # who asks is who is connected: wrong tokens are counted by address
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=ENDING_S,
            h11_max_incomplete_event_size=_HEAD_BYTES,
        )
        self._server, self._listening = uvicorn.Server(config), listening
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    def start(self) -> None:
        """Begin to serve; returns at once, the socket takes connections already."""
        self._thread.start()

    def stop(self) -> None:
        """End, within two seconds."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(2 * ENDING_S)
        self._listening.close()

    def _run(self) -> None:
        be_nice()
        self._server.run(sockets=[self._listening])


def workers(count: int) -> ThreadPoolExecutor:
    """Threads that answer, behind the station's own."""
    return ThreadPoolExecutor(count, thread_name_prefix="page", initializer=be_nice)


def be_nice() -> None:
    """Let the thread that calls this come behind others: on Linux niceness is a thread's own."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
