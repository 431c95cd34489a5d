"""The command that makes and reads strings of test digits."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks import mnist_strings
from benchmarks.peer_fields import read_labels
from device_runtime.errors import PosteyeError
from device_runtime.images import load_grey
from tests.benchmarks.made_digits import made_digits
from tests.stub import stub_bundle
from train.mnist import Mnist


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four strings of each kind."""
    monkeypatch.setattr(mnist_strings, "load_mnist", lambda *_: Mnist(*[made_digits()] * 3))
    assert run("make", tmp_path, "--writers", tmp_path, "--count", 4).exit_code == 0
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(mnist_strings.mnist_strings, [str(word) for word in words])


def test_sets_are_image_files_with_labels(made: Path) -> None:
    for kind in ("clean", "touching", "hard"):
        labels = read_labels(made / kind)
        assert len(labels) == 4
        assert all(len(label.digits) == 5 and set(label.further) == {"writer", "joins"} for label in labels)
        assert all(load_grey(label.path).shape[0] > 20 for label in labels)


def test_complete_sets_are_left_alone_and_others_refused(made: Path) -> None:
    before = (made / "hard" / "00000.png").stat().st_mtime_ns

    again = run("make", made, "--writers", made, "--count", 4)
    more = run("make", made, "--writers", made, "--count", 5)

    assert "there already" in again.output
    assert (made / "hard" / "00000.png").stat().st_mtime_ns == before
    assert isinstance(more.exception, PosteyeError) and "another number" in str(more.exception)


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


def test_other_folders_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ("clean", "touching", "hard"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "labels.csv").write_text("file,digits\n1.png,12345\n")
    monkeypatch.setattr(sys, "argv", ["mnist_strings", "read", str(tmp_path), "--bundle", str(stub_bundle())])

    with pytest.raises(SystemExit) as done:
        mnist_strings.main()

    assert done.value.code == 2
    assert "was not made here" in capsys.readouterr().err
