"""Which packages of fonts are missing, told by a module that needs nothing installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from device_runtime.errors import PosteyeError
from train.synthesis.writing.fonts import (
    HAND_PACKAGES,
    PRINT_PACKAGES,
    find_fonts,
    found_families,
    install_command,
    missing_packages,
)


def fake_fc_list(monkeypatch: pytest.MonkeyPatch, place: Path, lines: str) -> None:
    """An fc-list that knows these fonts and no others."""
    place.joinpath("fc-list").write_text(f"#!/bin/sh\ncat <<'END'\n{lines}\nEND\n")
    place.joinpath("fc-list").chmod(0o755)
    monkeypatch.setenv("PATH", str(place), prepend=os.pathsep)


def test_a_package_is_missing_when_one_of_its_families_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_fc_list(monkeypatch, tmp_path, "hack\t/f/hack.ttf\nNoto Mono\t/f/a.ttf\nSteve,x\t/f/s.otf\nDelphine\t/f/d.ttf")
    missing = missing_packages()
    assert "fonts-hack" not in missing and "fonts-sjfonts" not in missing and "fonts-noto-mono" in missing
    assert len(missing) == len(PRINT_PACKAGES) + len(HAND_PACKAGES) - 2
    assert install_command() == f"sudo apt-get install --no-install-recommends {' '.join(missing)}"
    assert find_fonts(("Hack", "Delphine")) == [Path("/f/d.ttf"), Path("/f/hack.ttf")]
    assert found_families(("Steve", "Lato", "Hack")) == ["Steve", "Hack"]


def test_a_font_that_cannot_be_scaled_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_fc_list(monkeypatch, tmp_path, "Hack\t/f/hack.pcf.gz")
    assert "fonts-hack" in missing_packages()
    with pytest.raises(PosteyeError, match="posteye train --check says what to install"):
        find_fonts(("Hack",))


def test_without_fontconfig_it_is_the_first_to_install(tmp_path: Path) -> None:
    settings = {"PATH": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[4])}
    command = [sys.executable, "-S", "-m", "train.synthesis.writing.fonts"]  # -S: no package is installed
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert done.stdout.split() == ["fontconfig", *PRINT_PACKAGES, *HAND_PACKAGES]
