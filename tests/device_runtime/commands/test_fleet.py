"""`posteye fleet status` against a real Mosquitto, and what it makes of hostile states."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from device_runtime.cli import posteye
from device_runtime.commands.fleet import table
from firmware_bridge.host.tongues.mqtt.broker import Broker, Connection, Message
from firmware_bridge.host.tongues.mqtt.fleet import Seen
from firmware_bridge.host.tongues.mqtt.topics import availability, state_message
from firmware_bridge.host.tongues.state import StationState
from tests.firmware_bridge.host.tongues import mosquitto
from tests.firmware_bridge.host.tongues.mosquitto import Mosquitto

needs_mosquitto = pytest.mark.skipif(mosquitto.PROGRAM is None, reason=mosquitto.WHY_NOT)


@needs_mosquitto
def test_stations_are_listed_and_those_that_are_not_well_make_exit_status_1(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    url = f"mqtt://127.0.0.1:{broker.port}"
    found = CliRunner().invoke(posteye, ["fleet", "status", url])
    assert found.exit_code == 1 and "retains no station below posteye/" in found.output
    connection = Connection(Broker("127.0.0.1", broker.port), "test")
    for name in ("south", "north"):
        connection.publish(availability("posteye", name, True))
        connection.publish(state_message("posteye", name, StationState(pieces=1234, accepted=1200, version="0.3")))
    found = CliRunner().invoke(posteye, ["fleet", "status", url])
    assert found.exit_code == 0
    head, north, south = found.output.splitlines()
    assert head.split()[:3] == ["station", "there", "state"] and south.startswith("south")
    assert north.split()[:5] == ["north", "online", "ok", "1,234", "1,200"]
    connection.publish(state_message("posteye", "south", StationState((("disk_full", "90 MB"), ("overheated", "85")))))
    connection.publish(Message("posteye/odd/availability", b"offline", True))
    found = CliRunner().invoke(posteye, ["fleet", "status", url, "--json"])
    assert found.exit_code == 1
    rows = {row["station"]: row for row in map(json.loads, found.output.splitlines())}
    assert rows["south"]["troubles"] == {"disk_full": "90 MB", "overheated": "85"} and rows["odd"]["online"] is False
    connection.close()
    broker.stop()


def test_hostile_states_make_a_table_all_the_same() -> None:
    odd = {
        "state": "\x1b[31m",
        "troubles": {"a\nb": 1},
        "pieces": "many",
        "accepted": True,
        "version": ["x"],
        "time": None,
    }
    lines = table([Seen("a\x1b[0m", None, odd), Seen("b", True, {"troubles": 3, "state": 200 * "x", "pieces": 5})])
    assert len(lines) == 3 and all(line.isprintable() for line in lines)
    assert "unknown" in lines[1] and 40 * "x" in lines[2] and 41 * "x" not in lines[2]


def test_a_broker_that_is_not_there_is_told_in_a_line(tmp_path: Path) -> None:
    found = CliRunner().invoke(posteye, ["fleet", "status", f"mqtt://127.0.0.1:{mosquitto.free_port()}"])
    assert found.exception and "cannot be reached" in str(found.exception)
    (tmp_path / "p").write_text("x")
    (tmp_path / "p").chmod(0o644)
    found = CliRunner().invoke(posteye, ["fleet", "status", "mqtt://a@x", "--password-file", str(tmp_path / "p")])
    assert "others may read" in str(found.exception)
