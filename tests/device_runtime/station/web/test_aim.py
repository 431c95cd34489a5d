"""Aiming over the wire: the picture, its meters, the region, and what is said about a piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from device_runtime.capture.source import Frame
from device_runtime.image.load import decode_image, load_image
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.samples import load_pieces
from device_runtime.station.web.aim import READING_PAUSE_S, SHORTEST_PAUSE_S, WIDEST_PX, Aim
from device_runtime.station.web.asked import Asked, Refused
from tests.device_runtime.station.web.serving import Served

PIECES = load_pieces()


@pytest.fixture(autouse=True)
def as_before(page: Served) -> Iterator[None]:
    camera = page.station.camera
    yield
    page.station.region, camera.trouble = None, None
    camera.put(load_image(PIECES[0].path))


class Clock:
    """Seconds that a test sets."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_the_picture_is_the_newest_one_reduced(page: Served) -> None:
    found = page.ask("/api/aim/picture.jpg")
    assert (found.status, found.headers["content-type"]) == (200, "image/jpeg")
    assert found.headers["x-frame"] == str(page.station.camera.sequence)
    original, shown = load_image(PIECES[0].path), decode_image(found.body)
    assert (
        shown.shape[1] == WIDEST_PX and abs(shown.shape[0] / WIDEST_PX - original.shape[0] / original.shape[1]) < 0.01
    )
    assert np.abs(shown.mean(axis=(0, 1)) - original.mean(axis=(0, 1))).max() < 2, "red stays red"


def test_however_many_ask_a_picture_is_made_once(page: Served) -> None:
    class Counting:
        name, trouble, peeks = "dir:x", None, 0

        def peek(self) -> Frame:
            self.peeks += 1
            return Frame(np.full((20, 20), self.peeks, np.uint8), 0.0, self.peeks, "x")

    clock, camera = Clock(), Counting()
    station: Any = type("Of", (), {"camera": camera, "region": None})
    aim = Aim(station, False, "destination", False, clock)
    assert {aim.picture(Asked()).headers["X-Frame"] for _ in range(50)} == {"1"} and camera.peeks == 1
    clock.now_s += SHORTEST_PAUSE_S
    assert aim.picture(Asked()).headers["X-Frame"] == "2"


def test_without_a_picture_it_is_said_why(page: Served) -> None:
    camera = page.station.camera
    camera.pixels, camera.trouble = None, f"{camera.name} was unplugged"
    found = page.ask("/api/aim/picture.jpg")
    while found.status == 200:  # the last one is shown for a moment
        found = page.ask("/api/aim/picture.jpg")
    assert (found.status, found.json) == (503, {"error": "the camera (dir) was unplugged"})


def test_the_meters_are_those_of_the_region(page: Served) -> None:
    pixels = load_image(PIECES[0].path).copy()
    pixels[:, :550] = 255
    page.station.camera.put(pixels)
    assert page.post("/api/aim/region", {"region": [0, 0, 0.4, 1]}).status == 200
    state = page.ask("/api/aim").json
    assert "Nothing to judge by" in state["focus"]["words"] and "Too bright" in state["light"]["words"]
    assert page.post("/api/aim/region", {"region": [0.55, 0.3, 0.4, 0.5]}).status == 200
    assert page.ask("/api/aim").json["focus"]["words"] == "Sharp"


def test_a_region_is_taken_and_given_back(page: Served) -> None:
    assert page.post("/api/aim/region", {"region": [0.25, 0.5, 0.5, 0.25]}).json == {"region": [0.25, 0.5, 0.5, 0.25]}
    assert page.station.region == Region(0.25, 0.5, 0.5, 0.25)
    assert page.ask("/api/aim").json["region"] == pytest.approx([0.25, 0.5, 0.5, 0.25], abs=0.002)
    assert page.post("/api/aim/region", {"region": None}).status == 200
    assert page.ask("/api/aim").json["region"] is None


@pytest.mark.parametrize(
    "sent",
    [
        {"region": [0.5, 0.5, 0.6, 0.2]},
        {"region": [-0.1, 0, 0.5, 0.5]},
        {"region": [0, 0, 0.001, 0.5]},
        {"region": [0, 0, 1e308, 1e308]},
        {"region": [0, 0, 1]},
        {"region": "0,0,1,1"},
        {"region": None, "more": 1},
        [],
        None,
    ],
)
def test_what_is_no_region_is_refused(page: Served, sent: object) -> None:
    found = page.post("/api/aim/region", sent)
    assert found.status == 400 and found.json["error"] and page.station.region is None


def described(page: Served, index: int, **grammar: Any) -> dict[str, Any]:
    """What the page says about a sample piece."""
    page.station.camera.put(load_image(PIECES[index].path))
    page.station.reader = Reader(**grammar)
    page.post("/api/aim/region", {"region": None})  # what was read before is forgotten
    found = page.post("/api/aim/read", None)
    assert found.status == 200
    answer: dict[str, Any] = found.json
    return answer


def test_a_readable_piece_is_shown_with_its_code_and_fields(page: Served) -> None:
    found = described(page, 0, country="PT")
    assert (found["readable"], found["code"], found["headline"]) == (True, "3310-893", "Yes: 3310-893")
    assert len(found["field"]) == 4 and len(found["fields"]) >= 2
    assert {"destination"} <= {one["role"] for one in found["fields"]}


def test_of_a_piece_that_is_not_it_is_said_why(page: Served) -> None:
    found = described(page, 2, country="EE")
    assert not found["readable"] and found["status"] == "rejected" and found["headline"].startswith("Not surely: ")
    assert any("rival 79716" in line.lower() for line in found["why"])
    page.station.camera.put(np.full((400, 600), 200, np.uint8))
    page.post("/api/aim/region", {"region": None})
    empty = page.post("/api/aim/read", None).json
    assert empty["headline"] == "No code found" and any("put a piece under the camera" in line for line in empty["why"])


def test_reading_has_a_pause_however_many_ask(page: Served) -> None:
    clock = Clock()
    aim = Aim(page.station, False, "destination", False, clock)
    first = aim.read(Asked())
    page.station.camera.put(np.full((400, 600), 200, np.uint8))
    assert aim.read(Asked()) is first
    clock.now_s += READING_PAUSE_S
    assert aim.read(Asked())["headline"] == "No code found"


def test_whoever_asks_while_a_picture_is_read_does_not_wait(page: Served) -> None:
    clock = Clock()
    aim = Aim(page.station, False, "destination", False, clock)
    with aim._reading, pytest.raises(Refused, match="a picture is being read"):
        aim.read(Asked())
    first = aim.read(Asked())
    clock.now_s += READING_PAUSE_S
    with aim._reading:
        assert aim.read(Asked()) is first


def test_a_region_of_another_camera_is_said(page: Served) -> None:
    page.station.region = Region(5000, 5000, 100, 100)
    aim = Aim(page.station, False, "destination", False)
    assert aim.state(Asked())["region"] is None
    with pytest.raises(Refused, match="has nothing in the region"):
        aim.read(Asked())
