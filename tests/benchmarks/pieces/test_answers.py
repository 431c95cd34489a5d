"""A run of portions keeps what it has read, and goes on from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.pieces import answers as module
from benchmarks.pieces.answers import answers
from benchmarks.pieces.rendered import BARE, CODED, PORTION, Portion, Stock, portions
from train.evaluation.pieces import Judged

STOCK = Stock(Path("writers"), None, Path("strokes"), 1)


def made(stock: Stock, portion: Portion) -> list[Judged]:
    """A portion that is not read: each piece tells the portion that it is of."""
    names = [f"{portion.key}/{place}" for place in range(portion.size)]
    return [Judged(name, "1", "accepted", "1", 0.9, None, 1, None, {"kind": "envelope"}) for name in names]


def refused(stock: Stock, portion: Portion) -> list[Judged]:
    raise AssertionError(f"{portion.key} is read again")


def test_portions_hold_as_many_pieces_as_are_wanted() -> None:
    found = portions(CODED, 2 * PORTION + 5)
    assert [portion.size for portion in found] == [PORTION, PORTION, 5]
    assert [portion.key for portion in found] == ["coded-0", "coded-1", "coded-2"]


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    wanted = [*portions(CODED, 25), *portions(BARE, 3)]
    first = answers(wanted, tmp_path / "a" / "kept.jsonl", STOCK, 2, made, Judged)
    assert [piece.name for piece in first] == [f"{p.key}/{place}" for p in wanted for place in range(p.size)]
    assert answers(wanted, tmp_path / "a" / "kept.jsonl", STOCK, 1, refused, Judged) == first
    fewer = answers(portions(CODED, 22), tmp_path / "a" / "kept.jsonl", STOCK, 1, refused, Judged)
    assert fewer == first[:22]


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    kept, wanted = tmp_path / "kept.jsonl", portions(CODED, 60)
    answers(wanted[:2], kept, STOCK, 1, made, Judged)
    kept.write_bytes(kept.read_bytes() + b'{"key":"coded-2","pieces":[{"na')  # stopped while a line was written
    with pytest.raises(AssertionError, match="coded-2 is read again"):
        answers(wanted, kept, STOCK, 1, refused, Judged)
    assert len(answers(wanted, kept, STOCK, 1, made, Judged)) == 60
    assert len(kept.read_bytes().splitlines()) == 3


def test_a_larger_portion_takes_the_place_of_a_smaller_one(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    answers(portions(CODED, 5), kept, STOCK, 1, made, Judged)
    assert len(answers(portions(CODED, 9), kept, STOCK, 1, made, Judged)) == 9
    assert {key: len(pieces) for key, pieces in module._kept(kept, Judged).items()} == {"coded-0": 9}
