"""The mixture over a piece, by numbers reckoned by hand."""

from __future__ import annotations

import math

import pytest

from device_runtime.piece.decision import Alternative, believe


def of(mass: float, line: int | None = None, code: str | None = None) -> Alternative:
    """An alternative of some mass."""
    return Alternative(-math.log(mass), line, code)


def test_belief_is_shared_by_mass() -> None:
    found = believe([of(1.0), of(6.0, 0, "10115"), of(1.0, 0, "10116"), of(2.0, 1)], 2)
    assert [(code.code, code.line) for code in found.codes] == [("10115", 0), ("10116", 0)]
    assert [code.posterior for code in found.codes] == pytest.approx([0.6, 0.1])
    assert found.lines == pytest.approx((0.7, 0.2)) and found.doubts == pytest.approx((0.0, 0.2))
    assert found.none == pytest.approx(0.1)


def test_a_code_in_two_lines_has_the_belief_of_both_and_stands_in_the_better_one() -> None:
    found = believe([of(1.0), of(2.0, 0, "10115"), of(4.0, 1, "10115"), of(5.0, 2, "80331")], 3)
    best = found.codes[0]
    assert (best.code, best.line) == ("10115", 1) and best.posterior == pytest.approx(0.5)


def test_all_shares_make_one() -> None:
    found = believe([of(0.3), of(0.5, 0, "1"), of(0.7, 0), of(1.1, 1, "2"), of(1e-9, 1)], 2)
    assert sum(found.lines) + found.none == pytest.approx(1.0)
    assert sum(code.posterior for code in found.codes) + sum(found.doubts) + found.none == pytest.approx(1.0)


def test_penalties_far_apart_neither_overflow_nor_vanish() -> None:
    found = believe([Alternative(2000.0), Alternative(-2000.0, 0, "10115"), Alternative(-1999.0, 1)], 2)
    assert found.none == 0.0 and found.codes[0].posterior == pytest.approx(1 / (1 + math.exp(-1)))


def test_the_order_of_lines_decides_between_equals() -> None:
    found = believe([of(1.0, 0, "10115"), of(1.0, 1, "10115")], 2)
    assert found.codes[0].line == 0
