"""`posteye read` as people call it: its output, its errors, reports over a cable, and what it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device_runtime.cli import main
from device_runtime.commands.read import read
from device_runtime.piece.evidence.weights import load_weights
from device_runtime.piece.locator import bundle as locator
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from firmware_bridge import Cable, Event, ReadingMessage, serve
from tests.device_runtime.program import ROOT, posteye, run_in_shell

SAMPLES = load_samples()
MAX_RESIDENT_MB = 90


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
def test_without_a_stderr_to_write_to_everything_is_read_and_stdout_has_nothing_else(
    tmp_path: Path, stderr: str
) -> None:
    found = run_in_shell(f"posteye read nowhere.png {SAMPLES[0].path} --field {stderr}", tmp_path)
    lines = found.stdout.splitlines()
    assert found.returncode == 2 and ["unreadable" in line for line in lines] == [True, False], found.stdout


def test_the_source_is_the_path_as_given(tmp_path: Path) -> None:
    names = ["", ".//a.png", "../a.png", "a.png/"]
    found = posteye("read", *names, "--json", cwd=tmp_path)
    assert [json.loads(line)["source"] for line in found.stdout.splitlines()] == names


def test_a_port_without_a_name_is_not_taken_for_none() -> None:
    found = posteye("read", SAMPLES[0].path, "--field", "--country", "DE", "--serial", "")
    assert found.returncode == 2 and found.stdout == "" and "no serial port" in found.stderr


@pytest.mark.parametrize(
    ("grammar", "hinted"),
    [
        ([], "3 to 9"),
        (["--pattern", r"\d{4,5}"], "4 to 5"),
        (["--pattern", r"\d{5}(-\d{4})?"], None),
        (["--pattern", r"\d{5}"], None),
        (["--country", "DE"], None),
        (["--country", "PT"], None),
        (["--json"], None),
    ],
)
def test_a_grammar_of_many_lengths_is_advised_against_once(grammar: list[str], hinted: str | None) -> None:
    found = posteye("read", SAMPLES[0].path, SAMPLES[1].path, "--field", *grammar)
    assert found.returncode == 0 and len(found.stdout.splitlines()) == 2
    if hinted is None:
        assert found.stderr == ""
    else:
        assert found.stderr == (
            f"posteye: a code of {hinted} digits may be a part of a longer one that is damaged; "
            "give --country or a pattern of fixed length\n"
        )


def test_reading_prints_one_json_object_a_line() -> None:
    found = posteye("read", SAMPLES[0].path, SAMPLES[1].path, "--field", "--pattern", r"\d{5}", "--json")
    assert found.returncode == 0, found.stderr
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert [row["code"] for row in rows] == [SAMPLES[0].expected, SAMPLES[1].expected]
    assert rows[0]["source"] == str(SAMPLES[0].path)


def test_reading_needs_no_training_framework_and_little_memory() -> None:
    code = f"""
import pathlib, re, sys
from device_runtime import Reader
result = Reader(pattern=r"\\d{{5}}").read({str(SAMPLES[0].path)!r}, field=True)
assert result.reading.code == {SAMPLES[0].expected!r}, result.reading
names = ("torch", "tensorflow", "onnx", "onnxruntime", "train", "convert", "scipy", "PIL")
heavy = [name for name in names if name in sys.modules]
peak = re.search(r"VmHWM:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())
print(heavy, int(peak.group(1)) // 1024)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy, resident_mb = found.stdout.rsplit(" ", 1)
    assert heavy == "[]"
    assert int(resident_mb) <= MAX_RESIDENT_MB


def read_over_a_cable(*arguments: object) -> tuple[subprocess.CompletedProcess[str], list[Event]]:
    """Read fields of five digits with a sorter at the other end of a cable: what the command did, what arrived."""
    received: list[Event] = []
    stop = threading.Event()
    with Cable() as cable:
        sorter = threading.Thread(target=serve, args=(cable.sorter_end, received.append, stop))
        sorter.start()
        try:
            found = posteye(
                "read", *arguments, "--field", "--pattern", r"\d{5}", "--serial", cable.reader_end, "--piece", 1
            )
        finally:
            stop.set()
            sorter.join()
    return found, received


def readings_of(events: list[Event]) -> list[ReadingMessage]:
    return [event.reading for event in events if isinstance(event.reading, ReadingMessage)]


def bad_inputs(folder: Path) -> dict[str, Path]:
    """Files that are no images, and images that are odd."""
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("hello\n" * 20)
    (folder / "folder.png").mkdir()
    return {name: folder / name for name in ("missing.png", "empty.png", "text.png", "folder.png")}


def test_bad_files_get_one_line_each_and_the_rest_is_read(tmp_path: Path) -> None:
    paths = bad_inputs(tmp_path)
    found = posteye("read", *paths.values(), SAMPLES[0].path, "--field", "--pattern", r"\d{5}")
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
    lines = found.stdout.splitlines()
    assert len(lines) == len(paths) + 1
    for name, line in zip(paths, lines, strict=False):
        assert name in line and " unreadable " in line and line.endswith(")")
    assert SAMPLES[0].expected is not None and SAMPLES[0].expected in lines[-1]
    assert "posteye: 4 of 5 images could not be read" in found.stderr


@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["here", "isolated"])
def test_every_input_gets_its_json_line(tmp_path: Path, isolate: list[str]) -> None:
    bad_inputs(tmp_path)
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "huge.png").touch()
    os.truncate(tmp_path / "huge.png", 5_000_000_000)
    (tmp_path / "other.jp2").write_bytes(cv2.imencode(".jp2", np.zeros((64, 64), np.uint8))[1].tobytes())
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(SAMPLES[0].path.read_bytes())
    names = sorted(os.listdir(tmp_path)) + ["missing.png"]
    arguments = ["--field", "--pattern", r"\d{5}", "--json", *isolate]
    found = posteye("read", *[tmp_path / name for name in names], *arguments)
    assert found.returncode == 2 and "Traceback" not in found.stderr
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert [row["source"] for row in rows] == [
        str(tmp_path / name).encode("utf-8", "backslashreplace").decode() for name in names
    ]
    [whole] = [row for row in rows if row["status"] != "unreadable"]
    assert whole["code"] == SAMPLES[0].expected and whole["source"].endswith(r"caf\udce9.png")
    for row in rows:
        assert list(row) == list(whole) and list(row["timing_ms"]) == list(whole["timing_ms"])
        if row is not whole:
            assert row["reason"] and str(tmp_path) not in row["reason"]
            assert (row["code"], row["confidence"], row["characters"], row["candidates"]) == (None, 0, [], [])
            assert row["field"] is None and row["engine"] == whole["engine"]


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict", "latin-1:strict"])
def test_strange_names_are_written_as_escapes(tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    names = [
        os.fsdecode(b"caf\xe9.png"),
        "line\nbreak.png",
        "\x1b[31mred.png",
        "Stra\N{LATIN SMALL LETTER SHARP S}e.png",
    ]
    for name in names:
        (tmp_path / name).write_bytes(SAMPLES[0].path.read_bytes())
    command = [sys.executable, "-m", "posteye", "read", *names, "missing\n.png", "--field"]
    environment = os.environ | {"PYTHONPATH": str(Path(ROOT))}
    found = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment, timeout=120, check=False)
    assert found.returncode == 2 and b"Traceback" not in found.stderr
    lines = found.stdout.splitlines()
    assert len(lines) == 5
    for line, shown in zip(lines, (rb"caf\udce9.png", rb"line\nbreak.png", rb"\x1b[31mred.png", b"Stra"), strict=False):
        assert shown in line and b"\x1b" not in line
    assert rb"missing\n.png" in lines[4]


@pytest.mark.parametrize(("error", "reason"), [(MemoryError(), "memory"), (KeyError("x"), "unexpected KeyError: 'x'")])
def test_a_fault_of_the_program_stops_no_other_image(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Reader.read

    def faulty(self: Reader, image: Any, **how: Any) -> Any:
        if how["source"].endswith(SAMPLES[0].file):
            raise error
        return whole(self, image, **how)

    monkeypatch.setattr(Reader, "read", faulty)
    arguments = [str(SAMPLES[0].path), str(SAMPLES[1].path), "--field", "--pattern", r"\d{5}", "--json"]
    assert read.main(arguments, standalone_mode=False) == 2
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["status"] == "unreadable" and reason in first["reason"]
    assert second["code"] == SAMPLES[1].expected


def test_an_unreadable_piece_is_told_to_the_sorter(tmp_path: Path) -> None:
    bad_inputs(tmp_path)
    images = [tmp_path / "text.png", SAMPLES[0].path, tmp_path / "missing.png"]
    found, received = read_over_a_cable(*images)
    assert found.returncode == 2 and found.stderr.count("acknowledged") == 3
    readings = readings_of(received)
    assert [(r.piece, r.status, r.code) for r in readings] == [
        (1, "no_code", None),
        (2, "accepted", SAMPLES[0].expected),
        (3, "no_code", None),
    ]


def test_odd_images_are_read_as_nothing(tmp_path: Path) -> None:
    odd = {"one.png": (1, 1), "long.png": (40, 20_000), "black.png": (50, 160)}
    for name, shape in odd.items():
        cv2.imwrite(str(tmp_path / name), np.zeros(shape, np.uint8))
    cv2.imwrite(str(tmp_path / "white.png"), np.full((50, 160), 255, np.uint8))
    found = posteye("read", *sorted(tmp_path.iterdir()), "--field", "--json")
    assert found.returncode == 0, found.stderr
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert len(rows) == 4 and {row["status"] for row in rows} == {"no_code"}
    assert all(row["reason"] and row["code"] is None for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--country", "XX"], "XX"),
        (["--pattern", "[A-Z]{2}"], "'A'"),
        (["--pattern", r"\d{5"], "pattern"),
        (["--max-error", "0"], "max-error"),
        (["--engine", "abacus"], "abacus"),
        (["--bundle", "nowhere"], "nowhere"),
        (["--serial", "/dev/ttyNOTHERE"], "/dev/ttyNOTHERE"),
    ],
)
def test_wrong_options_exit_with_2_and_no_traceback(arguments: list[str], message: str) -> None:
    found = posteye("read", SAMPLES[0].path, "--field", *arguments)
    assert found.returncode == 2
    assert message in found.stderr and "Traceback" not in found.stderr


def test_an_error_that_a_role_cannot_keep_is_told_once_before_any_picture_is_read() -> None:
    found = posteye("read", SAMPLES[0].path, SAMPLES[1].path, "nowhere.png", "--country", "DE", "--role", "sender")
    assert (found.returncode, found.stdout) == (2, "")
    least = load_weights().roles["sender"].table[0].max_error
    assert found.stderr == (
        "posteye: max error 0.01 cannot be promised for role sender on a whole piece; "
        f"give --max-error {least:g} or more\n"
    )


def test_a_locator_that_is_missing_is_told_once_before_any_picture_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locator, "shipped", lambda name: tmp_path / name)
    monkeypatch.setattr(sys, "argv", ["posteye", "read", str(SAMPLES[0].path), str(SAMPLES[1].path), "--country", "DE"])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (2, "")
    assert (
        said.err == f"posteye: there is no bundle at {tmp_path / 'locator'}: give a folder that holds manifest.json\n"
    )


def test_reading_over_a_cable_is_acknowledged() -> None:
    found, received = read_over_a_cable(SAMPLES[0].path, "--json")
    assert found.returncode == 0, found.stderr
    assert "acknowledged" in found.stderr
    assert [r.code for r in readings_of(received)] == [SAMPLES[0].expected]


def test_no_acknowledgement_is_an_error() -> None:
    with Cable() as cable:  # nobody at the other end
        found = posteye("read", SAMPLES[0].path, "--field", "--serial", cable.reader_end)
    assert found.returncode == 2
    assert "no acknowledgement" in found.stderr and "Traceback" not in found.stderr
