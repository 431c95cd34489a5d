"""The example for a Cortex-M, compiled by ziglang and run by QEMU, with its port at an end of a cable."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from build_controller import LANGUAGE, SOURCES, WARNINGS, sources
from build_core import ZIG

EMULATOR = "qemu-system-arm"
_EXAMPLE = SOURCES / "examples" / "cortex_m"
_PROCESSOR = ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m3", "-Os", "-nostdlib", "-Wl,--entry=reset")
_END_S = 10


@dataclass(frozen=True)
class Machine:
    """A board that QEMU knows.

    Attributes:
        name: for QEMU.
        source: of its ports.
    """

    name: str
    source: str


MACHINES = (Machine("lm3s6965evb", "lm3s6965evb.c"), Machine("mps2-an385", "mps2_an385.c"))


def build(machine: Machine, folder: Path) -> Path:
    """Compile the example for a board; returns the program."""
    program = folder / f"{machine.name}.elf"
    parts = [*sources(), *(_EXAMPLE / name for name in ("main.c", "cortex_m.c", machine.source))]
    flags = (*_PROCESSOR, *LANGUAGE, *WARNINGS, "-T", str(_EXAMPLE / "cortex_m.ld"))
    subprocess.run([*ZIG, *flags, *map(str, parts), "-o", str(program)], check=True)
    return program


class Emulated:
    """A board that runs; use it with `with`.

    Args:
        machine: the board.
        program: for it.
        port: device name of the end of a cable.
        log: a file for what it says on its second port.
    """

    def __init__(self, machine: Machine, program: Path, port: str, log: Path) -> None:
        wire = ("-chardev", f"serial,id=wire,path={port}", "-serial", "chardev:wire", "-serial", f"file:{log}")
        quiet = ("-display", "none", "-monitor", "none", "-nodefaults")
        command = [EMULATOR, "-M", machine.name, *quiet, *wire, "-kernel", str(program)]
        self._log = log
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> Emulated:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        _, words = self._process.communicate(timeout=_END_S)
        assert kind or "terminating on signal" in words, words

    def said(self) -> list[str]:
        """The lines of its log so far."""
        return self._log.read_text("ascii").splitlines()
