"""`posteye watch`: lines, JSON, the journal, how it ends, and twenty kills that lose nothing and give no id twice."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from device_runtime.station.journal.reading import JournalReader
from tests.device_runtime.program import ROOT, Start, posteye, run_in_shell

SAMPLES = Path(ROOT) / "device_runtime" / "samples"
FIELD = ("--field", "--pattern", r"\d{5}", "--frames", "1")
PLAN = "codes,bin\n8*,south\n4*,west\noverflow,rest\nreject,manual\n"


@pytest.fixture
def fields(tmp_path: Path) -> Path:
    """A folder of three fields."""
    folder = tmp_path / "fields"
    folder.mkdir()
    for name in ("01-hand.png", "02-hand.png", "06-hand.png"):
        shutil.copy(SAMPLES / name, folder / name)
    return folder


def pieces_of(journal: Path) -> list[tuple[int, str, str | None]]:
    with JournalReader(journal) as found:
        assert found.left_out == 0
        return [(entry.piece.id, entry.piece.status, entry.piece.code) for entry in found.last(100_000)]


def test_a_folder_is_read_sorted_and_recorded_and_then_it_ends(tmp_path: Path, fields: Path) -> None:
    (tmp_path / "plan.csv").write_text(PLAN)
    done = posteye("watch", f"dir:{fields}", *FIELD, "--plan", "plan.csv", "--json", "--harvest", "kept", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["code"], row["status"], row["bin"]) for row in rows] == [
        ("80331", "accepted", "south"),
        ("47500", "accepted", "west"),
        ("34017", "rejected", "manual"),
    ]
    assert all(row["frames"] == 1 and row["stages_ms"]["total"] > 0 and row["number"] is None for row in rows)
    assert [code for _, _, code in pieces_of(tmp_path / "station.journal")] == ["80331", "47500", "34017"]
    assert "3 pieces: 2 accepted, 1 rejected, 0 no_code, 0 no_read; answered in" in done.stderr
    assert f"{rows[2]['id']:010d}.png" in {one.name for one in (tmp_path / "kept").iterdir()}
    again = posteye("watch", f"dir:{fields}", *FIELD, cwd=tmp_path)
    assert again.stdout.split()[:3] == ["4", "80331", "accepted"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_a_summary(tmp_path: Path, fields: Path, start: Start, number: signal.Signals) -> None:
    program = start("-m", "posteye", "watch", f"dir:{fields}?watch", *FIELD, cwd=tmp_path)
    assert program.stdout
    lines = [program.stdout.readline() for _ in range(3)]
    program.send_signal(number)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert err.splitlines()[-1].startswith("posteye: 3 pieces: 2 accepted, 1 rejected")
    assert len(lines) == 3 and out == ""


# The first slow step of a start; before it the signals have come.
_SLOW_START = """
import os, signal, sys
from device_runtime import cli
from device_runtime.commands import watch
made, number = watch.Telling, int(sys.argv.pop())
def telling(config):
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), number)
    return made(config)
watch.Telling = telling
cli.main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_during_the_start_are_orders_too(tmp_path: Path, fields: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", _SLOW_START, "watch", f"dir:{fields}?watch", *FIELD, str(int(number))]
    environment = os.environ | {"PYTHONPATH": ROOT}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=tmp_path)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    assert "pieces: " in done.stderr.splitlines()[-1]


def test_a_hangup_reads_the_plan_again_and_a_broken_one_changes_nothing(
    tmp_path: Path, fields: Path, start: Start
) -> None:
    (tmp_path / "plan.csv").write_text(PLAN)
    program = start("-m", "posteye", "watch", f"dir:{fields}?watch", *FIELD, "--plan", "plan.csv", cwd=tmp_path)
    assert program.stdout and program.stderr
    for _ in range(3):
        program.stdout.readline()
    said = iter(program.stderr.readline, "")
    for text, words in (
        (PLAN.replace("south", "north"), "plan.csv was read again"),
        ("nonsense", "the old plan stays"),
    ):
        (tmp_path / "plan.csv").write_text(text)
        program.send_signal(signal.SIGHUP)
        assert any(words in line for line in said)
    shutil.copy(SAMPLES / "01-hand.png", fields / "another.png")
    assert program.stdout.readline().split()[-2:] == ["->", "north"]
    program.terminate()
    assert program.wait(60) == 0


def test_it_ends_when_nobody_reads_its_lines_any_more(tmp_path: Path, fields: Path) -> None:
    line = (
        f"posteye watch 'dir:{fields}?fps=50&loop' --field --pattern '\\d{{5}}' --frames 1 --trigger frame | head -n 2"
    )
    done = run_in_shell(line, tmp_path)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2
    assert "Traceback" not in done.stderr and "pieces: " in done.stderr


def test_a_camera_that_is_not_there_is_told_once(tmp_path: Path, start: Start) -> None:
    program = start("-m", "posteye", "watch", "v4l2:/dev/video97", "--pattern", r"\d{5}", cwd=tmp_path)
    assert program.stderr
    said = list[str]()
    while not said or "camera_lost" not in said[-1]:
        said.append(program.stderr.readline())
        assert said[-1], said
    program.terminate()
    said += program.communicate(timeout=60)[1].splitlines()
    assert program.returncode == 0 and len([line for line in said if "is not there" in line]) == 1, said


def test_what_cannot_be_used_is_told_in_one_line(tmp_path: Path, fields: Path) -> None:
    for arguments, words in (
        (("dir:nowhere",), "dir:nowhere cannot be read"),
        (
            (f"dir:{fields}", "--trigger", "gpio"),
            "gpio needs the line of the light barrier; give it, such as --gpio-line",
        ),
        ((f"dir:{fields}", "--trigger", "controller"), "needs the controller's port; give it, such as --serial"),
        (("v4l:/dev/video0",), "did you mean v4l2:?"),
        ((f"dir:{fields}", "--plan", "nothing.csv"), "nothing.csv cannot be read"),
        ((f"dir:{fields}", "--journal", "no/such/folder"), "no/such/folder"),
        ((f"dir:{fields}", "--journal", "."), "the journal . cannot be written: it is a folder"),
        ((f"dir:{fields}", "--journal", ""), "the journal . cannot be written: it is a folder"),
        ((f"dir:{fields}", "--trigger", "gpio", "--gpio-line", "99"), "'--gpio-line': 99 is not in the range"),
    ):
        done = posteye("watch", *arguments, *FIELD, cwd=tmp_path)
        assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr, done.stderr


KILLS = 20
# One process imports everything and then has children that each are the running command: they start at once.
_NURSERY = """
import os, signal, sys
from device_runtime import cli
from device_runtime.commands import watch
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        sys.argv[:] = ["posteye", "watch", *sys.argv[1:]]
        cli.main()
        os._exit(1)
    print("child", child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


def test_twenty_kills_at_random_moments_leave_the_journal_whole_and_no_id_is_given_twice(
    tmp_path: Path, fields: Path, start: Start
) -> None:
    moments = random.Random(20)
    arguments = [f"dir:{fields}?fps=200&loop", *FIELD, "--trigger", "frame", "--json", "--bundle", "digits-small"]
    nursery = start("-c", _NURSERY, *arguments, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert nursery.stdin and nursery.stdout
    told, before, kept = list[int](), 0, 0
    for _ in range(KILLS):
        nursery.stdin.write("go\n")
        nursery.stdin.flush()
        child = int(nursery.stdout.readline().split()[1])
        lines = [nursery.stdout.readline()]  # it runs
        time.sleep(moments.uniform(0, 0.25))  # the moment of the kill is what is tried, and no outcome hangs on it
        os.kill(child, signal.SIGKILL)
        lines += iter(nursery.stdout.readline, "ended\n")
        ids = [json.loads(line)["id"] for line in lines if line.endswith("}\n")]
        assert ids == sorted(set(ids)) and ids[0] > before
        told, before = [*told, *ids], ids[-1]
        found = [id_ for id_, _, _ in pieces_of(tmp_path / "station.journal")]
        assert found == sorted(set(found)) and len(found) >= kept
        kept = len(found)
    nursery.stdin.close()
    assert nursery.wait(60) == 0
    assert len(told) == len(set(told)) and len(told) > KILLS
    # Of what was told, the last instants before each kill may be missing, and nothing else.
    missing = set(told) - {id_ for id_, _, _ in pieces_of(tmp_path / "station.journal")}
    assert len(missing) < len(told) / 2
