"""The pages about health and the configuration have the states, metrics and keys of the code."""

from __future__ import annotations

import pytest

from docs.build.tables import PAGES, TABLES, filled


def test_the_pages_show_what_the_code_has() -> None:
    shown = set[str]()
    for page in PAGES:
        text = page.read_text("utf-8")
        assert filled(text) == text, "run: make pages"
        shown |= {name for name in TABLES if f"<!-- table: {name} -->" in text}
    assert shown == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table_has_all_columns(name: str) -> None:
    for block in TABLES[name]().split("\n\n"):
        rows = [line.replace("\\|", "") for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1
