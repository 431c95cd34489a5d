"""The parts of the measurement without labels: halves without labels.csv, and a table of three bundles."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scanner import adaptation
from benchmarks.scanner.adaptation import BundleReadings, joined
from benchmarks.scanner.harvest import beside_table, used_pictures, write_pictures
from tests.stub import stub_bundle
from tests.train.labelled_folder import make_folder


def test_a_half_holds_pictures_alone(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "all", ["12", "345", "6"])
    write_pictures(folder, [["2.png", "6"], ["0.png", "12"]], tmp_path / "half")
    assert sorted(path.name for path in (tmp_path / "half").iterdir()) == ["0.png", "2.png"]


def test_the_table_shows_three_bundles_side_by_side() -> None:
    rows = [
        [BundleReadings("a", "fold 1", [0.9, 0.8], right), BundleReadings("a", "fold 2", [0.7, 0.6], right)]
        for right in ([False, False], [True, False], [True, True])
    ]
    lines = beside_table(*([*folds, joined(folds, "both")] for folds in rows)).lines
    assert len(lines) == 3
    assert lines[0][:6] == ["fold 1", "2", "0.0%", "50.0%", "100.0%", "0.0%, 50.0%, 100.0%"]
    assert lines[2][:5] == ["both", "4", "0.0%", "50.0%", "100.0%"]


def test_a_refused_half_leaves_the_bundle_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, ...]] = []

    def refused(_: object, *arguments: str) -> int:
        called.append(arguments)
        return 1

    monkeypatch.setattr(adaptation, "_command", refused)
    half = tmp_path / "harvest-0"
    place = adaptation.adapted(stub_bundle(), half, tmp_path, [], 10, ("--harvest", str(half)))
    assert place == stub_bundle() and len(called) == 1  # nothing is converted
    assert called[0][2:4] == ("--harvest", str(half)) and "--extra" not in called[0]
    assert used_pictures(place) == "refused"
