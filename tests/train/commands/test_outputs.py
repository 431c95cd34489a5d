"""A file that cannot be written is refused before the work whose result it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from device_runtime.commands import demo
from device_runtime.errors import PosteyeError, WriteError
from train.commands import evaluate, explain


def work(*_: object, **__: object) -> None:
    raise AssertionError("the work began")


@pytest.mark.parametrize("option", ["--answers", "--plot", "--gallery"])
def test_evaluate_tries_its_outputs_first(option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "load_bundle", work)
    found = CliRunner().invoke(evaluate.evaluate, ["mnist", option, str(tmp_path / "none" / "a")])
    assert isinstance(found.exception, WriteError) and "none/a cannot be written" in str(found.exception)


def test_explain_tries_its_page_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "Reader", work)
    found = CliRunner().invoke(explain.explain, ["a.png", "--out", str(tmp_path / "none" / "a")])
    assert isinstance(found.exception, WriteError) and "none/a cannot be written" in str(found.exception)


def test_demo_tries_its_picture_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "load_pieces", work)
    found = CliRunner().invoke(demo.demo, ["--picture", str(tmp_path / "none" / "a.png")])
    assert isinstance(found.exception, WriteError) and "none/a.png cannot be written" in str(found.exception)


def test_demo_draws_no_other_kind_of_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "load_pieces", work)
    found = CliRunner().invoke(demo.demo, ["--picture", str(tmp_path / "a.txt")])
    assert isinstance(found.exception, PosteyeError) and "ends in .png, .jpg" in str(found.exception)
