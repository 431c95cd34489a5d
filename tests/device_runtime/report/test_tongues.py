"""The tongues of a station: decisions out, what became of each recorded, states told by name."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.report.opening import check_tongues, open_tongues, station_name
from device_runtime.station.config.load import load_config
from device_runtime.station.health.health import Health
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.loop.counts import Counts
from tests.device_runtime.report.deciding import decision
from tests.firmware_bridge.host.tongues.mosquitto import free_port

PATIENCE_S = 10
BUNDLE = "ab" * 32


class Station:
    """Writes down deliveries."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._changed = threading.Condition()

    def record(self, delivery: Delivery) -> None:
        with self._changed:
            self.deliveries.append(delivery)
            self._changed.notify_all()

    @property
    def counts(self) -> Counts:
        return Counts(2, 1, no_read=1)

    def wait(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.deliveries) >= count, PATIENCE_S), self.deliveries


def config_of(folder: Path, text: str) -> Path:
    path = folder / "station.toml"
    path.write_text(f'[camera]\nurl = "dir:pictures"\n{text}', "utf-8")
    return path


def test_decisions_go_out_as_lines_and_are_recorded_with_their_ids(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
        config = load_config(config_of(tmp_path, f'[ascii]\nurl = "{url}"\nanswer = "none"\noutbox = "out"\n'))
        station, health, said = Station(), Health(), list[str]()
        tongues = open_tongues(config, station, health, said.append, BUNDLE)
        line, _ = server.accept()
        tongues.tell(decision(11, number=1))
        tongues.tell(decision(12, number=None, why_not="no picture in time"))
        station.wait(2)
        tongues.close(PATIENCE_S)
        with line, line.makefile() as read:
            assert read.read() == "1,10115,accepted,A3,0.9973\n12,,no_read,A3,0.0000\n"
    assert [(one.piece, one.to, one.outcome, one.tries) for one in station.deliveries] == [
        (11, f"ascii {url}", "sent", 1),
        (12, f"ascii {url}", "sent", 1),
    ]
    assert said == [] and health.now == () and (tmp_path / "out").exists()


def test_a_peer_that_is_away_is_a_state_by_name_and_holds_up_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
    config = load_config(config_of(tmp_path, f'[ascii]\nurl = "{url}"\n'))
    station, health, raised, said = Station(), Health(), threading.Event(), list[str]()
    health.listen(lambda change: raised.set())
    tongues = open_tongues(config, station, health, said.append, BUNDLE)
    tongues.tell(decision(11))
    assert raised.wait(PATIENCE_S)
    (trouble,) = health.now
    assert trouble.state == "wire_lost" and trouble.detail.startswith("ascii: cannot open socket://")
    tongues.close(0)
    assert [(one.piece, one.outcome) for one in station.deliveries] == [(11, "dropped: the station ended")]
    assert "trying again until it answers" in said[0] and said[-1] == "ascii: a piece was dropped: the station ended"


def test_a_template_that_cannot_be_used_is_found_without_a_controller(tmp_path: Path) -> None:
    config = load_config(config_of(tmp_path, '[ascii]\nurl = "/dev/none"\ntemplate = "{cod}"\n'))
    ((section, key, said),) = check_tongues(config)
    assert (section, key) == ("ascii", "") and said.startswith("cannot be used: {cod} is no field of a line")
    with pytest.raises(PosteyeError, match=r"station.toml: \[ascii\] {cod} is no field"):
        open_tongues(config, Station(), Health(), print, BUNDLE)


def test_all_tongues_at_once_and_a_slow_peer_holds_up_no_other(tmp_path: Path) -> None:
    ports = [free_port(), free_port(), free_port()]
    with socket.create_server(("127.0.0.1", ports[0])), socket.create_server(("127.0.0.1", ports[1])):
        path = config_of(
            tmp_path,
            f'[ascii]\nurl = "socket://127.0.0.1:{ports[0]}"\n'
            f'[webhook]\nurl = "http://127.0.0.1:{ports[1]}/"\noutbox = "hook"\n'
            f'[modbus]\nurl = "tcp://127.0.0.1:{ports[2]}"\nbins = "reject, A3"\n'
            f'[mqtt]\nurl = "mqtt://127.0.0.1:{free_port()}"\noutbox = "mqtt"\n[station]\nname = "north"\n',
        )
        station, health = Station(), Health()
        tongues = open_tongues(load_config(path), station, health, lambda _: None, BUNDLE)
        tongues.tell(decision(11))
        station.wait(1)  # neither the controller nor the server ever answers
        assert [(one.to, one.outcome) for one in station.deliveries] == [
            (f"modbus tcp://127.0.0.1:{ports[2]}", "shown")
        ]
        began_s = time.monotonic()
        tongues.close(0.3)
        assert time.monotonic() - began_s < 1.8
    assert [(one.to.split()[0], one.outcome) for one in station.deliveries[1:]] == [
        ("ascii", "unconfirmed: the station ended")
    ]


@pytest.mark.parametrize(
    ("text", "section", "said"),
    [
        ('[mqtt]\nurl = "http://x"\n', "mqtt", "URL of the broker is none"),
        ('[mqtt]\nurl = "mqtts://a@x"\npassword_file = "none"\n', "mqtt", "none cannot be read: No such file"),
        ('[mqtt]\nurl = "mqtts://a@x"\npassword_file = "open"\n', "mqtt", "others may read"),
        ('[mqtt]\nurl = "mqtts://a@x"\npassword_file = "empty"\n', "mqtt", "holds no line of text"),
        ('[mqtt]\nurl = "mqtts://a@x"\nca_file = "none"\n', "mqtt", "is no file that is there"),
        ('[webhook]\nurl = "x"\n', "webhook", "URL of the webhook is none"),
        ('[modbus]\nurl = "x"\n', "modbus", "URL of Modbus is none"),
    ],
)
def test_what_cannot_be_used_is_found_before_anybody_is_spoken_to(
    tmp_path: Path, text: str, section: str, said: str
) -> None:
    (tmp_path / "open").write_text("secret\n")
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "empty").touch(0o600)
    config = load_config(config_of(tmp_path, text))
    (found,) = check_tongues(config)
    assert found[0] == section and said in found[2]
    with pytest.raises(PosteyeError, match=rf"\[{section}\]"):
        open_tongues(config, Station(), Health(), print, BUNDLE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[station]\nname = "a/b"\n', '[station] name is "a/b"; give letters, digits'),
        ('[mqtt]\ntopic = "a/#"\n', '[mqtt] topic is "a/#"; give names'),
        ('[mqtt]\noutbox = "x"\n[webhook]\noutbox = "x"\n', "[webhook] outbox is that of [mqtt] too"),
    ],
)
def test_rules_between_keys(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PosteyeError) as error:
        load_config(config_of(tmp_path, text))
    assert said in str(error.value)


def test_a_station_without_a_name_has_that_of_its_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Halle 3.plant")
    assert station_name(load_config(config_of(tmp_path, ""))) == "Halle-3-plant"
    assert station_name(load_config(config_of(tmp_path, '[station]\nname = "north"\n'))) == "north"
