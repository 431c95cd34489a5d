"""Figures of judged pieces: goals, bands, curves, and the page that shows them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from matplotlib.figure import Figure

from benchmarks.figures.files import Results
from benchmarks.pieces import page
from benchmarks.pieces.conditions import BANDS, WORDS, banded
from benchmarks.pieces.figures import Measured, curve, measured
from device_runtime.errors import PosteyeError
from device_runtime.types import Status
from train.evaluation.pieces import Judged


def coded(code: str | None = "70173", rank: int = 1, accepted: bool = True, size: float = 20, **more: str) -> Judged:
    mistake = None if code in (None, "70173") else "sender"
    status: Status = "no_code" if code is None else "accepted" if accepted else "rejected"
    columns = dict.fromkeys(WORDS, "no") | dict.fromkeys(BANDS, "0") | {"code_px": f"{size:g}"} | more
    return Judged("a", "70173", status, code, 0.0 if code is None else 0.9, None, rank, mistake, columns)


def bare(accepted: bool) -> Judged:
    status: Status = "accepted" if accepted else "rejected"
    return Judged("b", "", status, "4711", 0.9, None, None, "box", {})


ROWS = [coded(size=9 + row) for row in range(24)] + [coded("50667", 2), coded(None, 0), coded("50667", 0, False)]
KEPT = measured(ROWS, {"bare": [bare(True), bare(False), bare(False)], "sender": [bare(False)]}, 0.01)


def files(kept: object) -> dict[str, Results]:
    values = msgspec.to_builtins(kept)
    return {"pieces": Results("measured", "", "c", "0" * 40, False, "2026-01-01", 1, {}, None, "", {}, None, values)}


def test_goals_say_what_was_found_and_whether_it_is_enough() -> None:
    exact, located, wrong, sender, none, alone = KEPT.goals
    assert (exact.share.count, exact.share.of, exact.is_met) == (24, 27, False)
    assert (located.share.count, located.share.of) == (25, 27)
    assert (wrong.share.count, wrong.share.of, wrong.is_met) == (1, 25, False)
    assert (sender.share.count, sender.share.of) == (1, 27)
    assert (none.share.count, none.share.of, none.is_met) == (1, 3, False)
    assert (alone.what, alone.is_met) == ("accepted on pieces with the sender's code alone", True)
    perfect = measured([coded() for _ in range(9)], {"bare": [bare(False)]}, 0.01)
    assert all(goal.is_met for goal in perfect.goals)


def test_bands_hold_every_piece_once_whatever_the_sign() -> None:
    pieces = [coded(rotation_deg=f"{turn}") for turn in (-9, -1, 0.5, 3, 44)]
    found = banded(pieces, "rotation_deg", (2.0, 8.0, 20.0))
    assert {name: len(figures.pieces) for name, figures in found.items()} == {
        "below 2": 2,
        "2 to 8": 1,
        "8 to 20": 1,
        "from 20": 1,
    }


def test_a_curve_has_points_of_as_many_pieces_in_order() -> None:
    pieces = [coded(size=size) if size > 15 else coded(None, 0, size=size) for size in range(40, 0, -1)]
    points = curve(pieces, "code_px")
    assert [point.exact.of for point in points] == [5] * 8
    assert [point.value for point in points] == sorted(point.value for point in points)
    assert points[0].exact.count == 0 and points[-1].exact.count == 5


def test_what_is_kept_is_what_is_shown() -> None:
    kept = files(KEPT)
    assert msgspec.convert(kept["pieces"].values, Measured) == KEPT
    goals = page.goals_markdown(kept)
    assert "| destination read exactly" in goals and "24 of 27" in goals and "**no**" in goals
    conditions = page.conditions_markdown(kept)
    assert "kind of piece" in conditions and "height of the code, px" in conditions
    mistakes = page.mistakes_markdown(kept)
    assert "sender" in mistakes and "box" in mistakes
    assert "MISSED" in page.summary_text(KEPT) and "sender 1" in page.summary_text(KEPT)


def test_charts_are_drawn() -> None:
    for chart in (page.curves, page.rejection):
        assert isinstance(chart(files(KEPT)), Figure)


def test_other_files_are_refused() -> None:
    with pytest.raises(PosteyeError, match=r"no results file pieces\.json"):
        page.of_files({})
    with pytest.raises(PosteyeError, match="holds no figures of pieces"):
        page.of_files(files({"goals": 3}))


def test_no_mistake_is_said_in_words(tmp_path: Path) -> None:
    assert (
        page.mistakes_markdown(files(measured([coded()], {"bare": [bare(False)]}, 0.01)))
        == "No wrong code was accepted."
    )
