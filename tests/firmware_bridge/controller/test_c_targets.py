"""The controller library and the sketch are compiled for the processors of well-known boards, warnings as errors."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_controller import LANGUAGE, SOURCES, WARNINGS, sources
from build_core import ZIG
from tests.firmware_bridge.controller.tools import need

_SKETCH = SOURCES / "examples" / "arduino" / "posteye_sorter" / "posteye_sorter.ino"
_STAND_IN = Path(__file__).with_name("arduino")
_ZIG_CPP = (*(part if part != "cc" else "c++" for part in ZIG),)
_CPP_WARNINGS = tuple(one for one in WARNINGS if one != "-Wmissing-prototypes")


@dataclass(frozen=True)
class Target:
    """A processor.

    Attributes:
        board: that has it.
        c: the command of its C compiler.
        cpp: of its C++ compiler.
        package: of Debian, with both.
    """

    board: str
    c: tuple[str, ...]
    cpp: tuple[str, ...]
    package: str = "gcc"


def _zig(board: str, *flags: str) -> Target:
    return Target(board, (*ZIG, *flags), (*_ZIG_CPP, *flags))


TARGETS = (
    Target("Arduino Uno", ("avr-gcc", "-mmcu=atmega328p"), ("avr-g++", "-mmcu=atmega328p"), "gcc-avr avr-libc"),
    _zig("RP2040", "-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
    _zig("RP2350", "-target", "thumb-freestanding-eabi", "-mcpu=cortex_m33"),
    _zig("ESP32-C3", "-target", "riscv32-freestanding", "-mcpu=generic_rv32+m+c"),
    Target("ESP8266", ("xtensa-lx106-elf-gcc",), ("xtensa-lx106-elf-g++",), "gcc-xtensa-lx106"),
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.board)
def test_it_compiles(target: Target, tmp_path: Path) -> None:
    need(target.c, target.package)
    for source in sources():
        _compile([*target.c, *LANGUAGE, *WARNINGS, "-ffreestanding"], source, tmp_path)
    # The Arduino IDE compiles a sketch as C++11, and says nothing of callbacks that are left out.
    cpp = [*target.cpp, "-std=c++11", f"-I{SOURCES}", f"-I{_STAND_IN}", *_CPP_WARNINGS, "-x", "c++", "-fno-exceptions"]
    _compile([*cpp, "-ffreestanding"], _SKETCH, tmp_path)


def _compile(command: list[str], source: Path, folder: Path) -> None:
    compiled = folder / f"{source.stem}.o"
    subprocess.run([*command, "-Os", "-c", str(source), "-o", str(compiled)], check=True)
    assert compiled.stat().st_size > 0
