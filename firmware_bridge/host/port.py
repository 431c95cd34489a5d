"""Serial ports by pyserial's URLs (a device, socket://, rfc2217://, spy://), with errors that a user can mend."""

from __future__ import annotations

import contextlib
import errno
import termios
from pathlib import Path

import serial
from serial.tools import list_ports

from firmware_bridge.errors import PortError

BAUD_RATE = 115_200
POLL_S = 0.02
WRITE_TIMEOUT_S = 1.0

# What pyserial lets through when a port vanishes: OSError (SerialException is one), and termios.error, which is not.
_PORT_FAILURES = (OSError, termios.error)


def available_ports() -> list[str]:
    """Return the serial ports of this machine, the names that survive replugging first."""
    stable = sorted(map(str, Path("/dev/serial/by-id").glob("*")))
    return stable + sorted(port.device for port in list_ports.comports())


class Port:
    """An open serial port. Reads wait 20 ms at most; a write that the other end does not take fails after 1 s.

    Args:
        url: a device, or another of pyserial's URLs.
        baud_rate: bits a second.
        poll_s: how long a read waits at most.

    Raises:
        PortError: the port cannot be opened, or, on any later call, has vanished.
    """

    def __init__(self, url: str, baud_rate: int = BAUD_RATE, poll_s: float = POLL_S) -> None:
        self.url = url
        is_device = "://" not in url
        try:
            self._serial = serial.serial_for_url(
                url,
                do_not_open=True,
                baudrate=baud_rate,
                timeout=poll_s,
                # rfc2217:// refuses to open with a write timeout, and only a device can be locked.
                write_timeout=None if url.lower().startswith("rfc2217:") else WRITE_TIMEOUT_S,
                exclusive=True if is_device else None,
            )
            self._serial.open()
        except (*_PORT_FAILURES, ValueError) as error:
            raise PortError(_why_not_opened(url, error, is_device)) from error

    def read(self) -> bytes:
        """Return the bytes that have arrived, waiting up to 20 ms (or `poll_s`) for the first.

        Raises:
            PortError: the port has vanished.
        """
        try:
            first: bytes = self._serial.read(1)
            return first + self._serial.read(self._serial.in_waiting) if first else first
        except _PORT_FAILURES as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """Write all bytes.

        Raises:
            PortError: the port has vanished, or the other end takes no more bytes.
        """
        try:
            self._serial.write(data)
        except serial.SerialTimeoutException as error:
            raise PortError(f"{self.url} takes no more bytes: nobody reads at the other end") from error
        except _PORT_FAILURES as error:
            raise self._lost(error) from error

    def close(self) -> None:
        """Close the port; one that has vanished already is closed as well."""
        # Nothing is left to release then, and the caller has had its error from read or write.
        with contextlib.suppress(*_PORT_FAILURES):
            self._serial.close()

    def _lost(self, error: Exception) -> PortError:
        return PortError(
            f"{self.url} went away ({error}): a cable unplugged, the other end without power or closed, "
            "or another program that reads from the same port"
        )


def _why_not_opened(url: str, error: Exception, is_device: bool) -> str:
    number = getattr(error, "errno", None)
    if not is_device or isinstance(error, ValueError):
        return f"cannot open {url}: {error}"
    if number == errno.ENOENT:
        there = available_ports()
        return f"no serial port {url}; " + (f"there is {', '.join(there)}" if there else "no port is there at all")
    if number == errno.EACCES:
        return f"no permission to open {url}: join its group (sudo usermod -aG dialout $USER) and log in again"
    if not Path(url).is_char_device():
        return f"{url} is not a serial port"
    if number in (errno.EAGAIN, errno.EBUSY):
        return f"{url} is in use by another program"
    return f"cannot open {url}: {error}"
