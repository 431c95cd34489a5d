"""Opening a port: what is missing, is no port, is in use or must not be touched is said in one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial

from firmware_bridge import Cable, Link, PortError
from firmware_bridge.host import port


def test_a_missing_port_is_named_with_those_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    there = ["/dev/serial/by-id/usb-Sorter_0001-if00", "/dev/ttyAMA0"]
    monkeypatch.setattr(port, "available_ports", lambda: there)
    with pytest.raises(PortError, match=re.escape(f"no serial port /dev/ttyUSB99; there is {', '.join(there)}")):
        Link("/dev/ttyUSB99")
    monkeypatch.setattr(port, "available_ports", list)
    with pytest.raises(PortError, match="no serial port /dev/ttyUSB99; no port is there at all"):
        Link("/dev/ttyUSB99")


def test_ports_that_survive_replugging_are_suggested_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [Path("/dev/serial/by-id/b"), Path("/dev/serial/by-id/a")])
    monkeypatch.setattr(port.list_ports, "comports", lambda: [SimpleNamespace(device="/dev/ttyACM0")])
    assert port.available_ports() == ["/dev/serial/by-id/a", "/dev/serial/by-id/b", "/dev/ttyACM0"]


def test_what_is_no_serial_port_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no port")
    for path in (tmp_path, tmp_path / "text"):
        with pytest.raises(PortError, match=f"{path} is not a serial port"):
            Link(str(path))


def test_a_port_without_permission_is_an_error(monkeypatch: pytest.MonkeyPatch, cable: Callable[..., Cable]) -> None:
    def refuse(self: serial.Serial) -> None:
        raise serial.SerialException(13, "could not open port")

    monkeypatch.setattr(serial.Serial, "open", refuse)
    with pytest.raises(PortError, match=r"no permission .* usermod -aG dialout"):
        Link(cable().reader_end)


def test_a_port_in_use_is_an_error(cable: Callable[..., Cable], controller: Any) -> None:
    line = cable()
    controller(line.sorter_end)
    with (
        Link(line.reader_end),
        pytest.raises(PortError, match=f"{line.reader_end} is in use by another program"),
    ):
        Link(line.reader_end)


@pytest.mark.parametrize("url", ["carrier-pigeon://dovecote", "socket://127.0.0.1:1", "socket://nonsense", "spy:///no"])
def test_urls_that_lead_nowhere(url: str) -> None:
    with pytest.raises(PortError, match=f"cannot open {url}"):
        Link(url)
