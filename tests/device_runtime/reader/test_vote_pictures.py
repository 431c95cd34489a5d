"""Votes of real readings: the same page moved, blurred, covered, cut off, empty, and of another size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.clock import Pace
from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.errors import ImageError, PosteyeError
from device_runtime.reader import Reader
from device_runtime.region import Region
from device_runtime.result import Sight
from device_runtime.vote import Vote
from tests.device_runtime.reader.test_pieces import ADDRESS, SENDER, sheet
from tests.device_runtime.ticks import Ticks, at_every_cut

Picture = NDArray[np.uint8]
CODE = "80331"


@pytest.fixture(scope="module")
def reader() -> Reader:
    """A reader of German codes, of this module alone: its clock is replaced."""
    return Reader(country="DE")


def page() -> Picture:
    """A page with a sender and an address."""
    return sheet(SENDER, ADDRESS)


def moved(picture: Picture, x: float, y: float, turn_deg: float = 0.0) -> Picture:
    """The same a little elsewhere."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    matrix[:, 2] += (x, y)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderValue=(235.0,)), np.uint8)


def covered(picture: Picture) -> Picture:
    """The same with a hand over the address."""
    hand = picture.copy()
    hand[330:500, 380:900] = 150
    return hand


def seen(reader: Reader, picture: Picture) -> Sight:
    """What a vote sees in a picture."""
    return reader.look(picture, field=False, role="destination", region=None, upright=False, until_s=None)


def test_one_picture_says_what_the_reader_says(reader: Reader) -> None:
    for picture in (page(), covered(page()), np.full((300, 400), 200, np.uint8)):
        voted, read = Vote(reader).add(picture), reader.read(picture)
        assert (
            voted.reading == read.reading and voted.field == read.field and voted.as_dict()["code"] == read.reading.code
        )


def test_the_same_picture_says_the_same_again(reader: Reader) -> None:
    vote = Vote(reader)
    first, *more = [vote.add(page()) for _ in range(4)]
    for one in more:
        assert one.reading.code == CODE and one.reading.status == "accepted" == first.reading.status
        assert one.reading.confidence == pytest.approx(first.reading.confidence)
    assert vote.frames == 4


def test_empty_covered_and_other_pictures_do_not_take_back_a_code(reader: Reader) -> None:
    blank, speck = np.full((620, 1000), 200, np.uint8), np.zeros((1, 1), np.uint8)
    larger = np.asarray(cv2.resize(page(), (1400, 868)), np.uint8)
    colour = np.repeat(moved(page(), 9, -6, 1.0)[..., None], 3, axis=2)
    vote = Vote(reader)
    for picture in (blank, speck, page(), covered(page()), larger, colour, blank):
        found = vote.add(picture)
    assert (found.reading.status, found.reading.code) == ("accepted", CODE)
    assert vote.frames == 7


def test_a_hand_before_the_code_is_followed_by_the_code(reader: Reader) -> None:
    vote = Vote(reader)
    assert vote.add(covered(page())).reading.code != CODE
    found = [vote.add(moved(page(), 4 * n, 2 * n)).reading for n in range(3)]
    assert (found[-1].status, found[-1].code) == ("accepted", CODE)


def test_two_pieces_under_one_vote_are_not_accepted_as_one(reader: Reader) -> None:
    other = sheet(SENDER, ((420, 380, 0.85), ("SAMPLE COMPANY", "12 MODEL STREET", "20457 HAMBURG")))
    vote = Vote(reader)
    vote.add(page())
    found = vote.add(other).reading
    assert (
        found.status == "rejected" and found.reason == f"other pictures read {'20457' if found.code == CODE else CODE}"
    )


def test_a_page_without_a_code_gets_none_by_being_seen_often(reader: Reader) -> None:
    bare = sheet(((30, 40, 0.5), ("ANOTHER SENDER", "5 SAMPLE ROAD", "KOELN")))
    random, vote = np.random.default_rng(2), Vote(reader)
    for _ in range(5):
        assert vote.add(moved(bare, *random.uniform(-8, 8, 2))).reading.status != "accepted"


def test_codes_that_a_picture_does_not_suggest_are_believed_little_in_it(reader: Reader) -> None:
    sight = seen(reader, page())
    codes = ["80337", "88331", "12345", "99999", "80330"]
    asked = [code for code in codes if code not in sight.believed]
    found = sight.judge(asked)
    assert len(found) == len(asked) and all(0.0 <= one < 0.1 for one in found)
    assert sight.judge([]) == [] and len(sight.judge([f"{n:05d}" for n in range(MOST_CANDIDATES)])) == MOST_CANDIDATES
    # A code that it does suggest is believed as much when it is asked for.
    assert sight.judge([CODE])[0] == pytest.approx(sight.believed[CODE])


def test_fields_are_voted_on_too() -> None:
    reader = Reader(country="DE")
    field = page()[436:478, 400:720]
    vote = Vote(reader, field=True, upright=True)
    blurred = np.asarray(cv2.GaussianBlur(field, (0, 0), 3.0), np.uint8)
    for picture in (field, blurred, field):
        found = vote.add(np.ascontiguousarray(picture))
    assert (found.reading.status, found.reading.code) == ("accepted", CODE) and found.field is None


def test_a_region_is_that_of_every_picture_and_options_are_checked_at_once(reader: Reader) -> None:
    vote = Vote(reader, region=Region(0.3, 0.4, 0.7, 0.6))
    for picture in (page(), np.asarray(cv2.resize(page(), (1400, 868)), np.uint8)):
        found = vote.add(picture)
    assert found.reading.code == CODE and found.field is not None
    with pytest.raises(PosteyeError, match="role is 'bin'"):
        Vote(reader, role="bin")  # type: ignore[arg-type]
    with pytest.raises(ImageError, match="nothing in the region"):
        Vote(reader, region=Region(2000, 0, 10, 10)).add(page())


def test_a_picture_that_is_none_leaves_the_vote_as_it_was(reader: Reader) -> None:
    vote = Vote(reader)
    before = vote.add(page()).reading
    with pytest.raises(ImageError):
        vote.add(np.zeros((0, 4), np.uint8))
    assert vote.frames == 1 and vote.add(page()).reading.code == before.code


def test_the_last_picture_cut_at_every_step_says_no_more_than_those_before(reader: Reader) -> None:
    before = page(), moved(page(), 3, 5, 0.5)
    last = moved(page(), -6, 2, -0.8)
    reader.pace = Pace(Ticks())
    vote = Vote(reader)
    alone = [vote.add(one).reading for one in before][-1]

    def read(until_s: float | None):  # type: ignore[no-untyped-def]
        again, reader.pace, pace = Vote(reader), Pace(Ticks()), reader.pace
        for one in before:
            again.add(one)
        reader.pace = pace
        return again.add(last, until_s)

    whole, cut = at_every_cut(reader, read)
    assert whole.reading.status == alone.status == "accepted"
    found = [one.reading for one in cut]
    assert len(found) > 5
    assert all(one == alone or one == whole.reading for one in found) and alone in found


def test_a_vote_of_pictures_that_were_all_cut_accepts_nothing(reader: Reader) -> None:
    pictures = page(), moved(page(), 3, 5)
    reader.pace = ticks = Pace(Ticks())
    reader.read(pictures[0])
    needed = int(ticks.now())
    for moment in range(0, needed, 3):
        vote = Vote(reader)
        for picture in pictures:
            reader.pace = Pace(Ticks())
            found = vote.add(picture, float(moment)).reading
        assert found.status != "accepted" or moment >= needed - 2
        assert found.status == "accepted" or "not enough time" in str(found.reason)
