"""Characters are held against the right ones, also where a code is longer or shorter than its truth."""

from __future__ import annotations

import pytest

from train.evaluation.confusion import confusion, table


def test_every_kind_of_mistake_is_counted() -> None:
    found = confusion(["1-23", "19", "190", None], ["123", "129", "19", "777"], "0123456789")
    assert found.counts[1, 1] == 3
    assert found.counts[2, -1] == 1  # left out
    assert found.counts[-1, 0] == 1  # read where nothing stands
    assert found.counts[7].sum() == 0 and found.unread == 1
    assert found.error == pytest.approx(1 / 8)
    assert found.as_dict()["truth_by_answer"][9][9] == 2


def test_the_commonest_mistake_comes_first() -> None:
    found = confusion(["7", "7", "8", "1"], ["1", "1", "9", "1"], "0123456789")
    assert found.commonest(5) == [("1", "7", 2), ("9", "8", 1)]
    assert "commonest: 1 as 7 2, 9 as 8 1" in table(found)


def test_table_counts_without_any_answer() -> None:
    text = table(confusion([None], ["5"], "0123456789"))
    assert "commonest: none" in text and "1 strings without an answer" in text


def test_answers_and_truths_must_pair_up() -> None:
    with pytest.raises(ValueError, match="longer"):
        confusion(["1"], ["1", "2"], "0123456789")
