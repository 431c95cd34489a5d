"""A run of the comparison, its readers scripted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.figures.command import run_command
from benchmarks.peers import __main__ as peers
from benchmarks.peers.process import Answer, Identity
from device_runtime.samples import load_samples

NAMES = {"posteye": "posteye", "rapidocr": "RapidOCR", "ppocr": "PP-OCRv6", "tesseract": "Tesseract"}


class Scripted:
    """A reader in this process: posteye takes 1 ms, RapidOCR 40, Tesseract 6, and PP-OCRv6 2."""

    heard: list[tuple[str, str]]

    def __init__(self, name: str) -> None:
        self.identity = Identity(NAMES[name], "1", 1000)
        self.seconds = {"posteye": 0.001, "rapidocr": 0.040, "tesseract": 0.006, "ppocr": 0.002}[name]

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, path: Path) -> Answer:
        self.heard.append((self.identity.name, path.name))
        return Answer("1 2", 1.0, self.seconds, self.seconds, 50_000_000)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    monkeypatch.setattr(Scripted, "heard", [], raising=False)
    monkeypatch.setattr(peers, "start", Scripted)
    return Scripted


def test_readers_take_turns_round_by_round(scripted: type[Scripted]) -> None:
    result = CliRunner().invoke(peers.peers)

    samples = len(load_samples())
    one_round = [name for name in NAMES.values() for _ in range(samples)]
    assert result.exit_code == 0, result.output
    assert [name for name, _ in scripted.heard] == one_round * 41  # the first warms up
    images = [image for _, image in scripted.heard]
    assert images == images[:samples] * (41 * len(NAMES))


def test_the_goals_decide_and_others_stand_beside(scripted: type[Scripted]) -> None:
    result = CliRunner().invoke(peers.peers)

    assert "goal: at most 1/30 of RapidOCR's CPU time on five digits: met (1/40.0 by medians" in result.output
    assert "goal: at most 1/5 of Tesseract's CPU time on five digits: met (1/6.0 by medians" in result.output
    assert "2.0x" in result.output


def test_a_missed_goal_is_exit_code_1(scripted: type[Scripted], monkeypatch: pytest.MonkeyPatch) -> None:
    def start(name: str) -> Scripted:
        reader = scripted(name)
        reader.seconds *= 0.7 if name == "rapidocr" else 1
        return reader

    monkeypatch.setattr(peers, "start", start)

    result = CliRunner().invoke(peers.peers, ["--json"])

    assert result.exit_code == 1
    assert '"goal_met": false' in result.output


def test_a_missing_bundle_is_one_line_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["peers", "--bundle", str(tmp_path / "none")])

    with pytest.raises(SystemExit) as done:
        run_command(peers.peers)

    assert done.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("posteye: there is no bundle at")


def test_too_few_readings_are_refused() -> None:
    assert "x>=40" in CliRunner().invoke(peers.peers, ["--rounds", "10"]).output
