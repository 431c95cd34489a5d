"""`posteye demo`: the samples, a station with its mail, the pictures, the page."""

from __future__ import annotations

import signal
import socket
import urllib.request
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

from device_runtime.commands import demo
from device_runtime.commands.played.account import Account
from device_runtime.commands.played.mail import Letter
from device_runtime.commands.played.pace import Pace
from device_runtime.commands.played.ride import Ride
from device_runtime.errors import PosteyeError
from device_runtime.samples import load_index
from firmware_bridge import Tally
from tests.device_runtime.commands.played.decided import accepted, decision
from tests.device_runtime.program import Start, posteye


def test_it_ends_well_and_draws_its_pictures(tmp_path: Path) -> None:
    found = posteye("demo", "--quick", cwd=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    lines = found.stdout.splitlines()
    assert all(any(line.startswith(sample.file) for line in lines) for sample in load_index())
    assert (
        "rival 79716 at the left" in found.stdout and f"All {len(load_index())} samples came out right" in found.stdout
    )
    head = next(number for number, line in enumerate(lines) if line.startswith("piece  code"))
    assert [line.split()[0] for line in lines[head + 1 : head + 6]] == ["1", "2", "3", "4", "5"]
    assert "wrong codes among the accepted: 0" in lines and "acknowledged by the controller: 5 of 5" in lines
    assert "\x1b" not in found.stdout and found.stderr == ""
    assert {path.name for path in tmp_path.iterdir()} == {
        "posteye-demo.png",
        "posteye-demo-field.png",
        "posteye-demo-mail.png",
    }
    for path in tmp_path.iterdir():
        picture = cv2.imread(str(path))
        assert picture is not None and picture.shape[0] > 300


def test_a_station_that_takes_a_wrong_code_is_a_failed_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(lambda _: Letter("01.jpg", "12345"))
    account.take(decision(1, accepted()))
    bad = Ride(account, Tally(triggered=1, in_time=1), Pace(1400, 500), 1)
    monkeypatch.setattr(demo, "ride", lambda *_: bad)
    monkeypatch.setattr(demo, "_read_samples", lambda *_: [])
    found = CliRunner().invoke(demo.demo, ["--picture", str(tmp_path / "a.png")])
    assert found.exit_code == 1 and "wrong codes among the accepted: 1 (piece 1)" in found.output
    assert "The station did not do what it should" in found.output and (tmp_path / "a-mail.png").exists()


def test_a_sample_that_is_read_wrongly_is_a_failed_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_read_samples", lambda *_: ["01-hand.png"])
    found = CliRunner().invoke(demo.demo, ["--picture", str(tmp_path / "a.png")])
    assert found.exit_code == 1 and "1 samples were not read as they should be: 01-hand.png" in found.output


def test_no_picture_can_be_written_is_known_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "a-mail.jpg").mkdir()
    found = posteye("demo", "--picture", tmp_path / "a.jpg")
    assert (found.returncode, found.stdout) == (2, "") and "a-mail.jpg cannot be written" in found.stderr


def test_the_station_has_its_page_until_it_is_interrupted(tmp_path: Path, start: Start) -> None:
    pytest.importorskip("starlette", reason="pip install 'posteye[web]' to test the page of the demo's station")
    program = start("-m", "posteye", "demo", "--station", "--port", "0", cwd=tmp_path)
    assert program.stdout
    first = program.stdout.readline()
    assert first.startswith("The station's page is at http://127.0.0.1:") and first.endswith("/ (Ctrl-C ends)\n"), first
    page = urllib.request.urlopen(first.split()[5], timeout=20).read().decode()
    answered = next(line for line in program.stdout if line.startswith("    1  53834"))
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0 and err == "", err
    assert "<html" in page and "west" in answered and "wrong codes among the accepted: 0" in out
    assert list(tmp_path.iterdir()) == []  # nothing is left in the temporary folder, nor where it was started


def test_a_port_in_use_is_one_line() -> None:
    pytest.importorskip("starlette", reason="pip install 'posteye[web]' to test the page of the demo's station")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = posteye("demo", "--station", "--port", taken.getsockname()[1])
    assert found.returncode == 2 and found.stderr.count("\n") == 1 and "Address already in use" in found.stderr


def test_a_page_without_its_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "missing_extra", lambda _: "needs starlette; run: pip install 'posteye[web]'")
    found = CliRunner().invoke(demo.demo, ["--station"])
    assert isinstance(found.exception, PosteyeError)
    assert str(found.exception) == "--station needs starlette; run: pip install 'posteye[web]'"


def test_a_station_is_not_quick() -> None:
    found = posteye("demo", "--station", "--quick")
    assert found.returncode == 2 and found.stderr.startswith("posteye: --station runs until Ctrl-C")
