"""Votes of pictures that a stub of a reader has seen: what one of them misreads neither wins nor blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pytest

from device_runtime.decoding.ensemble import View
from device_runtime.errors import ImageError
from device_runtime.reader import Reader
from device_runtime.result import Result, Sight
from device_runtime.types import Candidate, Character, Decoding, Field, Reading, Strip
from device_runtime.vote import MOST_KEPT, Vote, majority

THRESHOLD = 0.87
PIXELS = np.zeros((4, 4), np.uint8)
STRIP = Strip(np.zeros((32, 4), np.uint8), np.eye(2, 3), True)


def seen(
    beliefs: Mapping[str, float],
    *,
    unlisted: Mapping[str, float] | None = None,
    reason: str | None = None,
    cut: str | None = None,
    at: float = 0.0,
) -> Sight:
    """A picture in which codes are believed, the first of them best; one with a reason is rejected for it."""
    codes = sorted(beliefs, key=lambda code: -beliefs[code])
    field = Field(((at, 0), (at + 9, 0), (at + 9, 5), (at, 5)))
    candidates = tuple(Candidate(code, beliefs[code], field) for code in codes[:3])
    if not codes:
        reading = Reading("no_code", None, reason or "no writing", 0.0, (), ())
    else:
        sure = beliefs[codes[0]]
        accepted = sure >= THRESHOLD and reason is None and cut is None
        told = None if accepted else reason or "low confidence"
        status = "accepted" if accepted else "rejected"
        reading = Reading(status, codes[0], told, sure, (Character(codes[0][0], sure, 1.0),), candidates)  # type: ignore[arg-type]
    result = Result("array", reading, field, "stub", {"scan": 1.0, "total": 2.0}, View(STRIP, Decoding((), (), None)))
    asked = unlisted or {}
    return Sight(result, beliefs, lambda more: [asked.get(code, 0.0) for code in more], THRESHOLD, cut)


class Shown:
    """A reader to which pictures are shown one after the other, whatever they hold."""

    def __init__(self, sights: Sequence[Sight | ImageError]) -> None:
        self.sights = list(sights)
        self.options: list[dict[str, Any]] = []

    def prepare(self, **options: Any) -> None:
        self.options.append(options)

    def look(self, pixels: np.ndarray, **options: Any) -> Sight:
        self.options.append(options)
        sight = self.sights.pop(0)
        if isinstance(sight, ImageError):
            raise sight
        return sight


def results(*sights: Sight) -> list[Result]:
    """What is said after each picture."""
    vote = Vote(cast(Reader, Shown(sights)))
    return [vote.add(PIXELS) for _ in sights]


def last(*sights: Sight) -> Reading:
    """What is said after the last one."""
    return results(*sights)[-1].reading


def test_one_picture_stands() -> None:
    for sight in (seen({"12345": 0.9}), seen({"12345": 0.5, "12346": 0.2}), seen({}), seen({"1": 0.9}, cut="for it")):
        assert last(sight) == sight.result.reading


def test_the_same_picture_again_is_believed_no_more() -> None:
    for sure in (0.5, 0.86, 0.99):
        sight = seen({"12345": sure, "12346": (1 - sure) / 2})
        found = last(*[sight] * 5)
        assert found.confidence == pytest.approx(sure) and found.code == "12345"
        assert (found.status == "accepted") == (sure > 0.9)


def test_a_code_is_never_believed_more_than_where_it_is_believed_most() -> None:
    random = np.random.default_rng(4)
    for _ in range(200):
        beliefs = random.random((int(random.integers(1, 7)), 3))
        found = majority(beliefs.tolist())
        assert all(
            low - 1e-12 <= one <= high + 1e-12
            for low, one, high in zip(beliefs.min(0), found, beliefs.max(0), strict=True)
        )


def test_a_code_that_is_read_wrongly_once_does_not_block_the_right_one() -> None:
    wrong, right = seen({"54321": 0.97}), seen({"12345": 0.96})
    found = [one.reading for one in results(wrong, right, right)]
    assert found[0].code == "54321"  # nothing else was seen yet
    assert found[1].status == "rejected" and found[1].reason == "other pictures read 12345"
    assert (found[2].status, found[2].code) == ("accepted", "12345")


def test_a_wrong_code_that_was_accepted_once_is_not_accepted_by_the_vote() -> None:
    doubtful = seen({"12345": 0.6, "54321": 0.2})
    found = last(seen({"54321": 0.95}), doubtful, doubtful)
    assert found.status == "rejected" and found.code == "12345"


@pytest.mark.parametrize("nothing", [seen({}), seen({"99999": 0.3, "99998": 0.1})], ids=["blank", "a hand"])
def test_pictures_that_show_nothing_do_not_count(nothing: Sight) -> None:
    good = seen({"12345": 0.96})
    for sights in ([nothing, nothing, nothing, good, good], [good, nothing, nothing], [nothing, good]):
        found = last(*sights)
        assert (found.status, found.code, found.confidence) == ("accepted", "12345", 0.96)
    assert last(nothing, nothing).status in ("no_code", "rejected")


def test_codes_are_laid_on_pictures_that_do_not_suggest_them() -> None:
    other = {"12345": 0.35}
    plain, laid = ({"12346": 0.6} for _ in range(2))
    without = last(seen({"12345": 0.96}), seen(plain), seen(plain))
    found = last(seen({"12345": 0.96}), seen(laid, unlisted=other), seen(laid, unlisted=other))
    assert without.code == "12346" and found.code == "12345"
    assert found.confidence == pytest.approx((0.96 + 0.35) / 2)


def test_no_code_is_accepted_that_no_picture_accepts() -> None:
    reason = "a stroke goes through the code: it may be struck out"
    found = last(*[seen({"12345": 0.95}, reason=reason)] * 3)
    assert found.status == "rejected" and found.reason == reason and found.code == "12345"


def test_what_speaks_against_a_code_in_as_many_pictures_as_accept_it_decides() -> None:
    good, struck = seen({"12345": 0.96}), seen({"12345": 0.95}, reason="it may be struck out")
    assert last(good, good, struck).status == "accepted"
    found = last(good, struck)
    assert (found.status, found.reason) == ("rejected", "in another picture: it may be struck out")


def test_a_picture_that_was_cut_short_changes_nothing_beside_others() -> None:
    good, doubtful = seen({"12345": 0.96}), seen({"12345": 0.7, "12346": 0.3})
    for cut in (
        seen({"12345": 0.99}, cut="to read it"),
        seen({"54321": 0.99}, cut="to read it"),
        seen({}, cut="for it"),
    ):
        for sights in ([good], [doubtful], [doubtful, good], [good, good, doubtful]):
            assert last(*sights, cut) == last(cut, *sights) == last(*sights)
    assert last(seen({"12345": 0.99}, cut="to read it"), seen({"12345": 0.98}, cut="to read it")).status == "rejected"


def test_a_picture_cut_short_is_told_where_no_other_shows_anything() -> None:
    assert last(seen({}), seen({"12345": 0.5}, cut="to read it")).code == "12345"


def test_candidates_have_places_only_in_the_picture_that_is_told() -> None:
    found = results(
        seen({"12345": 0.9, "12346": 0.05}, at=3), seen({"12345": 0.95, "12347": 0.04, "12348": 0.01}, at=7)
    )[-1]
    assert found.field is not None and found.field.corners[0] == (7.0, 0.0)
    first, *others = found.reading.candidates
    assert first.code == "12345" and first.field == found.field
    assert {one.code: one.field for one in others} == {"12347": found.field, "12346": None}
    total = sum(one.confidence for one in found.reading.candidates)
    assert total <= 1.0 + 1e-12


def test_times_are_added_and_pictures_counted() -> None:
    vote = Vote(cast(Reader, Shown([seen({"1": 0.9})] * 3)))
    for frames in (1, 2, 3):
        assert vote.add(PIXELS).timing_ms == {"scan": 1.0 * frames, "total": 2.0 * frames}
        assert vote.frames == frames


def test_no_more_pictures_are_kept_than_count_and_those_that_tell_least_go_first() -> None:
    good, blank = seen({"12345": 0.96}), seen({})
    vote = Vote(cast(Reader, Shown([good, good, *[blank] * 50])))
    for _ in range(52):
        found = vote.add(PIXELS).reading
    assert len(vote._kept) == MOST_KEPT and vote.frames == 52
    assert (found.status, found.code) == ("accepted", "12345")


def test_a_picture_that_is_none_leaves_the_vote_as_it_was() -> None:
    vote = Vote(cast(Reader, Shown([seen({"12345": 0.96}), ImageError("no picture"), seen({"12345": 0.94})])))
    vote.add(PIXELS)
    with pytest.raises(ImageError):
        vote.add(PIXELS)
    assert vote.frames == 1
    assert vote.add(PIXELS).reading.confidence == pytest.approx(0.95) and vote.frames == 2


def test_options_are_handed_on() -> None:
    shown = Shown([seen({})])
    vote = Vote(cast(Reader, shown), field=True, upright=True)
    vote.add(PIXELS, until_s=5.0)
    assert shown.options[0] == {"field": True, "role": "destination"}
    assert shown.options[1] == {"field": True, "role": "destination", "region": None, "upright": True, "until_s": 5.0}
