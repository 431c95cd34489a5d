"""Whole pieces: the destination's code among others, rivals named, roles, regions, and the keys of the JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime import Reader
from device_runtime.errors import ImageError, PosteyeError
from device_runtime.image import resize
from device_runtime.image.load import load_image
from device_runtime.region import Region
from tests.device_runtime.lettering import write
from tests.device_runtime.piece.reported import PAGES, Page

SENDER = ((30, 40, 0.5), ("ANOTHER SENDER", "5 SAMPLE ROAD", "50667 KOELN"))
ADDRESS = ((420, 380, 0.85), ("SAMPLE COMPANY", "12 MODEL STREET", "80331 MUENCHEN"))


def sheet(*blocks: tuple[tuple[int, int, float], tuple[str, ...]]) -> NDArray[np.uint8]:
    """Blocks of print on a page: left, top and size of the first line, and the lines."""
    page = np.full((620, 1000), 235, np.uint8)
    for (x, y, size), lines in blocks:
        for row, text in enumerate(lines):
            write(page, text, x, y + round(row * 52 * size), size, ink=25)
    return page


@pytest.fixture(scope="module")
def reader() -> Reader:
    """A reader of German codes."""
    return Reader(country="DE")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.stem)
def test_reported_pages(page: Page) -> None:
    reading = Reader(country=page.country).read(page.path).reading
    assert reading.status != "accepted" or reading.code == page.code, reading
    assert page.code in [candidate.code for candidate in reading.candidates], reading


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_pages_are_read_where_they_lie(reader: Reader, quarters: int) -> None:
    upright = sheet(SENDER, ADDRESS)
    result = reader.read(np.ascontiguousarray(np.rot90(upright, quarters)))
    assert (result.reading.status, result.reading.code) == ("accepted", "80331")
    assert result.field is not None
    # The field in the picture as it lies: dark ink within it, and its corners in the order of reading.
    (x0, y0), (x1, y1) = result.field.corners[:2]
    direction = {1: (0, -1), 2: (-1, 0), 3: (0, 1)}[quarters]
    assert (np.sign(x1 - x0), np.sign(y1 - y0)) == direction
    places = [c["x"] for c in result.as_dict()["characters"]]
    xs = [x for x, _ in result.field.corners]
    assert all(min(xs) <= x <= max(xs) for x in places)
    assert places == sorted(places, reverse=True) if quarters == 2 else max(places) - min(places) < 5


def test_the_destination_is_read_and_the_sender_only_when_it_is_wanted(reader: Reader) -> None:
    page = sheet(SENDER, ADDRESS)
    assert reader.read(page).reading.code == "80331"
    assert Reader(country="DE", max_error=0.1).read(page, role="sender").reading.code == "50667"


def test_any_code_is_accepted_only_where_it_is_the_only_one(reader: Reader) -> None:
    alone = reader.read(sheet(ADDRESS), role="any").reading
    assert (alone.status, alone.code) == ("accepted", "80331")
    both = reader.read(sheet(SENDER, ADDRESS), role="any").reading
    assert both.status == "rejected" and both.reason is not None
    assert both.reason in ("rival 80331 at the bottom", "rival 50667 at the top left")
    assert {c.code for c in both.candidates} >= {"80331", "50667"}


def test_a_sender_whose_code_is_sure_is_not_accepted_beside_an_unreadable_address(reader: Reader) -> None:
    page = sheet(SENDER, ADDRESS)
    page[440:480, 400:560] = cv2.GaussianBlur(page[440:480, 400:560], (0, 0), 9.0)  # the code of the destination
    reading = reader.read(page).reading
    assert reading.status != "accepted" and reading.reason


def test_every_line_on_request_with_its_role(reader: Reader) -> None:
    found = reader.read(sheet(SENDER, ADDRESS), every=True)
    roles = {one.code: one.role for one in found.fields if one.code}
    assert roles["80331"] == "destination" and roles["50667"] == "sender"
    assert len(found.fields) >= 6
    assert [one.penalty for one in found.fields] == sorted(one.penalty for one in found.fields)


def test_lines_that_cannot_change_the_answer_are_not_read(reader: Reader) -> None:
    assert len(reader.read(sheet(SENDER, ADDRESS)).fields) < 6


def test_keys_of_a_piece(reader: Reader) -> None:
    found = reader.read(sheet(SENDER, ADDRESS)).as_dict()
    assert found["fields"][0] == {
        "corners": found["field"],
        "role": "destination",
        "penalty": found["fields"][0]["penalty"],
        "code": "80331",
        "confidence": found["fields"][0]["confidence"],
    }
    assert all(set(candidate) == {"code", "confidence", "field"} for candidate in found["candidates"])
    assert found["candidates"][0]["field"] == found["field"]


@pytest.mark.parametrize("region", [Region(0, 0, 300, 150), Region(0, 0, 0.3, 0.25)], ids=["pixels", "shares"])
def test_a_region_is_read_alone_and_places_are_those_of_the_picture(reader: Reader, region: Region) -> None:
    page = sheet(SENDER, ADDRESS)
    assert reader.read(page, region=region).reading.code == "50667"
    part = reader.read(page, region=Region(350, 300, 650, 300)).as_dict()
    whole = reader.read(page).as_dict()
    assert part["code"] == whole["code"] == "80331"

    def near(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return all(abs(a["x"] - b["x"]) < 5 for a, b in zip(one["characters"], other["characters"], strict=True))

    assert near(part, whole)
    field = reader.read(page, field=True, region=Region(400, 436, 320, 42)).as_dict()
    assert field["code"] == "80331" and near(field, whole)
    assert field["field"] == [[400, 436], [720, 436], [720, 478], [400, 478]]


def large_and_turned() -> NDArray[np.uint8]:
    """Two lines of print, each higher than 256 px, 7 degrees askew."""
    page = np.full((2400, 4000), 235, np.uint8)
    for y, text in ((1000, "MUSTER WEG 12"), (1600, "80331 MUENCHEN")):
        cv2.putText(page, text, (500, y), cv2.FONT_HERSHEY_SIMPLEX, 8, 25, 20, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((2000, 1200), 7, 1.0)
    return np.asarray(cv2.warpAffine(page, turn, (4000, 2400), borderValue=(235,)), np.uint8)


def test_characters_on_large_turned_writing_stand_where_they_do_on_the_same_picture_reduced(reader: Reader) -> None:
    page = large_and_turned()
    large = reader.read(page).as_dict()
    small = reader.read(cv2.resize(page, (1000, 600), interpolation=cv2.INTER_AREA)).as_dict()
    (_, top), _, _, (_, foot) = large["field"]
    assert large["code"] == small["code"] == "80331" and foot - top > 256  # so it is drawn reduced
    for one, other in zip(large["characters"], small["characters"], strict=True):
        assert abs(one["x"] / 4 - other["x"]) < 10  # characters are 37 px wide


def test_options_of_no_use_are_named(reader: Reader) -> None:
    with pytest.raises(PosteyeError, match="role is 'bin'; give destination, sender or any"):
        reader.read(sheet(ADDRESS), role="bin")  # type: ignore[arg-type]
    with pytest.raises(ImageError, match="nothing in the region"):
        reader.read(sheet(ADDRESS), region=Region(2000, 0, 10, 10))


def test_a_region_that_cuts_a_number_gives_no_code() -> None:
    reader = Reader(country="DE", max_error=0.1)
    page = sheet(((420, 300, 1.0), ("SAMPLE COMPANY", "12 MODEL STREET", "8033150667")))
    cut = write(np.zeros((620, 1000), np.uint8), "80331", 420, 404)[2] + 1
    reading = reader.read(page, region=Region(360, 370, cut - 360, 60)).reading
    assert (reading.status, reading.code) == ("rejected", "80331")
    assert reading.reason == "the region cuts off the writing at the right; leave more room there"
    # As tight, but nothing is cut.
    assert reader.read(sheet(ADDRESS), region=Region(410, 440, 400, 60)).reading.status == "accepted"


@pytest.mark.parametrize(("file", "code"), [("nocode02", "12500"), ("nocode04", "44105")])
def test_a_house_number_or_a_box_in_a_field_is_no_postal_code(file: str, code: str) -> None:
    path = PAGES[0].path.parent / f"{file}.png"
    here = Reader(country="US").read(path, field=True).reading
    assert (here.status, here.code) == ("rejected", code)
    assert here.reason == "the words beside it are not those beside a postal code of this country"
    # Where no country is given nothing tells that.
    assert Reader(pattern=r"\d{5}").read(path, field=True).reading.status == "accepted"


@pytest.mark.parametrize("made", [lambda: load_image(PAGES[0].path), large_and_turned], ids=["reported", "large"])
def test_with_and_without_the_core_a_piece_reads_alike(
    made: Callable[[], NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from device_runtime.core import library

    page = made()
    found = Reader(country=PAGES[0].country, engine="numpy").read(page, every=True).as_dict()
    monkeypatch.setattr(library, "_load", lambda: (None, "switched off"))
    assert resize.library() is None
    plain = Reader(country=PAGES[0].country, engine="numpy").read(page, every=True).as_dict()
    assert {**found, "timing_ms": None} == {**plain, "timing_ms": None}
