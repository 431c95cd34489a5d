"""The tongues of a station: decisions out, what became of each recorded, states told by name."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.report.opening import check_tongues, open_tongues
from device_runtime.station.config.load import load_config
from device_runtime.station.health.health import Health
from device_runtime.station.journal.entry import Delivery
from tests.device_runtime.report.deciding import decision

PATIENCE_S = 10


class Station:
    """Writes down deliveries."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._changed = threading.Condition()

    def record(self, delivery: Delivery) -> None:
        with self._changed:
            self.deliveries.append(delivery)
            self._changed.notify_all()

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
        tongues = open_tongues(config, station, health, said.append)
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
    station, health, raised = Station(), Health(), threading.Event()
    health.listen(lambda change: raised.set())
    tongues = open_tongues(config, station, health, lambda _: None)
    tongues.tell(decision(11))
    assert raised.wait(PATIENCE_S)
    (trouble,) = health.now
    assert trouble.state == "wire_lost" and trouble.detail.startswith("ascii: cannot open socket://")
    tongues.close(0)
    assert [(one.piece, one.outcome) for one in station.deliveries] == [(11, "dropped: the station ended")]


def test_a_template_that_cannot_be_used_is_found_without_a_controller(tmp_path: Path) -> None:
    config = load_config(config_of(tmp_path, '[ascii]\nurl = "/dev/none"\ntemplate = "{cod}"\n'))
    ((section, key, said),) = check_tongues(config)
    assert (section, key) == ("ascii", "") and said.startswith("cannot be used: {cod} is no field of a line")
    with pytest.raises(PosteyeError, match=r"station.toml: \[ascii\] {cod} is no field"):
        open_tongues(config, Station(), Health(), print)
