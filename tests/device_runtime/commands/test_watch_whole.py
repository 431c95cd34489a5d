"""A whole station by one configuration: a controller that triggers, bins on the wire, page and metrics."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from device_runtime.station.journal.reading import JournalReader
from firmware_bridge import Cable
from tests.device_runtime.program import ROOT, Start, posteye

SAMPLES = Path(ROOT) / "device_runtime" / "samples"
PIECES = 12


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def configuration(folder: Path, wire: str, web: int, metrics: int) -> Path:
    (folder / "plan.csv").write_text("codes,bin\n8*,south\noverflow,rest\nreject,manual\n")
    path = folder / "station.toml"
    path.write_text(
        f'[camera]\nurl = "dir:{SAMPLES}?fps=50&loop"\n'
        "[read]\npattern = '\\d{5}'\nfield = true\nframes = 1\n[trigger]\nkind = \"controller\"\n"
        '[deadline]\nms = 2000\n[plan]\npath = "plan.csv"\n'
        f'[wire]\nurl = "{wire}"\n[web]\non = true\nport = {web}\n[metrics]\non = true\nport = {metrics}\n'
    )
    return path


def test_a_station_of_a_configuration_answers_the_controllers_pieces(tmp_path: Path, start: Start) -> None:
    pytest.importorskip("prometheus_client", reason="pip install 'posteye[metrics]' to test a whole station")
    pytest.importorskip("starlette", reason="pip install 'posteye[web]' to test a whole station")
    web, metrics = free_port(), free_port()
    with Cable() as cable:
        path = configuration(tmp_path, cable.reader_end, web, metrics)
        station = start("-m", "posteye", "watch", "--config", str(path), cwd=tmp_path)
        assert station.stderr and station.stdout
        said = [next(line for line in station.stderr if "watching dir:" in line)]
        belt = ("--trigger-every", "60", "--deadline", "2000", "--pieces", str(PIECES), "--first", "500", "--json")
        sorter = posteye("sorter", cable.sorter_end, *belt, cwd=tmp_path)
        page = urllib.request.urlopen(f"http://127.0.0.1:{web}/", timeout=20).read().decode()
        counted = urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=20).read().decode()
        station.terminate()
        lines, rest = station.communicate(timeout=60)
    said += rest.splitlines()
    assert station.returncode == 0 and sorter.returncode == 0, (said, sorter.stderr)
    tally = json.loads(sorter.stdout.splitlines()[-1])
    assert (tally["triggered"], tally["in_time"], tally["doubled"]) == (PIECES, PIECES, 0)
    assert sum(tally["bins"].values()) == PIECES and set(tally["bins"]) <= {"south", "rest", "manual", ""}
    assert len(lines.splitlines()) == PIECES and f"posteye: {PIECES} pieces: " in said[-1]
    assert "<html" in page and "posteye_pieces_total" in counted
    with JournalReader(tmp_path / "station.journal") as journal:
        entries = journal.last(100)
    assert len(entries) == PIECES
    assert all([one.outcome for one in entry.deliveries] == ["acknowledged"] for entry in entries)


def test_the_command_line_has_precedence_over_the_file(tmp_path: Path) -> None:
    path = configuration(tmp_path, "/dev/none", free_port(), free_port())
    text = path.read_text().replace("on = true", "on = false").replace('url = "/dev/none"', "")
    path.write_text(text.replace('"controller"', '"frame"'))
    found = posteye(
        "watch", f"dir:{SAMPLES}", "--config", path, "--pattern", r"\d{9}", "--journal", "other.journal", cwd=tmp_path
    )
    assert found.returncode == 0, found.stderr
    assert len(found.stdout.splitlines()) == 16 and "accepted" not in found.stdout
    assert (tmp_path / "other.journal").exists() and not (tmp_path / "station.journal").exists()


def test_a_hangup_reads_the_configuration_again_and_a_broken_one_changes_nothing(tmp_path: Path, start: Start) -> None:
    (tmp_path / "plan.csv").write_text("codes,bin\n*,all\noverflow,rest\nreject,manual\n")
    path = tmp_path / "station.toml"
    text = f'[camera]\nurl = "dir:{tmp_path}/in?watch"\n[read]\npattern = \'\\d{{5}}\'\n[plan]\npath = "plan.csv"\n'
    path.write_text(text)
    (tmp_path / "in").mkdir()
    station = start("-m", "posteye", "watch", "--config", str(path), cwd=tmp_path)
    assert station.stderr and station.stdout
    said = iter(station.stderr.readline, "")
    assert any("watching dir:" in line for line in said)
    for changed, words in (
        (text.replace("[read]", "[reed]"), ["did you mean read?", "the old configuration stays"]),
        (text + "[deadline]\nms = 90\n", ["changes in [deadline] hold when posteye watch is started again"]),
        (text.replace("pattern", "region = [0, 0, 0.1, 0.1]\npattern"), ["station.toml was read again"]),
    ):
        path.write_text(changed)
        station.send_signal(signal.SIGHUP)
        line = next(said)
        assert all(one in line for one in words), line
        if "stays" not in line:
            assert any("plan.csv was read again" in line for line in said)
    # The part that is read now is a corner without writing.
    shutil.copy(SAMPLES / "13-print.jpg", tmp_path / "in" / "one.jpg")
    assert station.stdout.readline().split()[1] == "-"
    station.terminate()
    assert station.wait(60) == 0


def test_no_camera_at_all_is_told(tmp_path: Path) -> None:
    found = posteye("watch", cwd=tmp_path)
    assert found.returncode == 2 and "give its URL, such as v4l2:/dev/video0, or --config FILE" in found.stderr


def test_pieces_go_on_when_nobody_takes_their_lines(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "posteye", "watch", f"dir:{SAMPLES}", "--field", "--pattern", r"\d{5}"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": ROOT},
            cwd=tmp_path,
            timeout=120,
        )
    assert "pieces are printed no more: No space left on device" in found.stderr and "Traceback" not in found.stderr
    with JournalReader(tmp_path / "station.journal") as journal:
        assert len(journal.last(100)) == 16
