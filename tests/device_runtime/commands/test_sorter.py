"""`posteye sorter` and the piece numbers of `posteye read --serial`, as commands over a virtual cable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from device_runtime.samples import load_samples
from firmware_bridge import Cable, DuplexLink, Event, Flags, News, ReadingMessage, TriggerMessage, serve
from tests.firmware_bridge.host.conversing import MANNER

SAMPLE = load_samples()[0]
PATIENCE_S = 120


def posteye(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "posteye", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, **environment},
        check=False,
    )


def sorter_with_a_reader(*arguments: object, silent_about: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command until its belt is empty, with a reader at the other end that answers all pieces but one."""

    def answer(news: News) -> None:
        if isinstance(news, TriggerMessage) and news.piece != silent_about:
            bin = f"B{news.piece % 2}"
            link.send(ReadingMessage(news.piece, "accepted", "10115", 0.9, 5, bin, Flags.TRIGGERED), news.piece)

    with Cable() as cable:
        link = DuplexLink(cable.reader_end, MANNER, answer)
        try:
            return posteye("sorter", cable.sorter_end, *arguments)
        finally:
            link.close()


def test_a_belt_is_fed_and_summed_up() -> None:
    found = sorter_with_a_reader("--trigger-every", 20, "--pieces", 10, "--deadline", 60_000, "--first", 100)
    assert found.returncode == 0, found.stdout + found.stderr
    lines = found.stdout.splitlines()
    assert "trigger: piece 100, answer within 60000 ms" in lines
    assert any(line.startswith("piece 109: accepted 10115, confidence 0.9000, 5 ms, bin B1, ") for line in lines)
    assert "10 pieces: 10 answered in time, 0 late, 0 not at all; 0 answered twice, 0 not asked for" in lines
    assert lines[-2:] == ["bin B0: 5", "bin B1: 5"] and lines[-3].startswith("trigger to answer: p50 ")


def test_a_piece_without_an_answer_is_a_failure_and_programs_get_json() -> None:
    found = sorter_with_a_reader("--trigger-every", 20, "--pieces", 3, "--deadline", 200, "--json", silent_about=2)
    assert found.returncode == 1
    events = [json.loads(line) for line in found.stdout.splitlines()]
    summary = events[-1]
    assert summary["event"] == "summary" and (summary["triggered"], summary["unanswered"]) == (3, 1)
    assert set(summary) == {
        *("event", "triggered", "taken", "in_time", "late", "unanswered", "doubled", "unasked", "bins", "latency_ms")
    }
    (missed,) = (event for event in events if event["event"] == "missed")
    assert missed["detail"] == "piece 2 has no answer at its deadline"
    first = next(event for event in events if event["event"] == "reading")
    assert (first["bin"], first["flags"]) == ("B1", ["triggered"]) and first["latency_ms"] > 0


def test_on_a_bad_day_every_piece_is_still_answered_once() -> None:
    faults = ("--drop", 0.05, "--corrupt", 0.05, "--delay", 5, "--seed", 3)
    found = sorter_with_a_reader("--trigger-every", 30, "--pieces", 40, "--deadline", 60_000, *faults)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "40 answered in time" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--pieces", 5), "--pieces needs --trigger-every"),
        (("--first-days", "--remember"), "--first-days knows no triggers and remembers nothing"),
        (("--drop", 1.5), "1.5 is not in the range 0<=x<=1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: tuple[object, ...], message: str) -> None:
    found = posteye("sorter", "/dev/ttyUSB99", *arguments)
    assert found.returncode == 2 and message in found.stderr and len(found.stderr.splitlines()) == 1


def read_pieces(tmp_path: Path, *arguments: object) -> tuple[subprocess.CompletedProcess[str], list[int]]:
    received: list[Event] = []
    stop = threading.Event()
    with Cable() as cable:
        board = threading.Thread(target=serve, args=(cable.sorter_end, received.append, stop))
        board.start()
        try:
            found = posteye(
                *("read", SAMPLE.path, SAMPLE.path, "--field", "--pattern", r"\d{5}"),
                *("--serial", cable.reader_end, *arguments),
                XDG_STATE_HOME=str(tmp_path),
            )
        finally:
            stop.set()
            board.join()
    return found, [event.reading.piece for event in received if event.kind == "reading" and event.reading]


def test_piece_numbers_go_on_across_calls_or_are_the_users(tmp_path: Path) -> None:
    assert read_pieces(tmp_path)[1] == [1, 2]
    found, pieces = read_pieces(tmp_path, "--piece", 1200, "--baud", 57_600)
    assert pieces == [1200, 1201] and "piece 1201: acknowledged in " in found.stderr
    assert read_pieces(tmp_path)[1] == [3, 4]


def test_piece_numbers_that_cannot_be_kept_are_an_error_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "posteye").touch()
    found, pieces = read_pieces(tmp_path)
    assert found.returncode == 2 and found.stdout == "" and pieces == []
    assert found.stderr.startswith("posteye: the number of the next piece cannot be kept in ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--piece", 5), "--piece is for --serial; add it, or leave this out"),
        (("--baud", 9600), "--baud is for --serial; add it, or leave this out"),
    ],
)
def test_numbers_and_rates_are_for_the_wire(arguments: tuple[object, ...], message: str) -> None:
    found = posteye("read", SAMPLE.path, "--field", "--country", "DE", *arguments)
    assert found.returncode == 2 and message in found.stderr
