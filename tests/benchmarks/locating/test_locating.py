"""The rule by which finders are compared, and the tables of what they found."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.locating.candidates import Candidate, is_readable, of_locator, rank
from benchmarks.locating.measure import WAYS, Ranked, look_at
from benchmarks.locating.values import by_kind, lines_of, side_by_side, values_of
from device_runtime.engines import pick
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.locator import Locator
from tests.locator_stub import stub_locator_bundle
from tests.stub_pieces import stub_piece

NUMBER = np.array([(100, 50), (160, 50), (160, 62), (100, 62)], np.float64)


def candidate(corners: list[tuple[float, float]], height_px: float = 12, destination: float = 0.0) -> Candidate:
    return Candidate(np.array(corners, np.float64), height_px, destination)


WHOLE_LINE = [(20.0, 46.0), (300.0, 46.0), (300.0, 66.0), (20.0, 66.0)]


def test_a_line_around_the_number_can_be_read() -> None:
    assert is_readable(candidate(WHOLE_LINE), NUMBER)


@pytest.mark.parametrize("height_px", [7.0, 20.0])
def test_a_line_of_another_height_cannot(height_px: float) -> None:
    assert not is_readable(candidate(WHOLE_LINE, height_px), NUMBER)


def test_half_of_the_number_is_not_enough() -> None:
    assert not is_readable(candidate([(130, 46), (300, 46), (300, 66), (130, 66)]), NUMBER)


def test_the_likeliest_destination_comes_first() -> None:
    others = [candidate([(0, 0), (9, 0), (9, 9), (0, 9)], 9, log) for log in (-3.0, -0.5)]
    assert rank([*others, candidate(WHOLE_LINE, destination=-1.0)], NUMBER) == 1
    assert rank(others, NUMBER) is None


def test_stub_pieces_are_looked_at_in_every_way() -> None:
    bundle = load_locator(stub_locator_bundle())
    random = np.random.default_rng(8)
    pieces = [stub_piece(random) for _ in range(3)]
    seen: list[int] = []
    found = look_at(pieces, Locator(bundle, pick("numpy", bundle.model)), lambda: seen.append(1))
    assert len(seen) == len(found.pieces) == found.tally().destinations == 3
    assert all(set(one.ranks) == set(WAYS) for one in found.pieces)
    for one, located in zip(found.pieces, found.located, strict=True):
        most = len(of_locator(located)) + one.candidates["finder"]
        assert one.candidates["finder"] <= one.candidates["both"] <= most
    assert len(lines_of(found.tally())) == 3


def test_tables_and_values_tell_of_every_way() -> None:
    ranks = dict(zip(WAYS, (0, 5, None, 2, 4), strict=True))
    pieces = [Ranked({"kind": "card", "writing": "hand"}, ranks, dict.fromkeys(WAYS, 4))]
    table = side_by_side(pieces)
    assert [line[0] for line in table.lines] == list(WAYS)
    assert table.lines[0][1:] == ["100.0 %", "100.0 %", "100.0 %", "4.0"]
    assert table.lines[1][1:] == ["", "", "100.0 %", "4.0"]
    assert [line[1] for line in by_kind(pieces).lines] == ["1", "1"]
    assert by_kind(pieces).lines[0] == ["kind: card", "1", "100.0 %", "100.0 %", "0.0 %", "100.0 %", "0.0 %"]


def test_values_hold_the_net_s_size() -> None:
    bundle = load_locator(stub_locator_bundle())
    found = look_at([stub_piece(np.random.default_rng(1))], Locator(bundle, pick("numpy", bundle.model)), lambda: None)
    values = values_of(found, bundle, {"net": 18_400_000})
    assert values["net"]["bytes"] == len(bundle.model) and values["net"]["mmac"] < 30
    assert values["instructions"] == {"net": 18.4}
    assert set(values["ways"]) == {way.replace(", ", "_").replace(" ", "_") for way in WAYS}
