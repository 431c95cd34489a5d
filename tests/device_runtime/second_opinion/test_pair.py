"""The belief of two recognisers together."""

from __future__ import annotations

import pytest

from device_runtime.second_opinion.pair import together


def test_agreement_is_believed_more_than_either_alone_is_doubted() -> None:
    assert together([0.8, 0.1], [0.8, 0.1])[0] == pytest.approx(0.8)
    both = together([0.7, 0.2], [0.99, 0.0])
    assert both[0] > 0.95 and both[0] > both[1]


def test_two_sure_recognisers_that_disagree_are_not_believed() -> None:
    assert max(together([0.999, 0.0], [0.0, 0.999])) < 0.6
    assert max(together([0.999, 0.0], [0.0, 0.9])) < 0.95


def test_the_order_of_the_recognisers_is_of_no_importance_and_belief_is_a_share() -> None:
    ours, theirs = [0.5, 0.3, 0.1], [0.05, 0.9, 0.0]
    found = together(ours, theirs)
    assert found == together(theirs, ours) and 0 < sum(found) <= 1
