"""Compiles the controller library for small processors: `python -m benchmarks.controller`."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import click

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from build_controller import CORTEX_M0_PLUS, Size, measure
from build_core import ZIG, NoCompilerError
from device_runtime.errors import PosteyeError

FIGURE = "controller"


@dataclass(frozen=True)
class Target:
    """A processor and a compiler for it.

    Attributes:
        words: both, for people.
        command: of the compiler.
        package: that brings it.
    """

    words: str
    command: tuple[str, ...]
    package: str


TARGETS = {
    "m0_gcc": Target("Cortex-M0+, GCC", CORTEX_M0_PLUS["gcc"], "gcc-arm-none-eabi"),
    "m0_zig": Target("Cortex-M0+, Clang of ziglang", CORTEX_M0_PLUS["zig"], "ziglang from PyPI"),
    "avr_gcc": Target("AVR (ATmega328P), GCC", ("avr-gcc", "-mmcu=atmega328p"), "gcc-avr avr-libc"),
    "rv32_zig": Target(
        "RISC-V (ESP32-C3), Clang of ziglang",
        (*ZIG, "-target", "riscv32-freestanding", "-mcpu=generic_rv32+m+c"),
        "ziglang from PyPI",
    ),
}


@click.command()
@results_option
def controller(results: Path | None) -> None:
    """Measure the controller library's code and state on each processor.

    \b
    Example:
      python -m benchmarks.controller
    """
    sizes = {name: _measured(target) for name, target in TARGETS.items()}
    for name, size in sizes.items():
        click.echo(f"{TARGETS[name].words:36}{size.code_bytes:6} bytes of code{size.state_bytes:6} bytes of state")
    if results:
        values = {name: _values(size) for name, size in sizes.items()}
        keep(FIGURE, results, values, bundle=None, versions=_versions())


def _measured(target: Target) -> Size:
    try:
        return measure(target.command)
    except NoCompilerError as error:
        raise PosteyeError(f"{error}; install {target.package}") from None
    except subprocess.CalledProcessError as error:
        raise PosteyeError(f"{target.command[0]} failed with exit code {error.returncode}") from None


def _versions() -> dict[str, str]:
    gcc = {target.command[0] for target in TARGETS.values()} - {ZIG[0]}
    asked = {
        name: subprocess.check_output([name, "-dumpfullversion", "-dumpversion"], text=True) for name in sorted(gcc)
    }
    return {"ziglang": version("ziglang"), **{name: words.strip() for name, words in asked.items()}}


def _values(size: Size) -> dict[str, int]:
    return {"code_bytes": size.code_bytes, "state_bytes": size.state_bytes}


if __name__ == "__main__":
    run_command(controller)
