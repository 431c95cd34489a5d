"""Which readings are learned: accepted ones, those that all views agree on, lexicon hits, weak labels; no guesses."""

from __future__ import annotations

import numpy as np

from train.adaptation.pseudo_labels import (
    ACCEPTED,
    AGREED,
    AGREED_POSTERIOR,
    LEXICON,
    LEXICON_POSTERIOR,
    WEAK,
    WEAK_POSTERIOR,
    balanced_shares,
    pseudo_label,
)
from train.adaptation.views import Sight


def sight(*best: tuple[str, float], accepted: str = "", fault: str = "", any_number: str = "") -> Sight:
    """A picture whose five views have one candidate each, the last one repeated."""
    views = [*best, *[best[-1]] * (5 - len(best))]
    return Sight("7.png", accepted, fault, tuple((view,) for view in views), any_number)


def test_an_accepted_code_is_learned_and_sure_when_every_view_has_it() -> None:
    label = pseudo_label(sight(("447", 0.99), accepted="447"))
    assert (label.code, label.reason, label.sure) == ("447", ACCEPTED, True)
    label = pseudo_label(sight(("447", 0.99), ("441", 0.6), accepted="447"))
    assert (label.code, label.sure) == ("447", False)


def test_a_doubtful_code_is_learned_when_all_views_agree_on_it_with_some_belief() -> None:
    label = pseudo_label(sight(("447", AGREED_POSTERIOR)))
    assert (label.code, label.reason, label.sure) == ("447", AGREED, False)
    assert pseudo_label(sight(("447", AGREED_POSTERIOR - 0.01))).code == ""
    one_other = pseudo_label(sight(("447", 0.95), ("441", 0.95), ("447", 0.95)))
    assert one_other.code == "" and one_other.reason == "the views disagree"


def test_a_code_of_a_list_needs_less_belief_where_it_is_read_without_the_list_too() -> None:
    doubtful = (("447", LEXICON_POSTERIOR + 0.05), ("441", 0.9), ("447", LEXICON_POSTERIOR + 0.2))
    assert pseudo_label(sight(*doubtful, any_number="447")).reason == LEXICON
    for any_number in ("", "417"):
        assert pseudo_label(sight(*doubtful, any_number=any_number)).code == ""
    assert pseudo_label(sight(*doubtful[:2], any_number="447")).code == ""  # one view alone has it


def test_the_other_machines_code_is_learned_only_where_it_is_a_likely_candidate() -> None:
    views = tuple((("441", 0.8), ("447", WEAK_POSTERIOR)) for _ in range(5))
    seen = Sight("7.png", "", "", views)
    label = pseudo_label(seen, "447")
    assert (label.code, label.reason) == ("447", WEAK)
    left = pseudo_label(seen, "940")
    assert left.code == "" and "the other machine reads 940" in left.reason
    # Two machines that are sure of different codes teach nothing.
    assert pseudo_label(sight(("441", 0.99), accepted="441"), "447").code == ""


def test_nothing_is_learned_of_a_picture_with_a_fault() -> None:
    for weak in ("", "447"):
        label = pseudo_label(sight(("447", 0.99), fault="two lines of writing in the field; crop it to one"), weak)
        assert label.code == "" and label.reason.startswith("two lines")
    assert pseudo_label(Sight("7.png", "", "", ((),) * 5)).code == ""


def test_rare_digits_are_drawn_more_often_and_a_common_code_less_often_each_time() -> None:
    shares = balanced_shares(["11", "11", "11", "11", "19", "21"])
    assert np.isclose(shares.sum(), 1) and shares[4] > shares[0] and shares[5] > shares[0]
    single = balanced_shares(["23", "32", "32"])
    assert np.isclose(single[0] / single[1], 2**0.5)  # the same digits: only the number of fields counts
