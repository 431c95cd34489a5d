"""Reading knows one segmentation method: scripts that name it go on working, others learn where the other one is."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from device_runtime.commands.options import reading_options


@click.command()
@reading_options
def command(**given: object) -> None:
    click.echo(" ".join(sorted(given)))


@pytest.mark.parametrize("arguments", [[], ["--segmenter", "scan"]])
def test_scanning_may_be_named_and_changes_nothing(arguments: list[str]) -> None:
    ran = CliRunner().invoke(command, arguments)
    assert ran.exit_code == 0 and "pattern" in ran.stdout and "segmenter" not in ran.stdout


@pytest.mark.parametrize("method", ["hos", "other"])
def test_another_method_is_a_usage_error_that_says_where_it_is(method: str) -> None:
    ran = CliRunner().invoke(command, ["--segmenter", method])
    assert ran.exit_code == 2 and f"--segmenter {method}" in ran.stderr
    assert "`posteye evaluate --segmenter hos`" in ran.stderr


def test_help_does_not_speak_of_it() -> None:
    assert "segmenter" not in CliRunner().invoke(command, ["--help"]).stdout
