"""Figures of the paper's table: rejects on made-up scores, kept runs, the page and its chart."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures.files import load_all
from benchmarks.lenet1998 import __main__ as command
from benchmarks.lenet1998.page import (
    CHARTS,
    ablation_line,
    ablations_markdown,
    origin,
    row_line,
    rows_markdown,
)
from benchmarks.lenet1998.rows import ABLATIONS, ROWS
from benchmarks.lenet1998.scores import (
    Answers,
    Measured,
    Rejected,
    error_percent,
    keep,
    measure,
    reject_percent,
    runs_of,
)
from device_runtime.errors import PosteyeError


def scores_with(margins: list[float], right: list[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose two best differ by the margins, and labels that make them right or wrong."""
    scores = np.zeros((len(margins), 10), np.float32)
    scores[:, 3] = margins
    scores[:, 4:] = -1
    return scores, np.where(right, 3, 7).astype(np.uint8)


def test_the_least_sure_are_rejected_until_half_a_percent_is_wrong() -> None:
    # 1000 digits; the wrong ones stand at places 400, 600 and 900 from the surest.
    right = [place not in (400, 600, 900) for place in range(1000)]
    scores, labels = scores_with(list(np.linspace(9, 1, 1000)), right)
    assert error_percent(scores, labels) == pytest.approx(0.3)
    assert reject_percent(scores, labels) == 0  # already few enough
    # One wrong in 600 is allowed, two (from place 600 on) only from 1000 accepted at 0.2 %; three never.
    assert reject_percent(scores, labels, 0.002) == pytest.approx(40)
    assert reject_percent(scores, labels, 0.0001) == pytest.approx(60)


def test_equal_margins_are_rejected_together() -> None:
    scores, labels = scores_with([2.0] * 5 + [1.0] * 5, [True] * 9 + [False])
    assert reject_percent(scores, labels, 0.005) == 50  # whichever of the equal five comes first
    assert reject_percent(scores[::-1], labels[::-1], 0.005) == 50


def test_a_classifier_sure_of_its_mistakes_rejects_everything() -> None:
    scores, labels = scores_with([3.0, 2.0, 1.0], [False, True, True])
    assert reject_percent(scores, labels, 0.005) == 100


def run(row: str = "lenet_5", error: float = 0.95, seed: int = 1) -> Measured:
    return Measured(row, seed, error, 1.5, 328.1, 60.0, 600.0, "twenty passes")


def test_runs_are_kept_and_read_back(tmp_path: Path) -> None:
    runs = [run(seed=2), run("linear", 12.5), run(error=0.9)]
    for one in runs:
        keep(one, tmp_path / "paper", "hash")
    files = load_all(tmp_path)
    assert runs_of(files) == sorted(runs, key=lambda r: (r.row, r.seed))
    assert files["paper/linear-1"].data == {"mnist": "hash"} and files["paper/lenet_5-2"].seed == 2
    bad = {"paper/bad": msgspec.structs.replace(files["paper/linear-1"], values={})}
    with pytest.raises(PosteyeError, match=r"bad\.json is no run"):
        runs_of(bad)


def test_cpu_time_of_earlier_processes_counts() -> None:
    scores, labels = scores_with([1.0, 1.0], [True, False])
    assert measure("x", 1, Answers(scores, 1, 2, "", 100), labels, 5).cpu_s == 105


def test_what_is_no_digit_is_rejected_by_the_thresholds_of_the_digits() -> None:
    right = [place != 150 for place in range(200)]  # in the order of falling scores: 150 before it may be accepted
    scores, labels = scores_with(list(np.linspace(9, 1, 200)), right)
    lines = scores.copy()
    lines[:, 5] = lines[:, 3] - 0.5  # surely some class, but never which of two
    answers = Answers(scores, 1, 1, others={"two alike": lines, "digits again": scores})
    rejected = measure("x", 1, answers, labels, 1).rejected
    assert rejected["test digits"] == rejected["digits again"] == Rejected(0, 0)  # 1 in 200 is 0.5 %
    answers = Answers(scores[:180], 1, 1, others={"two alike": lines})
    rejected = measure("x", 1, answers, labels[:180], 1).rejected
    assert rejected["test digits"].by_difference == pytest.approx(100 * 30 / 180, abs=0.01)
    assert rejected["two alike"].by_difference == 100 and rejected["two alike"].by_best == pytest.approx(25)
    assert measure("x", 1, Answers(scores, 1, 1), labels, 1).rejected == {}


def test_a_line_gives_means_and_says_what_was_not_run() -> None:
    rows = {row.name: row for row in ROWS}
    line = row_line(rows["lenet_5"], [run(error=0.9), run(error=1.0, seed=2)])
    cells = ["LeNet-5", "**0.95**", "0.95", "1.50", "-", "328", "401", "60", "60", "2 (0.90, 1.00)", "600"]
    assert line == cells
    assert row_line(rows["lenet_5"], [run()])[-2:] == ["1", "600"]
    assert "not run yet" in row_line(rows["lenet_5"], [])
    assert all(f"not run: {row.why}" in row_line(row, []) for row in ROWS if row.run is None)
    assert {len(row_line(row, [])) for row in ROWS} == {len(line)}


def test_an_ablation_gives_both_rejections() -> None:
    kinds = {"test digits": Rejected(2, 3), "half digits": Rejected(50, 60), "letters": Rejected(70.25, 81)}
    ablated = Measured("short_lenet_5", 1, 1.25, 2.0, 328.1, 60.0, 100.0, "", kinds)
    line = ablation_line(ABLATIONS[0], [ablated])
    assert line[1:] == ["**1.25**", "2.0 / 3.0", "50.0 / 60.0", "70.2 / 81.0", "328.1", "60.00", "1", "100"]
    assert len(line) == len(ablation_line(ABLATIONS[0], []))


def test_tables_have_every_row_and_charts_those_that_ran(tmp_path: Path) -> None:
    for one in (run(), run("linear", 12.5)):
        keep(one, tmp_path / "paper", "hash")
    files = load_all(tmp_path)
    text = rows_markdown(files) + "\n" + ablations_markdown(files)
    lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    assert {row.title for row in (*ROWS, *ABLATIONS)} <= {line[1] for line in lines if len(line) > 2}
    assert "* LeNet-5: twenty passes." in text
    assert "*Records: 2 runs until 2" in origin(files)
    for draw in CHARTS.values():
        assert [label.get_text() for label in draw(files).axes[0].get_yticklabels()] == ["Linear", "LeNet-5"]


def test_run_of_an_unknown_row_is_refused(tmp_path: Path) -> None:
    keep(run("nonsense"), tmp_path / "paper", "hash")
    with pytest.raises(PosteyeError, match="no row nonsense"):
        rows_markdown(load_all(tmp_path))


def test_every_row_is_named_once_and_says_why_it_cannot_run() -> None:
    rows = (*ROWS, *ABLATIONS)
    assert len({row.name for row in rows}) == len(rows)
    assert all((row.run is None) == bool(row.why) for row in rows)
    assert not any(draw({}).axes[0].patches for draw in CHARTS.values())


def test_command_lists_rows() -> None:
    listed = CliRunner().invoke(command.paper_table, [])
    assert listed.exit_code == 0 and len(listed.output.splitlines()) == len(ROWS) + len(ABLATIONS)
