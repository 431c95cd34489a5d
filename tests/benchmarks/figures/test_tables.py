"""Tables are aligned for people and kept as plain words."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks.figures.tables import Table, columns


def test_columns_of_markdown_are_aligned_as_plain_text() -> None:
    lines = Table(["a", "long head"], [["value", "1"]]).markdown().splitlines()
    assert lines == ["| a     | long head |", "|-------|-----------|", "| value | 1         |"]
    assert Table(["a"], []).markdown() == "| a |\n|---|"


def test_a_table_is_kept_as_heads_and_lines() -> None:
    table = Table(("a", "b"), [("1", "2")])
    assert msgspec.json.encode({"t": table}) == b'{"t":{"heads":["a","b"],"lines":[["1","2"]]}}'


def test_cells_of_a_terminal_stand_left_or_right_in_their_columns() -> None:
    assert columns([("", "ms"), ("hard", "1.5")], (-6, 5)) == "         ms\nhard    1.5"
    assert columns([("a", "b")], (-2, 2), " ") == "a   b"
    with pytest.raises(ValueError):
        columns([("a",)], (1, 2))
