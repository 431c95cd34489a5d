"""A Modbus server on a serial line that other units share: it hears the frames that are for it, and no others.

pymodbus takes every frame for a question. What other units answer is none, and the question behind it is lost.

Source: MODBUS over Serial Line V1.02, sections 2.2 and 2.5.1.
"""

from __future__ import annotations

from typing import Any

from pymodbus.server import ModbusSerialServer
from pymodbus.server.requesthandler import ServerRequestHandler

from firmware_bridge.host.tongues.lines import crc16

LONGEST_FRAME = 256
_SHORTEST_FRAME = 4


def own_frame(heard: bytes, unit: int) -> bytes | None:
    """The frame for a unit at the end of what was heard; None where there is none yet.

    A master waits for the answer to a question, so that nothing stands behind it.

    Args:
        heard: on the line.
        unit: address of it.
    """
    for start in range(max(0, len(heard) - LONGEST_FRAME), len(heard) - _SHORTEST_FRAME + 1):
        frame = heard[start:]
        if frame[0] == unit and crc16(frame[:-2]) == int.from_bytes(frame[-2:], "little"):
            return frame
    return None


class _Handler(ServerRequestHandler):
    """Handles what is for one unit."""

    unit = 0

    def callback_data(self, data: bytes, addr: tuple[Any, ...] | None = None) -> int:
        """Take what was heard; returns how many bytes of it are of no use any more."""
        frame = own_frame(data, self.unit)
        if frame is None:
            return max(0, len(data) - LONGEST_FRAME)
        super().callback_data(frame, addr)
        return len(data)


class RtuServer(ModbusSerialServer):
    """A server for one unit of several; its arguments are those of ModbusSerialServer.

    Attributes:
        unit: its address.
    """

    unit = 0

    def callback_new_connection(self) -> ServerRequestHandler:
        """Handle a line that was opened."""
        handler = _Handler(self, self.trace_packet, self.trace_pdu, self.trace_connect)
        handler.unit = self.unit
        handler.max_buffer_size = 4 * LONGEST_FRAME  # above its own limit it would drop the question with the rest
        return handler
