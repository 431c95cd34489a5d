"""A Mosquitto of its own on a loopback port, and somebody who hears everything."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device_runtime.errors import PosteyeError

_TICKS = os.sysconf("SC_CLK_TCK")


class Mosquitto:
    """A broker that can be stopped and started again; it keeps what it holds.

    Args:
        folder: of its own.

    Raises:
        PosteyeError: it is not installed, or does not start.
    """

    def __init__(self, folder: Path) -> None:
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise PosteyeError("mosquitto is not installed: apt-get install mosquitto")
        folder.mkdir(parents=True, exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = int(server.getsockname()[1])
        self._command = [program, "-c", str(folder / "mosquitto.conf")]
        # Without a limit of its queues: what waits for the listener while both are away is not to be dropped.
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder}/\n"
            f"max_queued_messages 0\n{'user root' if os.getuid() == 0 else ''}\n"
        )
        (folder / "mosquitto.db").unlink(missing_ok=True)
        self.cpu_s = 0.0
        self.start()

    def start(self) -> None:
        """Start it; returns when it takes connections."""
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr
        if not any(line.rstrip().endswith(" running") for line in self._process.stderr):
            raise PosteyeError("mosquitto does not start")

    def stop(self) -> None:
        """Stop it as systemd would."""
        self.cpu_s += self._cpu_s()
        self._process.terminate()
        assert self._process.stderr
        self._process.stderr.read()
        self._process.wait()
        self._process.stderr.close()

    def resident_mb(self) -> float:
        """Its memory at the moment."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _cpu_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


class Listener:
    """Hears all pieces, by a session that outlives the broker.

    Args:
        port: of the broker.
        root: what all topics begin with.
    """

    def __init__(self, port: int, root: str) -> None:
        self.times = Counter[str]()
        self.wrong = 0
        self._ids: dict[str, bytes] = {}
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "listener", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{root}/+/pieces", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(1, 1)
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", port, clean_start=False, properties=session)
        self._client.loop_start()
        if not self._subscribed.wait(10):
            raise PosteyeError("the broker takes no subscription")

    def wait(self, count: int, timeout_s: float) -> None:
        """Wait until so many different pieces came."""
        until_s = time.monotonic() + timeout_s
        while len(self.times) < count and time.monotonic() < until_s:
            time.sleep(0.1)

    def close(self) -> None:
        """Hear no more."""
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        told = json.loads(message.payload)
        self.times[told["id"]] += 1
        self.wrong += self._ids.setdefault(told["id"], bytes(message.payload)) != message.payload
