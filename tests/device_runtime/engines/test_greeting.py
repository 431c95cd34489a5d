"""LiteRT's greeting does not reach stderr; all else that is written there does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from device_runtime.engines import greeting
from device_runtime.engines.greeting import without_greeting
from device_runtime.samples import load_samples
from tests.engines_here import ALL_ENGINES

LINE = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"


@pytest.fixture(autouse=True)
def not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greeting, "_heard", False)


@pytest.mark.parametrize("engine", ALL_ENGINES)
def test_reading_a_sound_field_says_nothing_on_stderr(engine: str) -> None:
    command = [sys.executable, "-m", "posteye", "read", "--field", "--country", "DE", "--engine", engine]
    sample = str(load_samples()[0].path)
    found = subprocess.run([*command, sample], cwd=Path(__file__).parents[3], capture_output=True, text=True)
    assert found.returncode == 0 and sample in found.stdout and found.stderr == ""


def test_other_lines_pass_in_their_order(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before\n")
    with without_greeting():
        os.write(2, b"one\n" + LINE)
        os.write(2, b"two\n")
        os.write(2, b"no end of line")
    os.write(2, b", after\n")
    assert capfd.readouterr().err == "before\none\ntwo\nno end of line, after\n"


def test_what_stood_there_is_passed_on_when_the_block_raises(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), without_greeting():
        os.write(2, b"why\n")
        raise ZeroDivisionError
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "why\nafter\n"


def test_a_greeting_that_was_heard_is_not_waited_for_again(capfd: pytest.CaptureFixture[str]) -> None:
    with without_greeting():
        os.write(2, LINE)
    with without_greeting():
        os.write(2, LINE)
    assert capfd.readouterr().err == LINE.decode()


def test_no_stderr_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(number: int) -> int:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(os, "dup", closed)
    with without_greeting():
        pass
