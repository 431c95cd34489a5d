"""The comparison with and without a second opinion, on readings that are known."""

from __future__ import annotations

import numpy as np

from benchmarks.readings import Readings
from benchmarks.second_opinion.__main__ import comparison
from benchmarks.second_opinion.measure import Side, compared


def side(right: str, accepted: str, asked: str, agreed: str, cpu_s: float) -> Side:
    """A side whose fields are given as a 0 or 1 each."""
    flags = [np.array([flag == "1" for flag in word]) for word in (right, accepted, asked, agreed)]
    readings = Readings(np.linspace(0.9, 0.5, len(right)), flags[0], flags[1])
    return Side(readings, flags[2], flags[3], np.where(flags[2], 10 * cpu_s, cpu_s))


ALONE = side("1101", "1000", "0000", "0000", 0.002)
ASKING = side("1111", "1110", "0111", "0110", 0.002)


def test_what_is_asked_agreed_and_wrong_is_counted() -> None:
    found = compared(ALONE, ASKING)
    assert (found["strings"], found["asked"], found["agreed"], found["agreed-wrong"]) == (4, 0.75, 0.6667, 0)
    assert (found["alone"]["accepted"], found["second"]["accepted"]) == (0.25, 0.75)
    assert (found["alone"]["exact"], found["second"]["exact"]) == (0.75, 1.0)
    assert found["time-asked"] == 10.0 and found["time-ratio"] == 7.8


def test_wrong_codes_among_the_accepted_are_told() -> None:
    found = compared(ALONE, side("1001", "1110", "0111", "0110", 0.002))
    assert (found["second"]["wrong"], found["second"]["wrong-share"], found["agreed-wrong"]) == (2, 0.6667, 2)


def test_where_nothing_was_asked_there_is_no_time_of_it() -> None:
    found = compared(ALONE, ALONE)
    assert "time-asked" not in found and found["agreed"] == 0 and found["time-ratio"] == 1.0


def test_the_table_has_two_columns_a_set_and_a_row_a_figure() -> None:
    table = comparison({"amounts": compared(ALONE, ASKING), "printed": compared(ALONE, ALONE)})
    assert list(table.heads) == ["", "amounts, alone", "amounts, asking", "printed, alone", "printed, asking"]
    rows = {line[0]: line[1:] for line in table.lines}
    assert rows["exact"] == ["75.0%", "100.0%", "75.0%", "75.0%"]
    assert rows["of these both agree"] == ["", "66.7%", "", "0.0%"]
    assert all(len(line) == 5 for line in table.lines)
