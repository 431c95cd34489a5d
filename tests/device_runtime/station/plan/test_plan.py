"""The innermost row decides, contradictions are refused, and lookups agree with a search through all rows."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from device_runtime.errors import PlanError
from device_runtime.station.plan.plan import SortPlan, load_plan
from device_runtime.station.plan.rows import parse_row
from device_runtime.station.plan.table import read_table
from device_runtime.types import Reading

ENDS = "overflow,other\nreject,hand\n"


def written(folder: Path, rows: str, name: str = "plan.csv") -> Path:
    path = folder / name
    path.write_text(f"codes,bin\n{ENDS}{rows}" if name.endswith(".csv") else rows)
    return path


def reading(status: str, code: str | None) -> Reading:
    return Reading(status, code, None, 0.9, (), ())  # type: ignore[arg-type]


def test_a_piece_goes_to_its_bin(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, "80331,north\n8*,south\n80*,middle\n00000..09999,east\n"))
    for code, bin_ in (("80331", "north"), ("80332", "middle"), ("81000", "south"), ("09999", "east"), ("8", "south")):
        assert plan.bin_of(reading("accepted", code)) == bin_, code
    for code in ("10000", "0999", "099999", "1" * 19, "EC1Y 8SY"):
        assert plan.bin_of(reading("accepted", code)) == "other", code
    assert {plan.bin_of(one) for one in (None, reading("rejected", "80331"), reading("no_code", None))} == {"hand"}
    assert plan.which("80332").row == plan.named(2) and str(plan.named(2)) == "80* -> middle (line 6)"


def test_separators_count_for_nothing(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, "110 034,a\n12345,b\n12345-0000..12345-4999,c\n"))
    assert [plan.which(code).bin for code in ("110034", "110 034", "12345-1000", "123451000")] == ["a", "a", "c", "c"]
    assert plan.which("12345-6000").row is None  # a whole code is no prefix


def test_all_other_codes_may_have_a_row(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, "*,rest\n80331,north\n"))
    assert plan.which("1").bin == plan.which("99999").bin == "rest" and plan.which("80331").bin == "north"


def test_toml_says_the_same(tmp_path: Path) -> None:
    text = 'overflow = 9\nreject = "hand"\n[bins]\nnorth = ["80331", "81*"]\n7 = ["10000..19999"]\n'
    plan = load_plan(written(tmp_path, text, "plan.toml"))
    assert [plan.which(code).bin for code in ("80331", "81999", "15000", "20000")] == ["north", "north", "7", "9"]
    assert plan.which("81999").row == plan.named(1) and str(plan.named(1)) == "81* -> north"


@pytest.mark.parametrize(
    "rows",
    ["80*,a\n80500..81000,b\n", "80331,a\n80331,b\n", "80000..80999,a\n80*,b\n", "10*..20*,a\n15*..25*,b\n"],
)
def test_rows_that_contradict_each_other_are_refused(tmp_path: Path, rows: str) -> None:
    path = written(tmp_path, rows)
    with pytest.raises(PlanError, match=r"-> a \(line 4\) and .* overlap|-> b \(line 5\) and .* overlap"):
        load_plan(path)
    assert SortPlan.of_table(read_table(path)).clashes in (((0, 1),), ((1, 0),))


def test_the_same_row_twice_is_no_contradiction(tmp_path: Path) -> None:
    assert load_plan(written(tmp_path, "80331,a\n80331,a\n8*,a\n")).which("80331").bin == "a"


def test_lookups_agree_with_a_search_through_all_rows(tmp_path: Path) -> None:
    draw = random.Random(7)
    rows: list[str] = []
    for _ in range(300):
        digits = draw.randint(1, 4)
        first = draw.randrange(10**digits)
        last = min(first + draw.choice((0, 0, 0, 3, 40)), 10**digits - 1)
        end = draw.choice(("", "*"))
        rows.append(f"{first:0{digits}d}{end}..{last:0{digits}d}{end}" if last > first else f"{first:0{digits}d}{end}")
    rows = list(dict.fromkeys(rows))
    path = written(tmp_path, "".join(f"{row},{number}\n" for number, row in enumerate(rows)))
    clashing = {number for pair in SortPlan.of_table(read_table(path)).clashes for number in pair}
    rows = [row for number, row in enumerate(rows) if number not in clashing]
    assert len(rows) > 80
    plan = load_plan(written(tmp_path, "".join(f"{row},{number}\n" for number, row in enumerate(rows))))
    parsed = [parse_row(row) for row in rows]
    for digits in range(1, 6):
        for code in {f"{draw.randrange(10**digits):0{digits}d}" for _ in range(300)}:
            found = []  # how many of these codes each row covers that covers this one
            for number, row in enumerate(parsed):
                begins = row.begins and row.digits <= digits
                head = int(code[: row.digits]) if begins else int(code)
                if (begins or row.digits == digits) and row.low <= head <= row.high:
                    found.append(((row.high - row.low + 1) * 10 ** (digits - row.digits), number))
            expected = str(min(found)[1]) if found else "other"
            assert plan.which(code).bin == expected, code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("codes,bin\n80331,a\nreject,r\n", "has no overflow bin, where codes without a row go"),
        ("codes,bin\n80331,a\noverflow,o\n", "has no reject bin"),
        (f"codes,bin\n{ENDS}", "has no rows"),
        (f"code,bin\n{ENDS}1,a\n", "line 1: the header of a plan is codes,bin"),
        ("", "line 1: the header"),
        (f"codes,bin\n{ENDS}80331;a\n", "line 4: '80331;a' is not codes,bin"),
        (f"codes,bin\n{ENDS}8o331,a\n", "line 4: '8o331' is neither"),
        (f"codes,bin\n{ENDS}80331,\n", "line 4: '' names no bin"),
        (f"codes,bin\n{ENDS}80331,a", "its last line has no end"),
        (f"codes,bin\n{ENDS}overflow,b\n", "line 4: a second bin for overflow"),
        (f'codes,bin\n{ENDS}"80331,a\n', "line 4, is no row of a CSV table"),
    ],
)
def test_a_broken_csv_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(PlanError, match=message) as caught:
        load_plan(tmp_path / "p.csv")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("overflow = ", "is no TOML"),
        ("x = " + "[" * 5000, "is no TOML"),
        ("overflow = " + "1" * 5000, "is no TOML"),
        ('overflow = "o"\nreject = "r"\nbin = 1', "unknown key 'bin'"),
        ('overflow = "o"\nreject = true\n[bins]\na = ["1"]', "True names no bin"),
        ('overflow = "o"\nreject = "r"\nbins = 3', "bins is no table"),
        ('overflow = "o"\nreject = "r"\n[bins]\na = "80*"', "no list of texts"),
        ('overflow = "o"\nreject = "r"\n[bins]\na = ["x"]', "bin 'a': 'x' is neither"),
    ],
)
def test_a_broken_toml_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message) as caught:
        load_plan(written(tmp_path, text, "p.toml"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["p.csv", "p.toml"])
def test_whatever_stands_in_a_file_it_is_a_plan_or_an_error_in_one_line(tmp_path: Path, name: str) -> None:
    draw = random.Random(9)
    good = f"codes,bin\n{ENDS}80331,a\n81*,b\n1000..2000,c\n"
    if name.endswith("toml"):
        good = 'overflow = "o"\nreject = "r"\n[bins]\na = ["80331", "81*"]\nb = ["1000..2000"]\n'
    for _ in range(300):
        data = bytearray(good.encode())
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data))
            data[at : at + draw.randint(0, 6)] = draw.choice(
                (b"", b"*", b"..", b'"', b"\n", b",", b"9" * 30, b"\x00", b"\xc3")
            )
        (tmp_path / name).write_bytes(data)
        try:
            plan = load_plan(tmp_path / name)
        except PlanError as error:
            assert str(error).isprintable()
        else:
            assert plan.which("80331").bin in (*plan.bins, plan.overflow)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read: it is a folder"):
        load_plan(tmp_path)
    (tmp_path / "p.csv").write_bytes(b"codes,bin\n1,\xff\n")
    with pytest.raises(PlanError, match="line 2, is not UTF-8"):
        load_plan(tmp_path / "p.csv")


@pytest.mark.slow
def test_a_million_rows_load_in_seconds_and_are_found_at_once(tmp_path: Path) -> None:
    codes = random.Random(3).sample(range(10**8, 10**9), 1_000_000)
    path = written(tmp_path, "".join(f"{code},{code % 40}\n" for code in codes) + "1*,first\n")
    began = time.process_time()
    plan = load_plan(path)
    loaded = time.process_time()
    for code in codes[:2000]:
        assert plan.which(str(code)).bin == str(code % 40)
    looked_up = time.process_time()
    assert loaded - began < 30 and (looked_up - loaded) / 2000 < 0.001
