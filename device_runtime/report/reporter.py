"""Sends readings one at a time and waits for each: the wire of `posteye read` and `posteye demo`."""

from __future__ import annotations

from types import TracebackType

from device_runtime.report.messages import reading_message, unreadable_message
from device_runtime.result import Result
from device_runtime.unreadable import Unreadable
from firmware_bridge import BAUD_RATE, Link


class Reporter:
    """An open link to a controller; a context manager that closes it.

    Args:
        url: the port: a device, or a URL of pyserial.
        baud_rate: bits a second.

    Raises:
        BridgeError: the port cannot be opened, or the controller does not answer.
    """

    def __init__(self, url: str, baud_rate: int = BAUD_RATE) -> None:
        self._link = Link(url, baud_rate=baud_rate)

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def send(self, piece: int, found: Result | Unreadable) -> str:
        """Send a result, and return when the controller has acknowledged it.

        An image that could not be read is sent as a piece without a code, so that the controller does not wait for it.

        Args:
            piece: number of the piece of mail, from 1.
            found: what was read on it.

        Returns:
            A line for people: the number of the piece, the time, and the tries if there were several.

        Raises:
            BridgeError: the controller refused the reading, or did not acknowledge it in time.
        """
        if isinstance(found, Unreadable):
            message = unreadable_message(piece, found)
        else:
            message = reading_message(piece, found, found.timing_ms["total"])
        delivery = self._link.send_reading(message)
        tries = f" after {delivery.transmissions} tries" if delivery.transmissions > 1 else ""
        return f"piece {piece}: acknowledged in {delivery.elapsed_s * 1000:.1f} ms{tries}"
