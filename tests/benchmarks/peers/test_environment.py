"""The peers' environment: when it is made, and what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.peers import environment
from device_runtime.errors import PosteyeError


def test_environment_is_made_once_and_again_when_the_pins_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str]) -> None:
        commands.append(command)
        (tmp_path / "env" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "env" / "bin" / "python").touch()

    monkeypatch.setattr(environment, "_run", run)
    monkeypatch.setattr(environment.sys, "version_info", (3, 11, 7))
    pins = tmp_path / "pins.txt"
    for text, calls in (("a==1\n", 2), ("a==1\n", 2), ("a==2\n", 4)):
        pins.write_text(text)
        assert environment.peers_python(tmp_path / "env", pins) == tmp_path / "env" / "bin" / "python"
        assert len(commands) == calls
    assert {"--no-deps", "-r", str(pins)} < set(commands[-1])


def test_environment_of_a_python_that_is_too_new_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.sys, "version_info", (3, 13, 0))

    with pytest.raises(PosteyeError, match=r"python3\.12 -m benchmarks\.peers"):
        environment.peers_python(tmp_path / "env")


def test_every_pin_is_exact() -> None:
    pins = [line.split("#")[0].strip() for line in environment.PINS.read_text().splitlines()]

    assert [pin for pin in pins if pin and pin.count("==") != 1] == []
    assert {"rapidocr-onnxruntime==1.4.4", "rapidocr==3.10.0"} < set(pins)
