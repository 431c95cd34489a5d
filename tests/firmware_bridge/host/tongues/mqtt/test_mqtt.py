"""MQTT against a real Mosquitto: plain and by TLS, stopped and back."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from firmware_bridge.errors import BridgeError
from firmware_bridge.host.queues.outbox import Outbox
from firmware_bridge.host.tongues.mqtt.broker import Broker, Connection, Message, broker_of
from firmware_bridge.host.tongues.mqtt.fleet import look_at_fleet, seen_of
from firmware_bridge.host.tongues.mqtt.mqtt_tongue import MqttTongue
from firmware_bridge.host.tongues.speaker import Speaker
from firmware_bridge.host.tongues.state import StationState
from tests.firmware_bridge.host.tongues import mosquitto
from tests.firmware_bridge.host.tongues.mosquitto import Mosquitto, certificate
from tests.firmware_bridge.host.tongues.peers import AT_ONCE, PATIENCE_S, Ear, no_read, reading

needs_mosquitto = pytest.mark.skipif(mosquitto.PROGRAM is None, reason=mosquitto.WHY_NOT)
needs_tls = pytest.mark.skipif(mosquitto.OPENSSL is None, reason=mosquitto.WHY_NO_TLS)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    found = Mosquitto(tmp_path)
    yield found
    found.stop()


class Plant:
    """Somebody of the plant who listens by another client of MQTT; its session outlives a broker that stops."""

    def __init__(self, port: int, topic: str = "#") -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self._changed = threading.Condition()
        self._is_there = False
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "plant", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, 1)
        self._client.on_subscribe = lambda *_: self._note(lambda: setattr(self, "_is_there", True))
        self._client.on_message = lambda _, __, one: self._note(
            lambda: self.heard.append((one.topic, bytes(one.payload), one.retain))
        )
        self._client.reconnect_delay_set(1, 1)
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", port, clean_start=False, properties=session)
        self._client.loop_start()
        self.wait(lambda: self._is_there)

    def _note(self, keep: Callable[[], object]) -> None:
        with self._changed:
            keep()
            self._changed.notify_all()

    def wait(self, until: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(until, 3 * PATIENCE_S), self.heard[-5:]

    def told(self, topic: str) -> list[Any]:
        return [json.loads(payload) for name, payload, _ in self.heard if name == topic]

    def texts(self, topic: str) -> list[bytes]:
        return [payload for name, payload, _ in self.heard if name == topic]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def tongue_of(broker: Broker, state: Callable[[], StationState] = StationState, discover: bool = False) -> MqttTongue:
    return MqttTongue(broker, "north", "posteye", state, discover)


def plain(port: int) -> Broker:
    return Broker("127.0.0.1", port)


@needs_mosquitto
def test_pieces_state_and_devices_are_told_on_their_topics(broker: Mosquitto) -> None:
    plant, ear = Plant(broker.port), Ear()
    state = [StationState(version="0.3", bundle="ab12")]
    speaker = Speaker(tongue_of(plain(broker.port), lambda: state[0], True), ear.outcome, ear.wire, None, AT_ONCE)
    speaker.send(reading(7), 11)
    speaker.send(no_read(8), 12)
    plant.wait(lambda: len(plant.told("posteye/north/pieces")) == 2 and plant.told("posteye/north/state"))
    state[0] = StationState((("disk_full", "90 MB are free"),), pieces=2)
    plant.wait(lambda: len(plant.told("posteye/north/state")) == 2)
    assert speaker.close(PATIENCE_S)
    plant.wait(lambda: len(plant.texts("posteye/north/availability")) == 2)
    plant.close()
    first, second = plant.told("posteye/north/pieces")
    assert first == {
        "id": "north-11", "station": "north", "piece": 7, "status": "accepted", "code": "10115", "confidence": 0.9973,
        "bin": "A3", "reason": None, "elapsed_ms": 61, "triggered": True, "late": False, "again": False,
    }  # fmt: skip
    assert (second["id"], second["status"], second["code"]) == ("north-12", "no_read", None)
    assert second["reason"] == "no picture in time" and second["late"]
    before, after = plant.told("posteye/north/state")
    assert (before["state"], before["troubles"], before["version"]) == ("ok", {}, "0.3")
    assert (after["state"], after["troubles"], after["pieces"]) == ("disk_full", {"disk_full": "90 MB are free"}, 2)
    assert plant.texts("posteye/north/availability") == [b"online", b"offline"]
    (device,) = plant.told("homeassistant/device/posteye_north/config")
    parts = device["components"]
    assert device["availability_topic"] == "posteye/north/availability"
    assert parts["code"]["state_topic"] == "posteye/north/pieces" and parts["problem"]["platform"] == "binary_sensor"
    assert len({part["unique_id"] for part in parts.values()}) == len(parts)
    assert ear.said() == [(11, "delivered", "acknowledged"), (12, "delivered", "acknowledged")]


@needs_mosquitto
def test_a_broker_that_stops_in_mid_stream_loses_and_doubles_nothing(broker: Mosquitto, tmp_path: Path) -> None:
    plant, ear = Plant(broker.port, "posteye/north/pieces"), Ear()
    outbox = Outbox(tmp_path / "outbox")
    speaker = Speaker(tongue_of(plain(broker.port)), ear.outcome, ear.wire, outbox, AT_ONCE)
    count = 1500
    stopped = threading.Thread(target=broker.stop)
    for piece in range(1, count + 1):
        speaker.send(reading(piece), piece)
        if piece == count // 3:
            ear.wait(lambda: len(ear.outcomes) > 20)
            stopped.start()  # while the speaker is in the middle of it
    stopped.join()
    ear.wait(lambda: None not in ear.wires[-1:])
    broker.start()
    assert speaker.close(6 * PATIENCE_S)
    outbox.close()
    told = "posteye/north/pieces"
    plant.wait(lambda: len({one["id"] for one in plant.told(told)}) == count)
    plant.close()
    found = {one["id"]: one["piece"] for one in plant.told(told)}
    assert found == {f"north-{piece}": piece for piece in range(1, count + 1)}
    times = Counter(one["id"] for one in plant.told(told))
    assert sum(times.values()) - count <= 2, "only what was under way may come again, under the same id"
    assert [one.how for one in ear.outcomes] == count * ["delivered"]
    assert ear.wires[0] is None and ear.wires[-1] is None and len(ear.wires) >= 3


@needs_mosquitto
def test_the_last_will_tells_of_a_station_that_dies(broker: Mosquitto) -> None:
    plant = Plant(broker.port, "posteye/north/availability")
    tongue = tongue_of(plain(broker.port))
    tongue.open()
    plant.wait(lambda: plant.heard)
    connection = tongue._connection
    assert connection
    line = connection._client.socket()
    assert isinstance(line, socket.socket)
    line.shutdown(socket.SHUT_RDWR)  # as when the power goes
    plant.wait(lambda: len(plant.heard) == 2)
    assert [payload for _, payload, _ in plant.heard] == [b"online", b"offline"]
    with pytest.raises(BridgeError, match="the connection to mqtt://127"):
        while True:
            tongue.beat()
    tongue.close()
    plant.close()


@needs_mosquitto
@needs_tls
def test_tls_is_spoken_and_a_wrong_certificate_refused(tmp_path: Path) -> None:
    right, wrong = certificate(tmp_path, "right"), certificate(tmp_path, "wrong")
    broker = Mosquitto(tmp_path, right)
    url = f"mqtts://127.0.0.1:{broker.port}"
    connection = Connection(broker_of(url, ca_file=right[0]), "a")
    connection.publish(Message("posteye/a/state", b"{}", True))
    connection.close()
    for trusted in (wrong[0], None):
        with pytest.raises(BridgeError, match=r"the certificate of mqtts://127.0.0.1:\d+ is refused: self.signed"):
            Connection(broker_of(url, ca_file=trusted), "a")
    elsewhere = Broker("localhost", broker.port, True, ca_file=right[0])
    with pytest.raises(BridgeError, match="is refused: Hostname mismatch"):
        Connection(elsewhere, "a")
    with pytest.raises(BridgeError):
        Connection(Broker("127.0.0.1", broker.port), "a")  # without TLS
    broker.stop()


@needs_mosquitto
def test_a_password_is_asked_for_and_a_wrong_one_told(tmp_path: Path) -> None:
    program = shutil.which("mosquitto_passwd")
    assert program
    users = tmp_path / "users"
    subprocess.run([program, "-c", "-b", users, "station", "right"], check=True, capture_output=True)
    rules = tmp_path / "rules"
    rules.write_text("user station\ntopic write posteye/north/#\n")
    for path in (users, rules):
        path.chmod(0o600)
    broker = Mosquitto(tmp_path, more=f"allow_anonymous false\npassword_file {users}\nacl_file {rules}\n")
    url = f"mqtt://station@127.0.0.1:{broker.port}"
    connection = Connection(broker_of(url, "right"), "a")
    connection.publish(Message("posteye/north/state", b"{}", True))
    with pytest.raises(BridgeError, match="refuses a message to posteye/south/state: Not authorized"):
        connection.publish(Message("posteye/south/state", b"{}"))
    connection.close()
    for password in ("wrong", ""):
        with pytest.raises(BridgeError, match="refuses the connection: Not authorized"):
            Connection(broker_of(url, password), "a")
    broker.stop()


@needs_mosquitto
def test_a_fleet_is_seen_by_what_is_retained(broker: Mosquitto) -> None:
    north, south = Connection(plain(broker.port), "n"), Connection(plain(broker.port), "s")
    north.publish(Message("posteye/north/availability", b"online", True))
    north.publish(Message("posteye/north/state", b'{"state": "ok", "pieces": 3}', True))
    south.publish(Message("posteye/south/availability", b"offline", True))
    north.publish(Message("posteye/odd/state", b"[" * 100_000, True))
    found = look_at_fleet(plain(broker.port), "posteye", quiet_s=0.5)
    assert [(one.station, one.online, one.state) for one in found] == [
        ("north", True, {"state": "ok", "pieces": 3}),
        ("odd", None, {}),
        ("south", False, {}),
    ]
    north.close()
    south.close()


def test_hostile_states_are_none() -> None:
    for payload in (b"\xff\xfe", b"3", b"{", b"", b'{"a": 1'):
        assert seen_of("r", {"r/a/state": payload})[0].state == {}


def test_a_broker_that_is_not_there_or_no_broker_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match=r"mqtt://127.0.0.1:\d+ cannot be reached: .*refused"):
        Connection(plain(mosquitto.free_port()), "a")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://x", "URL of the broker is none; give one such as"),
        ("mqtt://", "is none"),
        ("mqtt://x:70000", "is none"),
        ("mqtt://x/topic", "is none"),
        ("mqtt://[x", "is none"),
        ("mqtt://a:b@x", "holds a password; put it into a file"),
    ],
)
def test_urls_that_name_no_broker(url: str, said: str) -> None:
    with pytest.raises(BridgeError, match=said):
        broker_of(url)


def test_urls_that_do() -> None:
    assert broker_of("mqtt://10.0.0.5") == Broker("10.0.0.5", 1883)
    assert broker_of("mqtts://us%40er@b.example", "p", Path("ca")) == Broker(
        "b.example", 8883, True, "us@er", "p", Path("ca")
    )
    assert broker_of("mqtt://[::1]:99").name == "mqtt://[::1]:99"
    with pytest.raises(BridgeError, match="ca_file is for TLS"):
        broker_of("mqtt://x", ca_file=Path("ca"))
