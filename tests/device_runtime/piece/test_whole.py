"""Which line of a piece is read next, and when reading ends."""

from __future__ import annotations

import math

from device_runtime.piece.decision import Alternative, Belief, believe
from device_runtime.piece.evidence.layout import lay_out
from device_runtime.piece.whole import MOST_READ, next_again, next_line
from tests.device_runtime.piece.evidence.test_layout import HEIGHT, SHEET, WIDTH, line

LAYOUT = lay_out([line(*one) for one in SHEET], WIDTH, HEIGHT)


def belief(masses: dict[int | None, float], code: int | None = None, lines: int = 7) -> Belief:
    """Belief of some lines that hold the code, None = none holds it; one of them reads as a code."""
    found = [Alternative(-math.log(mass), of, "80331" if of == code else None) for of, mass in masses.items()]
    return believe(found, lines)


def test_the_line_that_promises_most_is_next() -> None:
    assert next_line(belief({None: 0.4, 2: 0.2, 5: 0.3, 6: 0.1}), range(7), LAYOUT) == 5
    assert next_line(belief({None: 0.4, 2: 0.2, 5: 0.3, 6: 0.1}), [0, 1, 2, 3, 4, 6], LAYOUT) == 2


def test_one_line_is_read_in_any_case() -> None:
    assert next_line(belief({None: 1.0, 3: 1e-9}), range(7), LAYOUT) == 3


def test_lines_are_read_while_they_hold_belief_though_a_code_is_sure() -> None:
    sure = {None: 0.001, 6: 0.98, 2: 0.019}
    assert next_line(belief(sure, code=6), [0, 1, 2, 3, 4, 5], LAYOUT) == 2


def test_the_rows_next_to_the_best_code_are_read_at_last() -> None:
    sure = {None: 0.001, 4: 0.999}
    assert next_line(belief(sure, code=4), [0, 1, 2, 3, 5, 6], LAYOUT) == 3
    assert next_line(belief(sure, code=4), [0, 1, 2, 5, 6], LAYOUT) == 5
    assert next_line(belief(sure, code=4), [0, 1, 2], LAYOUT) is None
    assert next_line(belief({None: 0.999, 0: 0.001}), [1, 2, 3, 4, 5, 6], LAYOUT) is None


def test_no_more_lines_are_read_than_writing_has() -> None:
    count = MOST_READ + 10
    layout = lay_out([line(30, 8 * n, 100, 5) for n in range(count)], WIDTH, HEIGHT)
    even = belief({None: 0.1, **dict.fromkeys(range(count), 1.0)}, lines=count)
    assert next_line(even, range(11, count), layout) == 11
    assert next_line(even, range(MOST_READ, count), layout) is None


def test_of_the_lines_in_doubt_the_most_promising_is_read_again_first() -> None:
    shared = belief({None: 0.1, 0: 0.2, 1: 0.4, 2: 0.26, 3: 0.04}, lines=4)
    read = [True, False, True, True]
    assert next_again(shared, read, [], accepted=False) == 2
    assert next_again(shared, read, [2], accepted=False) == 0
    # What is left holds next to no belief, or is sure.
    assert next_again(shared, read, [2, 0], accepted=False) is None
    assert next_again(shared, [True, False, False, True], [0], accepted=False) is None


def test_once_a_code_is_accepted_only_its_own_line_is_read_again() -> None:
    shared = belief({None: 0.1, 0: 0.2, 1: 0.7}, code=1, lines=2)
    assert next_again(shared, [True, False], [], accepted=True) is None
    assert next_again(shared, [True, True], [], accepted=True) == 1
    assert next_again(shared, [True, True], [1], accepted=True) is None


def test_three_lines_at_most_are_read_again() -> None:
    shared = belief({None: 0.1, **dict.fromkeys(range(5), 0.18)}, lines=5)
    assert next_again(shared, [True] * 5, [0, 1], accepted=False) == 2
    assert next_again(shared, [True] * 5, [0, 1, 2], accepted=False) is None
