"""A whole station that speaks all its tongues, by one configuration; what its broker missed it says after a restart."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from device_runtime.station.journal.reading import JournalReader
from tests.device_runtime.program import ROOT, posteye
from tests.firmware_bridge.host.tongues import mosquitto
from tests.firmware_bridge.host.tongues.modbus.test_modbus import Master, text, value
from tests.firmware_bridge.host.tongues.mosquitto import Mosquitto, free_port
from tests.firmware_bridge.host.tongues.mqtt.test_mqtt import Plant
from tests.firmware_bridge.host.tongues.test_webhook import Plant as WebServer
from tests.firmware_bridge.host.tongues.test_webhook import serving

SAMPLES = Path(ROOT) / "device_runtime" / "samples"
HEAD = (
    "[camera]\nurl = \"dir:fields?watch\"\n[read]\npattern = '\\d{5}'\nfield = true\nframes = 1\n"
    '[deadline]\nms = 5000\n[station]\nname = "north"\n'
)


@pytest.mark.skipif(mosquitto.PROGRAM is None, reason=mosquitto.WHY_NOT)
def test_a_station_speaks_all_its_tongues_and_says_again_what_was_missed(tmp_path: Path) -> None:
    broker, modbus = Mosquitto(tmp_path), free_port()
    plant = Plant(broker.port, "posteye/north/pieces")
    broker.stop()  # for the whole of the first run
    hook = WebServer()
    (tmp_path / "fields").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as controller, serving(hook) as web:
        (tmp_path / "station.toml").write_text(
            f'{HEAD}[ascii]\nurl = "socket://127.0.0.1:{controller.getsockname()[1]}"\nanswer = "echo"\n'
            f'[webhook]\nurl = "http://127.0.0.1:{web}/"\n[modbus]\nurl = "tcp://127.0.0.1:{modbus}"\n'
            f'[mqtt]\nurl = "mqtt://127.0.0.1:{broker.port}"\noutbox = "mqtt.outbox"\n'
        )
        assert posteye("config", "check", "station.toml", cwd=tmp_path).returncode == 0
        lines: list[bytes] = []
        threading.Thread(target=echo, args=(controller, lines), daemon=True).start()
        station = started(tmp_path)
        shutil.copy(SAMPLES / "01-hand.png", tmp_path / "fields")
        assert station.stdout and "80331" in station.stdout.readline()
        master = Master(modbus)
        while text(found := master.read()) != "80331":  # it is said on another thread
            pass
        assert value(found, "code_number") == 80331 and value(found, "status") == 1
        master.close()
        ended(station)
        broker.start()
        station = started(tmp_path)
        assert station.stdout and "80331" in station.stdout.readline()
        told = "posteye/north/pieces"
        plant.wait(lambda: len({one["id"] for one in plant.told(told)}) == 2)
        ended(station)
    plant.close()
    broker.stop()
    pieces = {one["id"]: (one["piece"], one["code"], one["again"]) for one in plant.told(told)}
    assert pieces == {"north-1": (1, "80331", True), "north-2": (2, "80331", False)}
    assert [line.split(b",")[:3] for line in lines] == [[b"1", b"80331", b"accepted"], [b"2", b"80331", b"accepted"]]
    assert [body["id"] for _, _, body in hook.posts] == ["north-1", "north-2"]
    with JournalReader(tmp_path / "station.journal") as journal:
        entries = {entry.piece.id: entry.deliveries for entry in journal.last(10)}
    first = {one.to.split()[0]: one.outcome for one in entries[1]}
    assert first == {"ascii": "acknowledged", "webhook": "acknowledged", "modbus": "shown", "mqtt": "acknowledged"}


def started(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "posteye", "watch", "--config", "station.toml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": ROOT},
        cwd=folder,
    )


def ended(station: subprocess.Popen[str]) -> None:
    station.terminate()
    _, said = station.communicate(timeout=60)
    assert station.returncode == 0, said


def echo(server: socket.socket, lines: list[bytes]) -> None:
    """A controller that answers each line by itself."""
    while True:
        try:
            other, _ = server.accept()
        except OSError:
            return
        with other, other.makefile("rb") as heard:
            for line in heard:
                lines.append(line)
                other.sendall(line)
