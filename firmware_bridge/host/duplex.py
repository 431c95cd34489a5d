"""A link that listens: reports go out acknowledged, triggers come in at any time, a port that went is opened again.

Source: docs/protocol.md section 4.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from firmware_bridge.errors import PortError
from firmware_bridge.host.exchange import Exchange, Manner
from firmware_bridge.host.news import News
from firmware_bridge.host.port import BAUD_RATE, POLL_S, Port
from firmware_bridge.host.queues.queue import MemoryQueue, Queue, Waiting
from firmware_bridge.protocol.message import Report

REOPEN_S = (0.25, 4.0)  # the first pause before a port is tried again, and the longest; it doubles in between


class DuplexLink:
    """A line to the sorter's controller on threads of its own; a context manager that closes it.

    What was sent and not acknowledged is sent again, under its own number, for as long as it takes: a controller that
    was not restarted acts upon it once. The port need not be there at the start.

    Args:
        url: any of pyserial's.
        manner: how the reader speaks.
        on_news: gets everything that happens, one at a time, on one of the link's threads; it must return soon.
        queue: of the reports; None: one in memory.
        baud_rate: bits a second.
    """

    def __init__(
        self,
        url: str,
        manner: Manner,
        on_news: Callable[[News], None],
        *,
        queue: Queue | None = None,
        baud_rate: int = BAUD_RATE,
    ) -> None:
        self.url = url
        self._on_news, self._baud_rate = on_news, baud_rate
        self._exchange = Exchange(manner, MemoryQueue() if queue is None else queue)
        self._changed = threading.Condition()  # its lock guards the exchange and what follows
        self._handed_over: deque[Waiting] = deque()
        self._news: deque[News] = deque()
        self._port_error: PortError | None = None
        self._closing = False
        self._is_telling = self._has_heard = False
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()

    def __enter__(self) -> DuplexLink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_lost(self) -> bool:
        """Whether nobody answers at the other end."""
        return self._exchange.is_lost

    def send(self, report: Report, tag: int = 0, *, until_s: float = math.inf, life: int | None = None) -> None:
        """Hand a report over; its outcome comes as news. Any thread may call it, and none waits.

        Args:
            report: to be sent.
            tag: comes back with the outcome.
            until_s: from when on it is of no use any more, on `time.monotonic`; an outbox sends it all the same.
            life: of the controller, in which it triggered the piece: 0, or that of the last `ControllerRestarted`. In
                another life the report is dropped, as its number may name another piece. None: it did not trigger it.
        """
        with self._changed:
            self._handed_over.append(Waiting(report, tag, until_s, life))
            self._changed.notify_all()

    def close(self, wait_s: float = 0.0) -> bool:
        """End the link; a second call does nothing.

        Args:
            wait_s: how long to wait for the outcomes of what was handed over.

        Returns:
            Whether all reports had their outcome.
        """
        with self._changed:
            self._changed.wait_for(self._is_idle, wait_s)
            idle = self._is_idle()
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        return idle

    def _is_idle(self) -> bool:
        return not self._handed_over and self._exchange.is_idle

    def _run(self) -> None:
        """Open the port, again and again with growing pauses, and converse while it is open."""
        pause_s = REOPEN_S[0]
        while not self._closing:
            try:
                port = Port(self.url, self._baud_rate)
            except PortError as error:
                self._lost(error)
                self._pause(pause_s)
                pause_s = min(2 * pause_s, REOPEN_S[1])
                continue
            pause_s = REOPEN_S[0]
            try:
                self._converse(port)
            finally:
                port.close()
        with self._changed:
            self._take_over()
            self._news += self._exchange.closed()
        self._tell()

    def _pause(self, pause_s: float) -> None:
        """Wait before the port is tried again; what is handed over meanwhile is taken into the queue."""
        until_s = time.monotonic() + pause_s
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._handed_over, max(0.0, until_s - time.monotonic()))
                if self._closing or not self._handed_over:
                    return
                self._take_over()
                self._exchange.keep()
            self._tell()

    def _take_over(self) -> None:
        while self._handed_over:
            self._news += self._exchange.put(self._handed_over.popleft())

    def _converse(self, port: Port) -> None:
        """Write what is due until the port goes away or the link is closed; another thread reads meanwhile."""
        self._opened()
        reader = threading.Thread(target=self._read, args=(port,), name="wire-reader", daemon=True)
        reader.start()
        try:
            self._write(port)
        finally:
            with self._changed:
                lost = self._port_error
                self._port_error = lost or PortError("the link is closed")  # ends the reader
            reader.join()
        if lost:
            self._lost(lost)

    def _opened(self) -> None:
        with self._changed:
            self._port_error = None
            self._exchange.opened(time.monotonic())

    def _write(self, port: Port) -> None:
        due_s = -math.inf
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, max(0.0, min(due_s - time.monotonic(), 1e6)))
                if self._closing or self._port_error:
                    return
                self._has_heard = False
                self._take_over()
                data, news, due_s = self._exchange.step(time.monotonic())
                self._news += news
            self._tell()
            try:
                if data:
                    port.write(data)
            except PortError as error:
                with self._changed:
                    self._port_error = error

    def _has_work(self) -> bool:
        return bool(self._closing or self._port_error or self._handed_over or self._has_heard)

    def _read(self, port: Port) -> None:
        while self._port_error is None:
            asked_s = time.monotonic()
            try:
                data = port.read()
            except PortError as error:
                with self._changed:
                    self._port_error = self._port_error or error
                    self._changed.notify_all()
                return
            if data:
                with self._changed:
                    now_s = time.monotonic()
                    unread_s = max(0.0, now_s - asked_s - POLL_S)  # a read does not take longer, unless all stood still
                    self._news += self._exchange.receive(data, now_s, unread_s)
                    self._has_heard = True
                    self._changed.notify_all()
                self._tell()

    def _lost(self, error: PortError) -> None:
        with self._changed:
            self._news += self._exchange.lost(str(error))
        self._tell()

    def _tell(self) -> None:
        """Tell what happened, in order; whoever comes second while it is told leaves it to the first."""
        with self._changed:
            if self._is_telling:
                return
            self._is_telling = True
        while True:
            with self._changed:
                if not self._news:
                    self._is_telling = False
                    return
                one = self._news.popleft()
            self._on_news(one)
