"""The verdict on an adapted net: refused by name and with counts when it reads the held-back sample worse."""

from __future__ import annotations

import pytest

from train.adaptation.held_back import GENERATED, LABELLED, SUREST, Judged, RefusedError, require_no_worse


def test_one_labelled_field_less_is_enough_to_refuse() -> None:
    require_no_worse([Judged(LABELLED, 182, 182, 200), Judged(LABELLED, 182, 190, 200)], "run", "digits")
    with pytest.raises(RefusedError) as refused:
        require_no_worse([Judged(LABELLED, 1182, 1180, 1200)], "run", "digits")
    assert str(refused.value) == (
        "run is refused: the adapted net reads 1,180 instead of 1,182 of 1,200 labelled fields exactly, 2 fewer; "
        "the bundle digits stays as it is"
    )


def test_of_strips_that_the_bundle_labels_itself_a_few_may_be_lost() -> None:
    require_no_worse([Judged(SUREST, 100, 98, 100), Judged(GENERATED, 780, 730, 1000)], "run", "digits")
    with pytest.raises(RefusedError, match=r"97 instead of 100 of 100 surest .* 3 fewer, and 2 may be lost"):
        require_no_worse([Judged(SUREST, 100, 97, 100)], "run", "digits")
    with pytest.raises(RefusedError, match="generated strips"):
        require_no_worse([Judged(SUREST, 100, 100, 100), Judged(GENERATED, 780, 729, 1000)], "run", "digits")
