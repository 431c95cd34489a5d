"""Readings that have to end at a moment: cut at every step, they never accept what all the work would not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device_runtime.clock import Pace
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from tests.device_runtime.piece.reported import PAGES, Page
from tests.device_runtime.reader.test_pieces import ADDRESS, SENDER, sheet
from tests.device_runtime.ticks import Ticks, at_every_cut

FIELDS = [sample for sample in load_samples() if sample.field]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """A reader of German codes, of this module alone: its clock is replaced."""
    return Reader(country="DE")


def reasons_at_every_cut(reader: Reader, picture: NDArray[np.uint8] | Path, **options: bool | str) -> list[str]:
    """Why a picture is not accepted when its work is cut, at each moment; asserts that it is not."""
    whole, cut = at_every_cut(reader, lambda until_s: reader.read(picture, until_s=until_s, **options))  # type: ignore[arg-type]
    assert whole.reading.reason is None or "not enough time" not in whole.reading.reason
    reasons = []
    for found in cut:
        if found.reading.status == "accepted" or "not enough time" not in (found.reading.reason or ""):
            assert found.reading == whole.reading and found.field == whole.field  # nothing was left out
            continue
        assert found.reading.reason is not None and found.reading.reason.count("not enough time") == 1
        assert found.engine == reader.engine and found.timing_ms["total"] > 0 and found.as_dict()["status"]
        reasons.append(found.reading.reason)
    return reasons


def test_a_piece_is_accepted_only_when_every_check_was_made(reader: Reader) -> None:
    page = sheet(SENDER, ADDRESS)
    assert reader.read(page).reading.status == "accepted"
    reasons = reasons_at_every_cut(reader, page)
    assert reasons[0] == "not enough time to look for its lines" and len(reasons) > 4
    assert any(reason.endswith("not enough time to read all of its lines") for reason in reasons)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("role", ["destination", "any"])
def test_a_turned_piece_too(reader: Reader, quarters: int, role: str) -> None:
    address = ((420, 380, 0.85), ("SAMPLE COMPANY", "12 MODEL STREET", "80689 MUENCHEN"))
    page = np.ascontiguousarray(np.rot90(sheet(address), quarters))
    assert len(reasons_at_every_cut(reader, page, role=role)) > 2


def test_a_code_that_may_be_another_one_upside_down_is_looked_at_so(reader: Reader) -> None:
    page = sheet(((420, 380, 0.85), ("SAMPLE COMPANY", "12 MODEL STREET", "86989 MUENCHEN")))
    reasons = reasons_at_every_cut(reader, page)
    assert any(reason.endswith("not enough time to look at it upside down") for reason in reasons), reasons


@pytest.mark.parametrize("page", PAGES[:4], ids=lambda page: page.path.stem)
def test_reported_pages_too(page: Page) -> None:
    assert reasons_at_every_cut(Reader(country=page.country), page.path)


@pytest.mark.parametrize("sample", FIELDS[:10], ids=lambda sample: sample.file)
def test_fields_too(sample: object) -> None:
    reader = Reader(country=sample.country, pattern=sample.pattern)  # type: ignore[attr-defined]
    reasons = reasons_at_every_cut(reader, sample.path, field=True)  # type: ignore[attr-defined]
    assert reasons[0] == "not enough time to read it"


def test_where_there_is_time_all_is_as_without_a_moment(reader: Reader) -> None:
    page = sheet(SENDER, ADDRESS)
    reader.pace = Pace(Ticks())
    assert reader.read(page, until_s=1e9).reading == reader.read(page).reading


def test_what_was_learned_of_steps_keeps_the_next_reading_from_beginning_one_that_would_end_late(
    reader: Reader,
) -> None:
    page, pace = sheet(SENDER, ADDRESS), Pace(Ticks())
    reader.pace = pace
    reader.read(page)
    pace.took("line", 1000.0)
    begun = pace.now()
    found = reader.read(page, until_s=begun + 500.0).reading
    assert found.reason == "not enough time to read all of its lines" and found.code is None
    assert pace.now() < begun + 20.0
