"""Shows the last piece in the registers of a Modbus server, over TCP or RTU, by pymodbus (the extra modbus).

Sources: MODBUS Messaging on TCP/IP Implementation Guide V1.0b; MODBUS over Serial Line V1.02.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.server.base import ModbusBaseServer
from pymodbus.simulator import DataType, SimData, SimDevice

from firmware_bridge.errors import BridgeError, PortError
from firmware_bridge.host.queues.queue import Waiting
from firmware_bridge.host.tongues.modbus.registers import (
    BY_NAME,
    MAP_VERSION,
    MOST_SEQUENCE,
    piece_values,
    state_bits,
    words,
)
from firmware_bridge.host.tongues.modbus.rtu_server import RtuServer
from firmware_bridge.host.tongues.state import StationState
from firmware_bridge.host.tongues.tongue import NotTakenError

TIMEOUT_S = 5.0
_TAKES_S = 1.0  # for an acknowledgement, before the master counts as lost; it is waited for again then
_REGISTER_FUNCTIONS = (3, 4, 6, 16, 22, 23)  # all others are about single bits, of which there are none
_ACKNOWLEDGED = BY_NAME["acknowledged"].address


@dataclass(frozen=True)
class Line:
    """Where a server listens.

    Attributes:
        url: `tcp://0.0.0.0:502`, or a serial device for RTU.
        unit: its address on a serial line; over TCP every one is answered.
        baud_rate: bits a second of a serial line.
        parity: "N", "E" or "O"; with "N" Modbus asks for two stop bits.

    Raises:
        BridgeError: the URL is none.
    """

    url: str
    unit: int = 1
    baud_rate: int = 19_200
    parity: str = "E"

    def __post_init__(self) -> None:
        if not self.is_serial:
            self.address  # noqa: B018 (raises)

    @property
    def is_serial(self) -> bool:
        """Whether it is a serial line."""
        return self.url.startswith("/")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of a server over TCP."""
        said = "the URL of Modbus is none; give one such as tcp://0.0.0.0:502, or a serial device"
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise BridgeError(said) from None
        if parts.scheme != "tcp" or not host or parts.path.strip("/") or parts.username is not None:
            raise BridgeError(said)
        return host, port or 502


class ModbusTongue:
    """A tongue of registers. Its masters ask; it never speaks by itself.

    Args:
        line: where it listens.
        bins: names of the bins; the first is number 1.
        state: asked for how the station is.
        acknowledge: whether a piece stays until a master has written its sequence, so that none is missed.
        first: sequence of the first piece; None: any, so that after a restart it is not taken for the last one.
    """

    name = "modbus"

    def __init__(
        self,
        line: Line,
        bins: tuple[str, ...],
        state: Callable[[], StationState],
        acknowledge: bool = False,
        first: int | None = None,
    ) -> None:
        self.to = line.url
        self._line, self._bins, self._state, self._acknowledge = line, bins, state, acknowledge
        self._sequence = (secrets.randbelow(MOST_SEQUENCE) + 1 if first is None else first) - 1
        self._values: dict[str, int | bytes] = {"map": MAP_VERSION}
        self._words = words(self._values)  # replaced as a whole: what one request reads is of one piece
        self._said: Waiting | None = None
        self._changed = threading.Condition()
        self._acknowledged, self._why = 0, ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: ModbusBaseServer | None = None
        self._thread: threading.Thread | None = None
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # it logs what any master does wrong

    def open(self) -> bool:
        """As `Tongue.open`; whether a master asks is not known, and needs not be."""
        began = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(began,), name="modbus server", daemon=True)
        self._thread.start()
        if not began.wait(TIMEOUT_S) or self._server is None:
            self.close()
            why = self._why or "is the address this machine's, its port free and allowed?"
            raise PortError(f"Modbus cannot listen at {self.to}: {why}")
        return not self._acknowledge

    def say(self, one: Waiting) -> str:
        """As `Tongue.say`: "shown", or "acknowledged" where a master has to."""
        if one != self._said:
            self._sequence = self._sequence % MOST_SEQUENCE + 1
            self._said = one
            self._show(piece_values(one, self._sequence, self._bins))
        if not self._acknowledge:
            self._said = None
            return "shown"
        with self._changed:
            if not self._changed.wait_for(lambda: self._acknowledged == self._sequence, _TAKES_S):
                raise NotTakenError(f"no master at {self.to} acknowledges sequence {self._sequence}")
        self._said = None
        return "acknowledged"

    def beat(self) -> None:
        """As `Tongue.beat`: the registers of state and heartbeat."""
        if self._server is None or not self._server.is_active():
            raise PortError(f"Modbus listens at {self.to} no more")
        heartbeat = self._values.get("heartbeat", 0)
        assert isinstance(heartbeat, int)
        state = state_bits(name for name, _ in self._state().troubles)
        self._show({"heartbeat": (heartbeat + 1) % 65_536, "state": state})

    def close(self) -> None:
        """As `Tongue.close`."""
        if self._loop and self._server:
            server = self._server
            self._loop.call_soon_threadsafe(lambda: asyncio.ensure_future(server.shutdown()))
        if self._thread:
            self._thread.join(TIMEOUT_S)
        self._loop = self._server = self._thread = None

    def _show(self, values: dict[str, int | bytes]) -> None:
        self._values |= values
        self._words = words(self._values)

    def _serve(self, began: threading.Event) -> None:
        self._why = ""
        try:
            asyncio.run(self._serve_until_closed(began))
        except (OSError, ValueError, termios.error) as error:
            self._why = str(error)
        finally:
            self._server = None
            began.set()

    async def _serve_until_closed(self, began: threading.Event) -> None:
        line, rows = self._line, [0] * _ACKNOWLEDGED
        # Over TCP every unit is answered.
        device = SimDevice(
            line.unit if line.is_serial else 0,
            [
                SimData(0, values=rows, datatype=DataType.REGISTERS, readonly=True),
                SimData(_ACKNOWLEDGED, values=0, datatype=DataType.REGISTERS),
            ],
            action=self._asked,
        )
        server: ModbusBaseServer
        if line.is_serial:
            stop_bits = 2 if line.parity == "N" else 1
            server = RtuServer(device, port=line.url, baudrate=line.baud_rate, parity=line.parity, stopbits=stop_bits)
            server.unit = line.unit
        else:
            server = ModbusTcpServer(device, address=line.address)
        if not await server.listen():
            return
        self._loop, self._server = asyncio.get_running_loop(), server
        began.set()
        await server.serving

    async def _asked(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """A request: fill the registers before it reads them, and take what it writes."""
        if function not in _REGISTER_FUNCTIONS:
            return ExcCodes.ILLEGAL_FUNCTION
        registers[:_ACKNOWLEDGED] = self._words[:_ACKNOWLEDGED]
        if written is not None:
            with self._changed:
                self._acknowledged = int(written[_ACKNOWLEDGED - address])
                self._changed.notify_all()
        return None
