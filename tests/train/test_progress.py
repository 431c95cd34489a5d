"""What a run says of itself where there is no terminal, and what it knows to be kept."""

from __future__ import annotations

import pytest

from train import progress
from train.duration import duration
from train.progress import Progress


def test_plain_lines_come_now_and_then_with_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock)
    said = Progress(3)
    said.step("strips")
    with said.bar(1000, "strips", 200) as bar:
        for second in range(1, 81):
            clock = float(second)
            bar.to(200 + 10 * second, "loss 0.5" if second > 50 else "")
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == ["step 1 of 3: strips", "  250 of 1,000 strips, 75 s left", "  550 of 1,000 strips, 45 s left"]
    assert lines[3:] == ["  850 of 1,000 strips, 15 s left, loss 0.5", "  1,000 of 1,000 strips, 80 s, loss 0.5"]


def test_nothing_is_said_of_what_was_done_before_or_by_another_rank(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(2).bar(10, "shards", 10) as bar:
        bar.to(10)
    silent = Progress(2, shown=False)
    silent.step("strips")
    with silent.bar(2, "strips") as bar:
        bar.advance(2)
    assert capsys.readouterr().err == ""


def test_what_is_kept_is_told_by_steps_and_parts() -> None:
    said = Progress(4, shown=False)
    assert said.kept() == "nothing new"
    said.step("strips")
    assert said.kept() == "nothing yet"
    said.keep("2 of 4 files")
    assert said.kept() == "2 of 4 files of step 1"
    said.step("float")
    assert said.kept() == "step 1"
    said.step("quantized")
    said.keep("7 of 12 shards")
    assert said.kept() == "steps 1 to 2 and 7 of 12 shards of step 3"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (5400, "1 h 30 min")]
)
def test_times_are_told_as_people_do(seconds: float, words: str) -> None:
    assert duration(seconds) == words
