"""Figures of the paper's table: rejects on made-up scores, kept runs, the page and its chart."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import paper_table as command
from benchmarks.paper_page import bars, table_line, write_page
from benchmarks.paper_rows import ROWS
from benchmarks.paper_scores import Answers, Measured, error_percent, keep, kept, measure, reject_percent
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
        keep(one, tmp_path)
    assert kept(tmp_path) == sorted(runs, key=lambda r: (r.row, r.seed))
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(PosteyeError, match=r"bad\.json is no run"):
        kept(tmp_path)


def test_cpu_time_of_earlier_processes_counts() -> None:
    scores, labels = scores_with([1.0, 1.0], [True, False])
    assert measure("x", 1, Answers(scores, 1, 2, "", 100), labels, 5).cpu_s == 105


def test_table_line_gives_means_and_says_what_was_not_run() -> None:
    rows = {row.name: row for row in ROWS}
    line = table_line(rows["lenet_5"], [run(error=0.9), run(error=1.0, seed=2)])
    assert line.startswith("| LeNet-5 | **0.95** (2) | 0.95 | 1.50 | - | 328 | 401 | 60 | 60 |")
    assert "not run yet" in table_line(rows["lenet_5"], [])
    assert "reduced-set" in table_line(rows["rs_svm"], [])


def test_page_has_every_row_and_a_chart_of_those_that_ran(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write_page([run(), run("linear", 12.5)], page)
    text = page.read_text()
    assert all(f"| {row.title} |" in text for row in ROWS)
    assert "page.svg" in text and "* LeNet-5: twenty passes." in text
    drawn = ElementTree.fromstring(page.with_suffix(".svg").read_text())
    widths = [float(bar.get("width", 0)) for bar in drawn if bar.tag.endswith("rect")]
    assert len(widths) == 4
    assert widths[0] / widths[2] == pytest.approx(12.5 / 0.95, rel=0.01)  # linear's and LeNet-5's, as the errors


def test_run_of_an_unknown_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match="no row nonsense"):
        write_page([run("nonsense")], tmp_path / "page.md")


def test_every_row_is_named_once_and_says_why_it_cannot_run() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all((row.run is None) == bool(row.why) for row in ROWS)
    assert "<rect" not in bars({row.name: [] for row in ROWS})


def test_command_lists_rows_and_writes_the_page(tmp_path: Path) -> None:
    listed = CliRunner().invoke(command.paper_table, [])
    assert listed.exit_code == 0 and len(listed.output.splitlines()) == len(ROWS)
    keep(run(), tmp_path / "results")
    options = ["--results", str(tmp_path / "results"), "--write"]
    assert CliRunner().invoke(command.paper_table, [*options, str(tmp_path / "a.md")]).exit_code == 0
    assert "**0.95**" in (tmp_path / "a.md").read_text()
    failed = CliRunner().invoke(command.paper_table, [*options, str(tmp_path / "no" / "a.md")])
    assert failed.exit_code == 2 and "cannot write" in failed.output
