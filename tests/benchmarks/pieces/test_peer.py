"""The other reader counts as right where the code stands anywhere in its text."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from benchmarks.figures.files import Results
from benchmarks.pieces.peer import stands_alone, stands_in
from benchmarks.pieces.peer_page import (
    Answered,
    Compared,
    Ours,
    Side,
    Theirs,
    ours_text,
    rates_markdown,
    theirs_text,
    times_markdown,
)
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import Share


@pytest.mark.parametrize(
    ("text", "code", "anywhere", "alone"),
    [
        ("Max Muster\n70173 Stuttgart", "70173", True, True),
        ("D-70173STUTTGART", "70173", True, True),
        ("50667 Köln\n70173 Stuttgart", "70173", True, False),
        ("Tel. 701734\n", "70173", False, False),
        ("38608 Brno", "386 08", True, True),
        ("386 08", "386 08", True, True),
        ("38 608", "386 08", True, True),
        ("12738-728\n12738728", "12738-728", True, True),
        ("", "70173", False, False),
    ],
)
def test_a_code_counts_as_a_number_of_its_own(text: str, code: str, anywhere: bool, alone: bool) -> None:
    assert stands_in(text, code) == anywhere
    assert stands_alone(text, code) == alone


OURS = Compared(
    {"pages": Ours("whole receipts", "abc", Share(107, 110), Share(90, 110), Share(0, 90))},
    {"frame": Side(1, 50.0, 2600.0)},
)
THEIRS = Answered("3.10.0, PP-OCRv6", {"pages": Theirs("abc", Share(109, 110), Share(73, 110))})


def results(values: object) -> Results:
    built: dict[str, Any] = msgspec.to_builtins(values)
    return Results("measured", "", "c", "0" * 40, False, "2026-01-01", 1, {}, None, "", {}, "M", built)


def test_both_stand_side_by_side() -> None:
    files = {"piece-peers": results(OURS), "piece-answers": results(THEIRS)}
    assert "97.3" in rates_markdown(files) and "99.1 (95.0 to 99.8)" in rates_markdown(files)
    assert "1/52" in times_markdown(files) and "2,600" in times_markdown(files)
    assert "1/52.0" in ours_text(OURS) and "PP-OCRv6: 3.10.0" in theirs_text(THEIRS)


def test_a_side_that_is_missing_or_of_other_pictures_is_refused() -> None:
    with pytest.raises(PosteyeError, match=r"piece-peers\.json holds no comparison"):
        rates_markdown({})
    others = msgspec.structs.replace(THEIRS, sets={"pages": Theirs("xyz", Share(1, 1), Share(1, 1))})
    with pytest.raises(PosteyeError, match="are of different pictures"):
        rates_markdown({"piece-peers": results(OURS), "piece-answers": results(others)})
