"""The parts of the two-fold measurement: halves that share nothing, and a table that says what was read."""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.scanner.adaptation import (
    BundleReadings,
    adaptation,
    adaptation_table,
    halves,
    joined,
    read_fields,
    training_options,
    write_half,
)
from benchmarks.scanner.harvest import harvest
from tests.train.labelled_folder import make_folder


def test_halves_are_disjoint_and_always_the_same() -> None:
    first, second = halves(621)
    assert sorted(first + second) == list(range(621)) and abs(len(first) - len(second)) == 1
    assert (first, second) == halves(621)
    assert max(first) > 500 and min(second) < 100  # shuffled, not cut in the middle


def test_what_is_rehearsed_is_handed_on_to_the_training(tmp_path: Path) -> None:
    assert training_options(3, None, None, None) == ["--seed", "3"]
    given = training_options(3, None, tmp_path / "w", tmp_path / "d")
    assert given == ["--seed", "3", "--writers", f"{tmp_path}/w", "--digits", f"{tmp_path}/d"]


def test_both_measurements_take_the_same_options() -> None:
    shared = {option.name for option in harvest.params}
    assert shared >= {"work", "folder", "pattern", "bundle", "mnist", "writers", "digits", "strips", "seed", "results"}
    more = [option.name for option in adaptation.params if option.name not in shared]
    assert more == ["printed", "mnist_count"]


def test_a_half_is_a_folder_of_its_own(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "all", ["12", "345", "6"])
    write_half(folder, [["2.png", "6"], ["0.png", "12"]], tmp_path / "half")
    assert sorted(path.name for path in (tmp_path / "half").iterdir()) == ["0.png", "2.png", "labels.csv"]
    rows = list(csv.reader((tmp_path / "half" / "labels.csv").open(newline="")))
    assert rows == [["file", "digits"], ["2.png", "6"], ["0.png", "12"]]


def test_fields_are_read_by_the_public_reader(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "all", ["2503", "447"])
    row = read_fields(None, [["0.png", "2503"], ["1.png", "118"]], folder, r"\d{1,8}", "fold 1")
    assert row.right == [True, False] and len(row.confidences) == 2 and row.bundle == "shipped"


def test_the_table_joins_folds_and_counts_right() -> None:
    before = [
        BundleReadings("a", "fold 1", [0.9, 0.8], [True, False]),
        BundleReadings("a", "fold 2", [0.7, 0.6], [False, False]),
    ]
    after = [
        BundleReadings("b", "fold 1", [0.9, 0.8], [True, True]),
        BundleReadings("b", "fold 2", [0.7, 0.6], [True, False]),
    ]
    lines = adaptation_table([*before, joined(before, "both")], [*after, joined(after, "both")]).lines
    assert len(lines) == 3
    assert lines[0][:5] == ["fold 1", "2", "50.0%", "100.0%", "50.0% -> 100.0%"]
    assert lines[2][:5] == ["both", "4", "25.0%", "75.0%", "25.0% -> 75.0%"]
