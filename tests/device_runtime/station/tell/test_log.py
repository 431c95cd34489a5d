"""Logs: lines for people, JSON for journald, repeats held back; also what libraries log."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_runtime.station.health.health import Change, Trouble
from device_runtime.station.tell.log import (
    NOTICE,
    Form,
    PieceLog,
    is_journald,
    log,
    log_answer,
    log_change,
    priority,
    start_log,
)
from device_runtime.station.tell.repeats import Repeats
from tests.device_runtime.station.tell.decisions import decision

LOST = Trouble("camera_lost", "v4l2:/dev/video0 is silent", 1.0)


@pytest.fixture(params=["lines", "json"])
def form(request: pytest.FixtureRequest) -> Form:
    chosen: Form = request.param
    return chosen


@pytest.fixture
def stream(form: Form) -> Iterator[io.StringIO]:
    found = io.StringIO()
    end = start_log(form, found)
    yield found
    end()


def said(stream: io.StringIO) -> list[str]:
    """The lines, their times as T."""
    return [re.sub(r"^\d\d:\d\d:\d\d|\d{4}-[\d:T.-]+Z", "T", line) for line in stream.getvalue().splitlines()]


def test_an_answer_to_an_order_is_never_held_back(stream: io.StringIO) -> None:
    for _ in range(9):
        log_answer("100% was read again")
        log(NOTICE, "100%% was read again")
    assert len(said(stream)) == 9 + 3


def test_a_fault_is_a_warning_and_its_end_a_notice(stream: io.StringIO, form: Form) -> None:
    log_change(Change(LOST, True))
    log_change(Change(LOST, False, 12.4))
    begins, ends = said(stream)
    if form == "lines":
        assert begins.startswith(
            "T  warning  camera_lost: v4l2:/dev/video0 is silent. What still works: Every trigger is"
        )
        assert ends == "T  notice  camera_lost is over after 12 s"
    else:
        row = json.loads(begins)
        assert row["level"] == "warning" and row["state"] == "camera_lost" and row["raised"] is True
        assert json.loads(ends) == {
            **{"time": "T", "level": "notice", "from": "posteye", "text": "camera_lost is over after 12 s"},
            **{"state": "camera_lost", "raised": False},
        }


def test_a_piece_is_one_line_whatever_became_of_it(stream: io.StringIO, form: Form) -> None:
    pieces = PieceLog()
    pieces.tell(decision())
    pieces.tell(decision(8, "rejected", "80333", 0.5711, "rival 80338", bin="hand"))
    pieces.tell(decision(9, None, reason="the deadline\npassed", bin="hand"))
    if form == "lines":
        assert said(stream) == [
            "T         7  80331       accepted  0.9991     42.5 ms  -> munich",
            "T         8  80333       rejected  0.5711     42.5 ms  -> hand  (rival 80338)",
            "T         9  -           no_read   0.0000     42.5 ms  -> hand  (the deadline\\npassed)",
        ]
    else:
        rows = [json.loads(line)["piece"] for line in said(stream)]
        assert rows[0] == {
            **{"id": 7, "number": 7, "status": "accepted", "code": "80331", "confidence": 0.9991, "reason": None},
            **{"bin": "munich", "frames": 2, "answer_ms": 42.5},
        }
        assert (
            rows[2]["status"] == "no_read" and rows[2]["reason"] == "the deadline\npassed" and rows[2]["code"] is None
        )


def test_what_a_library_logs_comes_out_in_the_same_form(stream: io.StringIO, form: Form) -> None:
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("it %s", "failed")
    (line,) = said(stream)
    if form == "lines":
        assert line == "T  error  it failed: ValueError: odd"
    else:
        assert json.loads(line)["from"] == "uvicorn.error" and json.loads(line)["text"] == "it failed: ValueError: odd"


def test_what_is_no_text_and_no_ascii_is_still_one_line(
    stream: io.StringIO, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The report of a test holds what was logged, and cannot hold what is no text.
    root = logging.getLogger()
    ours = [one for one in root.handlers if not type(one).__module__.startswith("_pytest")]
    monkeypatch.setattr(root, "handlers", ours)
    log(logging.INFO, "%s", "M\u00fcnchen\n\udce9", where=Path("/x"))
    (line,) = said(stream)
    if form == "json":
        assert (
            line.isascii() and json.loads(line)["where"] == "/x" and json.loads(line)["text"] == "M\u00fcnchen\n\udce9"
        )
    else:
        assert line == "T  M\u00fcnchen\\n\\udce9"


def test_repeats_are_held_back_counted_and_told_at_the_end(stream: io.StringIO, form: Form) -> None:
    for number in range(10):
        log(logging.WARNING, "piece %d cannot be told", number)
    log(logging.WARNING, "another text")
    assert len(said(stream)) == 4


def test_the_end_of_the_log_tells_what_was_held_back() -> None:
    stream = io.StringIO()
    end = start_log("lines", stream)
    for number in range(10):
        log(logging.WARNING, "piece %d cannot be told", number)
    end()
    assert said(stream)[-1] == "T  warning  piece 9 cannot be told (6 times more)"
    log(logging.WARNING, "after the end")
    assert "after" not in stream.getvalue()


def record(text: str, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("posteye", level, "", 0, text, (), None)


def test_after_a_minute_a_text_passes_again_with_its_count() -> None:
    now_s = 0.0
    repeats = Repeats(lambda: now_s, hold_s=60, at_once=2)
    assert [repeats.filter(record("x")) for _ in range(5)] == [True, True, False, False, False]
    now_s = 59.9
    assert not repeats.filter(record("x"))
    now_s = 60.0
    again = record("x")
    assert repeats.filter(again) and vars(again)["repeated"] == 4
    assert repeats.filter(record("y")) and all(repeats.filter(record("p", logging.INFO)) for _ in range(99))


def test_many_different_texts_take_no_more_memory() -> None:
    repeats = Repeats(lambda: 0.0)
    for number in range(10_000):
        assert repeats.filter(record(f"text {number}"))
    assert len(repeats._kinds) == 200


def test_levels_have_the_priorities_of_syslog() -> None:
    levels = (logging.CRITICAL, logging.ERROR, logging.WARNING, NOTICE, logging.INFO, logging.DEBUG)
    assert [priority(level) for level in levels] == [2, 3, 4, 5, 6, 7]


def test_only_the_stream_that_systemd_names_is_journald(tmp_path: Path) -> None:
    with open(tmp_path / "log", "w") as stream:
        found = os.fstat(stream.fileno())
        assert is_journald(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"})
        assert not is_journald(stream, {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + 1}"})
        assert not is_journald(stream, {})
    assert not is_journald(io.StringIO(), {"JOURNAL_STREAM": "1:1"})


def test_journald_gets_a_priority_before_each_object() -> None:
    program = (
        "import logging, os\n"
        "found = os.fstat(2)\n"
        "os.environ['JOURNAL_STREAM'] = f'{found.st_dev}:{found.st_ino}'\n"
        "from device_runtime.station.tell.log import log, start_log\n"
        "start_log('json')\n"
        "log(logging.ERROR, 'a')\n"
        "log(logging.INFO, 'b')\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr
    first, second = said.splitlines()
    assert first.startswith('<3>{"time": "') and second.startswith("<6>{")
    assert json.loads(first[3:])["text"] == "a"


class FullDisk(io.StringIO):
    def write(self, text: str, /) -> int:
        raise OSError(28, "No space left on device")


def test_a_stream_that_cannot_be_written_to_stops_nobody(form: Form, capsys: pytest.CaptureFixture[str]) -> None:
    end = start_log(form, FullDisk())
    log(logging.WARNING, "lost")
    end()
    assert capsys.readouterr().err == ""
