"""What the page shows of a station at work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.image.load import decode_image
from device_runtime.station.web import watch
from tests.device_runtime.station.web.serving import Served, served
from tests.device_runtime.station.web.stub_station import StubIll


def test_the_last_pieces_come_first_with_all_that_was_decided(page: Served) -> None:
    state = page.ask("/api/watch").json
    assert [one["id"] for one in state["pieces"]] == list(range(16, 0, -1))
    first = state["pieces"][-1]
    assert first | {"confidence": 0} == {
        "id": 1,
        "time": "2025-12-01T08:00:00.350Z",
        "bin": "counter",
        "frames": 2,
        "ms": 38.0,
        "status": "accepted",
        "code": "80331",
        "confidence": 0,
        "reason": None,
        "strip": True,
    }
    assert state["counts"] == {"pieces": 16, "accepted": 14, "rejected": 1, "no_code": 1, "no_read": 0}
    assert [one["stage"] for one in state["latency"]] == ["wait", "read", "decide", "total"]
    assert state["temperature_c"] == 52.0


def test_reasons_are_counted_the_commonest_first(tmp_path: Path) -> None:
    with served(tmp_path, harvested=1) as page:
        for _ in range(3):
            page.station.tell("no picture in time")
        state = page.ask("/api/watch").json
        assert state["reasons"][0] == {"reason": "no picture in time", "count": 3}
        last = state["pieces"][0]
        assert (last["status"], last["code"], last["strip"], last["bin"]) == ("no_read", None, False, "hand")
        assert page.ask(f"/api/watch/strip/{last['id']}.png").status == 404


def test_a_strip_is_dark_ink_on_white(page: Served) -> None:
    found = page.ask("/api/watch/strip/1.png")
    assert (found.status, found.headers["content-type"]) == (200, "image/png")
    pixels = decode_image(found.body)
    read = page.station.told[0].read
    assert not isinstance(read, str)
    assert np.array_equal(pixels, 255 - read.trace.strip.pixels) and pixels.mean() > 128


@pytest.mark.parametrize(
    "name", ["0.png", "99999.png", "-1.png", "1e3.png", "%31%30%30%30.png", "9" * 400, "x", "\uff11.png"]
)
def test_a_strip_that_is_not_there_is_not_found(page: Served, name: str) -> None:
    from urllib.parse import quote

    assert page.ask(f"/api/watch/strip/{quote(name, safe='%')}").status == 404


def test_what_is_not_well_is_told_with_what_still_works(page: Served) -> None:
    assert page.ask("/api/health").json["ill"] == []
    page.station.health.now = (StubIll("disk_full", "/var/lib/posteye/station.journal is full", "Reading and sorting"),)
    told = {"state": "disk_full", "detail": "station.journal is full", "works": "Reading and sorting"}
    assert page.ask("/api/health").json["ill"] == [told]
    page.station.health.now = ()


def test_a_machine_that_does_not_know_its_temperature_says_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temp"
    monkeypatch.setattr(watch, "_THERMAL", place)
    assert watch.cpu_temperature_c() is None
    place.write_text("48312\n")
    assert watch.cpu_temperature_c() == 48.3
    place.write_text("hot\n")
    assert watch.cpu_temperature_c() is None
