"""The dashboard in the terminal: what it shows of a station, at any width, and when there is none."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest

from device_runtime.station.loop.counts import Counts
from device_runtime.station.loop.latency import Percentiles
from device_runtime.station.tell.form import form_here
from device_runtime.station.tell.snapshot import Snapshots
from tests.device_runtime.station.tell.decisions import StubStation, decision

rich = pytest.importorskip("rich", reason="pip install 'posteye[dashboard]' to test the dashboard")

from rich.console import Console  # noqa: E402

from device_runtime.station.tell.dashboard import Dashboard  # noqa: E402
from device_runtime.station.tell.screen import screen  # noqa: E402


def station() -> StubStation:
    pieces = [
        decision(9, None, reason="the deadline passed", bin="hand"),
        decision(8, "rejected", "80333", 0.5711, "rival 80338", bin="[red]hand"),
        decision(7),
    ]
    counts = Counts(1000, 900, 60, 0, 40, {"the deadline passed": 40, "rival": 60})
    percentiles = {"total": Percentiles(42.5, 60.0, 78.25, 1000), "scan": Percentiles(14.0, 20.0, 30.0, 960)}
    return StubStation(pieces, counts, percentiles)


def drawn(found: StubStation, width: int, *messages: str) -> list[str]:
    """The lines of the screen."""
    console = Console(file=io.StringIO(), width=width, record=True)
    console.print(screen(Snapshots(found, "posteye watch", lambda: 58.4).take(12, messages)))
    return [line.rstrip() for line in console.export_text().splitlines()]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_all_of_a_station_is_on_the_screen(width: int) -> None:
    lines = drawn(station(), width, "a line\x1b[31m of the log")
    text = "\n".join(lines)
    assert lines[0].startswith("posteye watch") and lines[1].startswith("ok") and "1,000 pieces" in lines[1]
    assert "58 °C" in lines[1] and len(lines) < 32 and max(map(len, lines)) <= width
    assert "no_read       -  42  hand" in text and "80333  rejected  0.571  42  [red]hand" in text
    assert "accepted  900  90.0%" in text and "no_code     0   0.0%" in text
    reasons = [line for line in lines if "rival" in line or "the deadline" in line]
    assert [line.split()[-1] for line in reasons] == ["60", "40"], "the most frequent first"
    assert [line.split()[-4:] for line in lines if "78.2" in line or "30.0" in line] == [
        ["scan", "14.0", "20.0", "30.0"],
        ["total", "42.5", "60.0", "78.2"],
    ]
    assert "a line\\x1b[31m of the log" in text


def test_every_fault_is_told_with_what_still_works() -> None:
    found = station()
    found.health.set("camera_lost", "v4l2:/dev/video0 is silent")
    found.health.set("overheated", "the processor has 82 °C")
    lines = drawn(found, 100)
    assert lines[1].startswith("camera_lost, overheated ")
    text = "\n".join(lines)
    assert "camera_lost for 0 s" in text and "v4l2:/dev/video0 is silent" in text
    assert "what still works: Every trigger is answered in time" in text


def test_a_station_without_pieces_is_drawn() -> None:
    lines = drawn(StubStation(), 80)
    assert any("accepted  0  0.0%" in line for line in lines)


def test_the_rate_is_that_of_the_last_minute() -> None:
    found, now_s = StubStation(counts=Counts(500, 500)), 1000.0
    snapshots = Snapshots(found, "", lambda: None, lambda: now_s)
    assert snapshots.take(0).pieces_per_s == 0
    now_s, found.counts = 1010.0, Counts(600, 600)
    assert snapshots.take(0).pieces_per_s == 10
    for second in range(1, 121):
        now_s, found.counts = 1010.0 + second, Counts(600 + second, 600 + second)
        snapshot = snapshots.take(0)
    assert snapshot.pieces_per_s == pytest.approx(1, abs=0.02) and snapshot.up_s == 130


def test_it_draws_on_its_own_thread_and_gives_the_terminal_back() -> None:
    drew = threading.Event()

    class Terminal(io.StringIO):
        def write(self, text: str, /) -> int:
            if "posteye watch" in text:
                drew.set()
            return super().write(text)

    terminal = Terminal()
    console = Console(file=terminal, width=100, force_terminal=True)
    with Dashboard(station(), "posteye watch", console) as dashboard:
        dashboard.messages.write("one\ntwo\n")
        assert drew.wait(20)
    said = terminal.getvalue()
    assert said.count("\x1b[?1049h") == said.count("\x1b[?1049l") == 1, "the other screen, and back"
    assert dashboard.messages.last() == ("one", "two")


def test_where_it_cannot_be_lines_are_printed_and_it_is_told_why() -> None:
    assert form_here("dashboard", True, lambda _: None) == ("dashboard", None)
    assert form_here("json", False, lambda _: None) == ("json", None)
    needs = "needs rich; run: pip install 'posteye[dashboard]'"
    assert form_here("dashboard", True, lambda _: needs) == (
        "lines",
        f"the dashboard {needs}; lines are printed instead",
    )
    form, why = form_here("dashboard", False, lambda _: None)
    assert form == "lines" and why == "the output is no terminal, which a dashboard needs; lines are printed instead"


def test_the_picture_on_the_page_is_drawn_again_with_the_same_bytes() -> None:
    from docs.build.dashboard import PICTURE, drawn

    assert PICTURE.read_text("utf-8") == drawn(), "run: make pages"
    assert "@font-face" not in drawn() and Path(PICTURE).stat().st_size < 100_000
