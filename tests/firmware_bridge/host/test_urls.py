"""The same delivery over each kind of URL, and what the package imports."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import serial
import serial.rfc2217

from firmware_bridge import Cable, Link, PortError, ReadingMessage


class Terminal(serial.Serial):
    """A pseudo-terminal has no modem lines, and RFC 2217 wants to read and set them."""

    cts = dsr = ri = cd = dtr = rts = False


class NetworkPort:
    """A TCP server with one serial port behind it, plain (socket://) or speaking RFC 2217."""

    def __init__(self, device: str, rfc2217: bool) -> None:
        self._serial = Terminal(device, timeout=0.01)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._rfc2217 = rfc2217
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """What PortManager answers with."""
        self._client.sendall(data)

    def _run(self) -> None:
        self._client, _ = self._listener.accept()
        self._client.settimeout(0.01)
        manager = serial.rfc2217.PortManager(self._serial, self) if self._rfc2217 else None
        while not self._stop.is_set():
            if data := self._serial.read(256):
                self.write(b"".join(manager.escape(data)) if manager else data)
            try:
                data = self._client.recv(1024)
            except TimeoutError:
                continue
            if not data:
                break
            self._serial.write(b"".join(manager.filter(data)) if manager else data)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5)
        self._client.close()
        self._listener.close()
        self._serial.close()


@pytest.fixture(params=["device", "spy", "socket", "rfc2217"])
def url(request: pytest.FixtureRequest, cable: Callable[..., Cable], controller: Any) -> Iterator[str]:
    line = cable()
    controller(line.sorter_end)
    if request.param == "device":
        yield line.reader_end
    elif request.param == "spy":
        yield f"spy://{line.reader_end}?file=/dev/null"
    else:
        server = NetworkPort(line.reader_end, rfc2217=request.param == "rfc2217")
        yield f"{request.param}://{server.address}"
        server.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial 3.5
def test_delivery_over_each_kind_of_url(url: str, reading: ReadingMessage) -> None:
    with Link(url, ack_timeout_s=2) as to_sorter:
        assert to_sorter.send_reading(reading).transmissions == 1


def test_a_connection_closed_by_its_server_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            client, _ = listener.accept()
            client.recv(1)
            client.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(PortError, match=r"socket://\S+ went away"):
            Link(f"socket://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(5)


def test_the_bridge_imports_nothing_of_ours_and_nothing_of_images() -> None:
    program = (
        "import sys, firmware_bridge\n"
        "bad = {'numpy', 'cv2', 'torch', 'click', 'msgspec', 'device_runtime', 'train', 'convert'}\n"
        "print(sorted(bad & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
