"""Readings to the sorter's controller: the one place where the runtime meets the wire."""

from __future__ import annotations

from types import TracebackType

from device_runtime.reader import Result
from device_runtime.unreadable import Unreadable
from firmware_bridge import Link, ReadingMessage


class Reporter:
    """An open link to a controller; a context manager. Raises firmware_bridge.BridgeError as Link does."""

    def __init__(self, url: str) -> None:
        self._link = Link(url)

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def send(self, piece: int, found: Result | Unreadable) -> str:
        """Send a result and return when it is acknowledged, with a line that says so.

        A picture that could not be read is sent as a piece without a code: the controller shall not wait for it.
        """
        if isinstance(found, Unreadable):
            message = ReadingMessage(piece, "no_code", None, 0.0, round(found.spent_ms))
        else:
            reading = found.reading
            spent_ms = round(found.timing_ms["total"])
            message = ReadingMessage(piece, reading.status, reading.code, reading.confidence, spent_ms)
        delivery = self._link.send_reading(message)
        tries = f" after {delivery.transmissions} tries" if delivery.transmissions > 1 else ""
        return f"piece {piece}: acknowledged in {delivery.elapsed_s * 1000:.1f} ms{tries}"
