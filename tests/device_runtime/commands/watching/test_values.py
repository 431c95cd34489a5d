"""A configuration becomes the values of a station, and what it wants to be told is told."""

from __future__ import annotations

import io
import json
import socket
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from device_runtime.commands.watching.telling import Telling
from device_runtime.commands.watching.values import station_values
from device_runtime.errors import PosteyeError
from device_runtime.region import Region
from device_runtime.station.config.load import load_config
from device_runtime.station.config.sections import Config
from device_runtime.station.loop.values import Told
from device_runtime.station.tell.systemd import Notifier
from tests.device_runtime.station.tell.decisions import StubStation, decision


@dataclass
class Station(StubStation):
    """A station that tells."""

    told: list[Told] = field(default_factory=list)


def config(folder: Path, text: str = "") -> Config:
    path = folder / "station.toml"
    path.write_text('[camera]\nurl = "dir:pictures"\n' + text)
    return load_config(path)


def test_every_value_of_the_configuration_reaches_the_station(tmp_path: Path) -> None:
    values = station_values(
        config(
            tmp_path,
            '[read]\ncountry = "DE"\nregion = [0, 0.5, 1, 0.5]\nmax_error = 0.02\nrole = "sender"\n'
            '[trigger]\nkind = "gpio"\nline = 27\n[deadline]\nms = 90\n[harvest]\nfolder = "h"\nmegabytes = 3\n',
        )
    )
    assert values["source"] == f"dir:{tmp_path}/pictures" and values["country"] == "DE"
    assert values["region"] == Region(0.0, 0.5, 1.0, 0.5) and values["role"] == "sender"
    assert (values["trigger"], values["gpio_line"], values["deadline_ms"]) == ("gpio", 27, 90.0)
    assert values["harvest"] == tmp_path / "h" and values["harvest_bytes"] == 3_000_000
    assert values["journal"] == tmp_path / "station.journal" and values["plan"] is None


def test_pieces_states_and_metrics_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("prometheus_client", reason="pip install 'posteye[metrics]' to test metrics")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        notifier = Notifier({"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "4000000"})
        wanted = config(tmp_path, f'[log]\nform = "json"\n[metrics]\non = true\nport = {port}\n')
        with Telling(wanted, notifier) as telling:
            station = Station(health=telling.health)
            telling.follow(station, "posteye watch", "numpy 1.26", "0a79ac09")
            telling.ready()
            telling.beat()
            telling.say("v4l2:/dev/video0 is back, 100% of it")
            for one in station.told:
                one.tell(decision())
            telling.health.set("wire_lost", "no cable")
            url = f"http://127.0.0.1:{port}/metrics"
            with urllib.request.urlopen(url, timeout=10) as answer:
                said = answer.read().decode()
            telling.health.clear("wire_lost")
        heard = [manager.recv(4096).decode() for _ in range(6)]
    assert 'posteye_pieces_total{status="accepted"} 1.0' in said and 'posteye_state{state="wire_lost"} 1.0' in said
    assert heard == ["READY=1", "STATUS=ok", "WATCHDOG=1", "STATUS=wire_lost: no cable", "STATUS=ok", "STOPPING=1"]
    rows = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    mine = [row for row in rows if row.get("state") in (None, "wire_lost")]
    assert [row["level"] for row in mine] == ["notice", "info", "warning", "notice"]
    assert mine[0]["text"] == "v4l2:/dev/video0 is back, 100% of it" and mine[1]["piece"]["id"] == 7


def test_a_dashboard_without_a_terminal_is_lines_and_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Telling(config(tmp_path, '[log]\nform = "dashboard"\n'), Notifier({})) as telling:
        telling.follow(Station(health=telling.health), "", "", "")
        assert telling.form == "lines"
    assert "lines are printed instead" in capsys.readouterr().err


def test_on_a_terminal_the_log_is_on_the_screen_and_after_it_in_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rich", reason="pip install 'posteye[dashboard]' to test the dashboard")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with Telling(config(tmp_path, '[log]\nform = "dashboard"\n'), Notifier({})) as telling:
        station = Station(health=telling.health)
        telling.follow(station, "posteye watch", "", "")
        telling.say("on the screen")
        assert telling.form == "dashboard" and station.told == []
    assert "posteye watch" in terminal.getvalue()
    assert "on the screen" not in capsys.readouterr().err


def test_metrics_without_their_library_are_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = "needs prometheus_client; run: pip install 'posteye[metrics]'"
    monkeypatch.setattr("device_runtime.commands.watching.telling.missing_extra", lambda _: needs)
    with pytest.raises(PosteyeError, match=r"station.toml: \[metrics\] needs prometheus_client; run: pip"):
        Telling(config(tmp_path, "[metrics]\non = true\n"), Notifier({}))
