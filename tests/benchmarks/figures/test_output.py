"""What a command prints becomes a figure."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.figures import output
from benchmarks.figures.files import load
from device_runtime.errors import PosteyeError


def test_lines_are_kept_below_the_call(tmp_path: Path) -> None:
    words = ["gtn", "posteye", "grammar", "--country", "DE", "--results", str(tmp_path / "kept.json")]
    done = CliRunner().invoke(output.output, words)
    assert done.exit_code == 0, done.output
    lines = load(tmp_path / "kept.json").values["output"]
    assert lines[0] == "$ posteye grammar --country DE" and len(lines) > 1
    assert done.output.splitlines() == lines


def test_patterns_are_quoted_and_places_are_not_told() -> None:
    words = [r"\d{5}", "47(5|6)", "/somewhere/else/check_amounts", "docs/gtn"]
    assert output.shown(words) == r"'\d{5}' '47(5|6)' check_amounts docs/gtn"


def test_a_command_that_fails_is_no_figure() -> None:
    with pytest.raises(PosteyeError, match="ended with exit code 2"):
        output.printed("posteye", ["grammar", "--country", "XX"])
