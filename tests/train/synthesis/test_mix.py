"""Mixes: shares that are some, in an order that holds, as plain values for a manifest."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from train.synthesis.mix import KINDS, MIXES, SECOND, SHIPPED, Mix
from train.synthesis.writing.style import SCHOOLS


def test_the_shipped_mix_needs_nothing_that_people_wrote_and_the_second_does() -> None:
    assert not SHIPPED.collected and SECOND.collected
    assert SHIPPED.rest == pytest.approx(0.59) and sum(SHIPPED.shares[4:]) == 0
    assert 0 < SECOND.rest < SECOND.real < 0.5 and len(SECOND.shares) == len(KINDS)


@pytest.mark.parametrize("mix", MIXES.values())
def test_mixes_are_plain_values_and_their_schools_are_there(mix: Mix) -> None:
    assert Mix(**json.loads(json.dumps(asdict(mix)))) == mix
    assert mix.school in SCHOOLS and MIXES[mix.name] is mix


def test_shares_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"mix odd: real is -0\.1, no share"):
        Mix("odd", real=-0.1)
    with pytest.raises(ValueError, match=r"mix odd: the shares of the kinds sum to 1\.11, more than 1"):
        Mix("odd", real=0.7)
