"""The alternatives of a piece, from what was read in its lines, and their penalties."""

from __future__ import annotations

import math

import pytest

from device_runtime.piece.evidence.alternatives import Country, Explanation, Facts, explanations, weighed
from device_runtime.piece.evidence.layout import lay_out
from device_runtime.piece.evidence.weights import load_weights
from device_runtime.types import Candidate
from tests.device_runtime.piece.evidence.test_features import seen
from tests.device_runtime.piece.evidence.test_layout import HEIGHT, SHEET, WIDTH, line

COUNTRY = Country("before", 5, 5)
LAYOUT = lay_out([line(*one) for one in SHEET], WIDTH, HEIGHT)


def facts(text: str, *codes: tuple[str, float]) -> Facts:
    """What was read in a line of these words; the first code stands in it."""
    return Facts(seen(text, codes[0][0] if codes else "?"), tuple(Candidate(*code) for code in codes))


def of_line(found: list[Explanation], line: int) -> dict[str | None, Explanation]:
    return {one.code: one for one in found if one.line == line}


def test_unread_lines_are_doubt_and_there_may_be_none() -> None:
    found = explanations(LAYOUT, [None] * 7, COUNTRY)
    assert [(one.line, one.code, one.share) for one in found[:1]] == [(None, None, 1.0)]
    assert sorted(one.line for one in found[1:] if one.line is not None) == list(range(7))
    assert all(one.evidence == {"not read": 1.0} for one in found[1:])


def test_a_line_that_was_read_has_its_codes_and_the_rest_as_misread() -> None:
    read = facts("80331 TOWN", ("80331", 0.7), ("80337", 0.2))
    found = of_line(explanations(LAYOUT, [read, *[None] * 6], COUNTRY), 0)
    assert {code: one.share for code, one in found.items()} == {
        "80331": 0.7,
        "80337": 0.2,
        None: pytest.approx(0.1),
    }
    assert found["80331"].evidence["before, first"] == found["80337"].evidence["before, first"] == 1.0
    assert found[None].evidence["misread"] == 1.0


def test_a_sure_line_may_still_be_misread() -> None:
    found = of_line(explanations(LAYOUT, [facts("80331", ("80331", 1.0)), *[None] * 6], COUNTRY), 0)
    assert 0 < found[None].share < 0.01


def test_a_code_knows_of_one_below_and_of_the_same_elsewhere() -> None:
    house, code = facts("12500 MAIN", ("12500", 0.9)), facts("97267", ("97267", 0.8))
    found = explanations(LAYOUT, [house, None, house, None, house, None, code], COUNTRY)
    assert of_line(found, 4)["12500"].evidence["code below"] == 0.8
    assert of_line(found, 6)["97267"].evidence["code above"] == 0.9
    assert of_line(found, 6)["97267"].evidence["code below"] == 0.0
    assert of_line(found, 0)["12500"].evidence["repeated"] == 1.0
    assert of_line(found, 6)["97267"].evidence["repeated"] == 0.0


def test_words_of_an_unread_line_beside_it_count_by_its_length() -> None:
    found = of_line(explanations(LAYOUT, [*[None] * 6, facts("97267", ("97267", 0.8))], COUNTRY), 6)
    assert found["97267"].evidence["before, last"] == 1.0


def test_the_rows_next_to_a_code_tell_it_from_a_house_number() -> None:
    name, house, code = facts("ANNA EXAMPLE"), facts("12500 MAIN", ("12500", 0.9)), facts("80331", ("80331", 0.9))
    found = explanations(LAYOUT, [None, None, None, name, house, code, name], COUNTRY)
    at_house, at_code = of_line(found, 4)["12500"].evidence, of_line(found, 5)["80331"].evidence
    assert (at_house["number above"], at_house["no number above"], at_house["words below"]) == (0.0, 1.0, 0.0)
    assert (at_code["number above"], at_code["no number above"]) == (1.0, 0.0) and "words below" not in at_code
    unread = of_line(explanations(LAYOUT, [*[None] * 4, house, None, None], COUNTRY), 4)["12500"].evidence
    assert (unread["number above"], unread["no number above"], unread["words below"]) == (0.0, 0.0, 0.0)
    # A letter that looks like a digit makes no number of a name, and a town below is words alone.
    odd = explanations(LAYOUT, [None, None, None, facts("M0LLER"), house, name, name], COUNTRY)
    above = of_line(odd, 4)["12500"].evidence
    assert (above["no number above"], above["words below"]) == (1.0, 1.0)


def test_penalties_are_minus_the_log_of_share_and_evidence() -> None:
    weights = load_weights().roles["destination"]
    found = weighed(
        [Explanation(None, None, 1.0, {"none": 1.0}), Explanation(1, "80331", 0.5, {"code": 1.0})], [7.0, 2.0], weights
    )
    assert found[0].penalty == -weights.weights["none"]
    assert found[1].penalty == pytest.approx(-(math.log(0.5) + 2.0 + weights.weights["code"]))
    assert (found[1].line, found[1].code) == (1, "80331")
