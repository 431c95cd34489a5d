"""`posteye journal`: the last pieces, all of them as a table or as JSON, and counts."""

from __future__ import annotations

import csv
import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from device_runtime.commands.journal import journal
from device_runtime.errors import JournalError
from device_runtime.station.journal.entry import Delivery
from device_runtime.station.journal.journal import Journal
from tests.device_runtime.program import ROOT
from tests.device_runtime.station.journal.pieces import Clock, piece


@pytest.fixture
def file(tmp_path: Path) -> Path:
    clock, path = Clock(), tmp_path / "j"
    with Journal(path, clock) as found:
        for number in range(1, 4):
            id_ = found.new_id()
            other: dict[str, object] = {"status": "rejected", "reason": "doubt"} if number == 3 else {}
            found.record([piece(id_, clock(), **other)], [Delivery(id_, clock(), "wire", "acknowledged", number, 3.0)])
            clock.run(3600)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(journal, [str(argument) for argument in arguments])


def test_the_last_pieces_are_shown(file: Path) -> None:
    found = run("tail", file, "-n", 2).output.splitlines()
    assert found == [
        "       2  2026-09-21T15:13:20.000Z  10002       accepted  0.9800      5.0 ms  -> north  acknowledged",
        "       3  2026-09-21T16:13:20.000Z  10003       rejected  0.9800      5.0 ms  -> north  acknowledged  (doubt)",
    ]
    row = json.loads(run("tail", file, "-n", 1, "--json").output)
    assert row["id"] == 3 and row["candidates"][0] == {"code": "10003", "confidence": 0.98}
    assert row["deliveries"][0] == {
        "time": "2026-09-21T16:13:20.000Z",
        "to": "wire",
        "outcome": "acknowledged",
        "tries": 3,
        "elapsed_ms": 3.0,
    }


def test_all_pieces_are_exported(file: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export", file, "--csv").output)))
    assert [row["id"] for row in rows] == ["1", "2", "3"] and rows[2]["reason"] == "doubt"
    assert rows[1]["candidates"] == "10002:0.9800 80337:0.0100"
    assert rows[1]["delivered"] == "wire: acknowledged after 2 tries"
    found = run("export", file, "--json", "--since", "2026-09-21T15:00+00:00").output.splitlines()
    assert [json.loads(line)["id"] for line in found] == [2, 3]
    assert run("export", file, "--csv", "--since", "2026-10-01").output.count("\n") == 1


def test_pieces_are_counted(file: Path) -> None:
    text = run("stats", file).output
    assert "3 pieces, 2026-09-21T14:13:20.000Z to" in text and "statuses    accepted              2   66.7%" in text
    assert "latency     p50 5.0 ms, p95 5.0 ms" in text
    assert json.loads(run("stats", file, "--json").output)["statuses"] == {"accepted": 2, "rejected": 1}
    assert run("stats", file, "--since", "2035-01-01").output == "no pieces\n"


def test_wrong_usage_is_told(file: Path) -> None:
    for arguments, message in (
        (("export", file), "give one of --csv and --json"),
        (("export", file, "--csv", "--json"), "give one of"),
        (("stats", file, "--since", "yesterday"), "'yesterday' is no time; give 30m, 24h or 7d"),
        (("stats", file, "--since", "-1h"), "is no time"),
    ):
        found = run(*arguments)
        assert found.exit_code == 2 and message in found.output.replace("\n", " ")
    missing = run("tail", file.with_name("none"))
    assert isinstance(missing.exception, JournalError) and "No such file" in str(missing.exception)


def test_a_file_that_is_cut_off_is_told_as_damaged(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:60])
    for arguments in (("tail", file), ("stats", file), ("export", file, "--csv")):
        found = run(*arguments).exception
        assert isinstance(found, JournalError) and "is damaged (it ends after byte 60); the station" in str(found)


def test_new_pieces_are_followed(file: Path) -> None:
    command = [sys.executable, "-m", "posteye", "journal", "tail", str(file), "-n", "0", "--follow", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": ROOT}, cwd=ROOT
    ) as follower:
        assert follower.stdout is not None
        with Journal(file, Clock()) as found:
            ids: list[int] = []
            end = time.monotonic() + 60
            # One after the other, as those that are recorded before the follower looks are not told.
            while not select.select([follower.stdout], [], [], 0.2)[0]:
                assert time.monotonic() < end and follower.poll() is None
                ids.append(found.new_id())
                found.record([piece(ids[-1], Clock()())])
            assert json.loads(follower.stdout.readline())["id"] in ids
        follower.send_signal(signal.SIGINT)
        assert follower.wait(60) == 130


def test_every_command_has_its_help_with_examples() -> None:
    for command in ("tail", "export", "stats"):
        assert f"posteye journal {command} station.journal" in run(command, "--help").output
