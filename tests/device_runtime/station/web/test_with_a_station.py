"""The page over a real station: camera, loop, journal and harvest, with pieces that are really read."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device_runtime.commands.watching.build_station import build_station
from device_runtime.samples import load_pieces, load_samples
from device_runtime.station.health.health import Health
from device_runtime.station.loop.station import Station
from device_runtime.station.web.page import WebPage
from tests.device_runtime.station.web.serving import Served
from tests.device_runtime.station.web.stub_station import PLAN, StubHealth

WAIT_S = 120.0


@contextmanager
def playing(folder: Path, pictures: list[Path], field: bool) -> Iterator[tuple[Station, Served]]:
    """A station that goes through pictures one by one, and its page."""
    (folder / "pictures").mkdir()
    for number, picture in enumerate(pictures):
        shutil.copy(picture, folder / "pictures" / f"{number:02d}{picture.suffix}")
    (folder / "plan.csv").write_text(PLAN)
    said: list[str] = []
    with (
        build_station(
            f"dir:{folder}/pictures",
            journal=folder / "station.journal",
            harvest=folder / "harvest",
            plan=folder / "plan.csv",
            country="DE",
            field=field,
            deadline_ms=60_000,
            health=Health(),
            say=said.append,
        ) as station,
        WebPage(station, StubHealth(), port=0, field=field, tell=said.append) as page,
    ):
        station.start()
        end_s = time.monotonic() + WAIT_S
        while station.counts.pieces < len(pictures):
            assert time.monotonic() < end_s, said
            station.wait_below(1, 0.1)
        yield station, Served(station, page)  # type: ignore[arg-type]


@pytest.mark.slow
def test_fields_are_watched_and_the_doubtful_ones_keyed(tmp_path: Path) -> None:
    fields = [one.path for one in load_samples() if one.country == "DE"]
    with playing(tmp_path, fields, field=True) as (station, page):
        state = page.ask("/api/watch").json
        counts = station.counts
        assert state["counts"]["pieces"] == len(fields) == counts.pieces
        by_code = {one["code"]: one for one in state["pieces"]}
        assert by_code["80331"]["bin"] == "counter" and by_code["80331"]["status"] == "accepted"
        strip = page.ask(f"/api/watch/strip/{by_code['80331']['id']}.png")
        assert strip.status == 200 and strip.body.startswith(b"\x89PNG")
        total = next(one for one in state["latency"] if one["stage"] == "total")
        assert 0 < total["p50"] <= total["p99"] < 60_000
        assert sum(one["count"] for one in state["reasons"]) == counts.pieces - counts.accepted
        found = page.ask("/api/key?name=Anna").json  # the smeared one at least was harvested
        assert found["waiting"] >= 1
        file = found["strip"]["file"]
        assert page.post("/api/key", {"file": file, "name": "Anna", "two": False, "digits": "12345"}).json["labelled"]
        assert f"{file},12345\n" in (tmp_path / "harvest" / "labels.csv").read_text()


@pytest.mark.slow
def test_a_piece_is_aimed_at_in_a_region_that_the_loop_takes_over(tmp_path: Path) -> None:
    with playing(tmp_path, [load_pieces()[0].path], field=False) as (station, page):
        assert page.ask("/api/aim/picture.jpg").status == 200
        assert page.ask("/api/aim").json["focus"]["words"] == "Sharp"
        assert page.post("/api/aim/region", {"region": [0.38, 0.3, 0.58, 0.55]}).status == 200
        assert station.region and station.region.x == 0.38
        read = page.post("/api/aim/read", None).json
        assert read["status"] in ("accepted", "rejected", "no_code") and read["why"]
        assert page.post("/api/plan/reload", None).json["trouble"] is None
