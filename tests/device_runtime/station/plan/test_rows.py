"""Rows are read as they are written, and what is no row is refused."""

from __future__ import annotations

import pytest

from device_runtime.errors import PlanError
from device_runtime.station.plan.rows import Row, digits_of, parse_row


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("80331", Row(80331, 80331, 5, False)),
        ("01067", Row(1067, 1067, 5, False)),
        ("110 034", Row(110034, 110034, 6, False)),
        ("0*", Row(0, 0, 1, True)),
        ("*", Row(0, 0, 0, True)),
        ("154-*", Row(154, 154, 3, True)),
        ("80000..81999", Row(80000, 81999, 5, False)),
        ("154-0000..154-9999", Row(1540000, 1549999, 7, False)),
        ("010*..027*", Row(10, 27, 3, True)),
        ("9" * 18, Row(10**18 - 1, 10**18 - 1, 18, False)),
    ],
)
def test_a_row_is_read_and_written(text: str, row: Row) -> None:
    assert parse_row(text) == row
    assert parse_row(row.text) == row


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("8o331", "neither a code"),
        ("", "neither a code"),
        ("-80", "neither a code"),
        ("80-", "neither a code"),
        ("8*1", "neither a code"),
        ("٨٠٣٣١", "neither a code"),
        ("80..81*", "both ends"),
        ("80*..81", "both ends"),
        ("*..5*", "the same number of digits"),
        ("800..81", "the same number of digits"),
        ("81..80", "ends before it begins"),
        ("1" * 19, "at most 18 digits"),
        ("1\n2", "neither a code"),
    ],
)
def test_what_is_no_row_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message.replace("*", r"\*")) as caught:
        parse_row(text)
    assert "\n" not in str(caught.value)


def test_a_code_is_its_digits() -> None:
    assert digits_of("12345-6789") == "123456789" and digits_of("007") == "007"
    assert [digits_of(code) for code in ("", "-", "12345-", "EC1Y 8SY", "1" * 19, "٣")] == [None] * 6
