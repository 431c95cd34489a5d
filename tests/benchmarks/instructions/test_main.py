"""The command keeps the counts with the versions that they were taken with, and tells what changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.figures import provenance
from benchmarks.figures.files import load
from benchmarks.instructions import __main__ as command
from benchmarks.instructions.counted import of_results
from device_runtime.errors import PosteyeError
from tests.benchmarks.instructions.made import VERSIONS, measurement
from tests.emulated.roots import MissingTool


@pytest.fixture(autouse=True)
def a_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "commit", lambda _: ("0123456789" * 4, False))


def test_counts_are_kept_and_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "instructions.json"
    monkeypatch.setattr(command, "COMMITTED", path)
    for decode, said in ((9_000_000, ""), (9_500_000, "more instructions"), (9_000_000, "fewer instructions")):
        monkeypatch.setattr(command, "count", lambda decode=decode: measurement(decode))
        done = CliRunner().invoke(command.instructions, ["--results", str(path)])
        assert done.exit_code == 0 and said in done.output, done.output
        assert [word for word in ("more", "fewer") if f"{word} instructions" in done.output] == said.split()[:1]
        kept = load(path)
        assert of_results(kept) == measurement(decode) and kept.versions == VERSIONS


def test_a_machine_that_cannot_count_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def boards(folder: Path) -> None:
        raise MissingTool("install what is missing: qemu-user")

    monkeypatch.setattr(command, "boards", boards)
    with pytest.raises(PosteyeError, match="install what is missing: qemu-user"):
        command.count()
