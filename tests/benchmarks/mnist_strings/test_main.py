"""The command that makes and reads strings of test digits."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.figures.command import run_command
from benchmarks.figures.files import load
from benchmarks.mnist_strings import sets
from benchmarks.mnist_strings.__main__ import mnist_strings
from device_runtime.errors import PosteyeError
from device_runtime.image.load import load_gray
from tests.benchmarks.made_digits import made_digits
from tests.stub import stub_bundle
from train.data.labelled import read_labels
from train.data.mnist import Mnist


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four strings of each kind."""
    monkeypatch.setattr(sets, "load_mnist", lambda *_: Mnist(*[made_digits()] * 3))
    assert run("make", tmp_path, "--writers", tmp_path, "--count", 4).exit_code == 0
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(mnist_strings, [str(word) for word in words])


def test_sets_are_image_files_with_labels(made: Path) -> None:
    for kind in ("clean", "touching", "hard"):
        labels = read_labels(made / kind)
        assert len(labels) == 4
        assert all(len(label.code) == 5 and set(label.further) == {"writer", "joins"} for label in labels)
        assert all(load_gray(label.path).shape[0] > 20 for label in labels)


def test_complete_sets_are_left_alone_and_those_of_another_generator_made_anew(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = made / "hard" / "00000.png"
    before = picture.stat().st_mtime_ns

    assert "there already" in run("make", made, "--writers", made, "--count", 4).output
    assert picture.stat().st_mtime_ns == before
    run("make", made, "--writers", made, "--count", 5)
    assert len(read_labels(made / "hard")) == 5
    monkeypatch.setattr(sets, "code_hash", lambda _: "another generator")
    stale = run("read", made, "--bundle", stub_bundle())
    assert isinstance(stale.exception, PosteyeError) and "not made by this generator" in str(stale.exception)
    run("make", made, "--writers", made, "--count", 5)
    assert run("read", made, "--bundle", stub_bundle()).exit_code == 0


def test_strings_of_unknown_origin_are_not_overwritten(made: Path) -> None:
    (made / "made-by.txt").unlink()
    refused = run("make", made, "--writers", made, "--count", 4)
    assert isinstance(refused.exception, PosteyeError) and "delete it, or name another" in str(refused.exception)


def test_sets_are_read_and_reported(made: Path) -> None:
    found = run("read", made, "--bundle", stub_bundle(), "--json")
    report = json.loads(found.stdout)

    assert [row["kind"] for row in report["sets"]] == ["clean", "touching", "hard"]
    first = report["sets"][0]
    assert first["strings"] == 4 and first["joined"] == 0
    assert first["exact_interval"][0] <= first["exact"] <= first["exact_interval"][1]
    assert 0 <= first["wrong"] <= 1

    lines = run("read", made, "--bundle", stub_bundle()).output.splitlines()
    assert [line.split()[0] for line in lines[3:6]] == ["clean", "touching", "hard"]

    kept = made / "kept.json"
    assert run("read", made, "--bundle", stub_bundle(), "--results", kept).output.splitlines() == lines
    results = load(kept)
    assert results.values["output"] == lines and set(results.data) == {"clean", "touching", "hard"}
    assert results.values["hard"]["exact"] == report["sets"][2]["exact"] and results.seed == 1


def test_other_folders_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ("clean", "touching", "hard"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "labels.csv").write_text("file,digits\n1.png,12345\n")
    (tmp_path / "made-by.txt").write_text(sets.made_by(1, 1))
    monkeypatch.setattr(sys, "argv", ["mnist_strings", "read", str(tmp_path), "--bundle", str(stub_bundle())])

    with pytest.raises(SystemExit) as done:
        run_command(mnist_strings)

    assert done.value.code == 2
    assert "was not made here" in capsys.readouterr().err
