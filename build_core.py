"""Compiles the core of device_runtime/core/c: for this machine by any C compiler, for others by ziglang.

python build_core.py                            # device_runtime/core/libposteye_core.so, by $CC or cc
python build_core.py --target aarch64 --out build/libposteye_core.so
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent
SOURCES = ROOT / "device_runtime" / "core" / "c"
LIBRARY = ROOT / "device_runtime" / "core" / "libposteye_core.so"
# No contraction to fused multiply-adds: the core's bits are the same on every processor. -O3, because GCC vectorizes
# little with -O2: a strip takes a third of the time.
FLAGS = ("-std=c99", "-O3", "-fPIC", "-shared", "-ffp-contract=off", "-fvisibility=hidden")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")
# zig's own default is to trap undefined behaviour, which brings a run-time library.
ZIG = (sys.executable, "-m", "ziglang", "cc", "-fno-sanitize=undefined")
REMEDY = "Install a compiler: sudo apt-get install gcc libc6-dev"


class Target(NamedTuple):
    """A machine that wheels are made for.

    zig: its name for zig, with the oldest C library that the core may meet there.
    platform: the platform of its wheels. Source: PEP 600; the symbols of each are in auditwheel's policies.
    """

    zig: str
    platform: str


# By the name that the machine has for Python. auditwheel knows riscv64 from glibc 2.31 on.
TARGETS = {
    "x86_64": Target("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64"),
    "aarch64": Target("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64"),
    "armv7l": Target("arm-linux-gnueabihf.2.17", "manylinux_2_17_armv7l"),
    "riscv64": Target("riscv64-linux-gnu.2.31", "manylinux_2_31_riscv64"),
}


class NoCompilerError(Exception):
    """There is no C compiler here."""


def compiler() -> list[str]:
    """The command of this machine's C compiler, else that of ziglang.

    Raises:
        NoCompilerError: there is none.
    """
    named = os.environ.get("CC")
    if named:
        return named.split()
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    if find_spec("ziglang"):
        return list(ZIG)
    raise NoCompilerError("there is no C compiler")


def cross_compiler(machine: str) -> list[str]:
    """The command of zig's C compiler for a machine of TARGETS: the same zig makes the same library everywhere."""
    return [*ZIG, "-target", TARGETS[machine].zig, "-s", "-Wl,--build-id=none"]


def build(command: list[str], out: Path, flags: tuple[str, ...] = WARNINGS) -> None:
    """Compile the library.

    Args:
        command: of the compiler.
        out: the library to write.
        flags: further ones.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its words are on stderr.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    # Sorted, and relative to the sources: the same library wherever and whenever it is built.
    sources = sorted(str(path.relative_to(SOURCES)) for path in SOURCES.rglob("*.c"))
    part = out.with_suffix(".part")
    subprocess.run([*command, *FLAGS, *flags, *sources, "-lm", "-o", str(part.absolute())], cwd=SOURCES, check=True)
    part.replace(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=TARGETS, help="another machine; needs ziglang from PyPI")
    parser.add_argument("--out", type=Path, default=LIBRARY, help="the library to write")
    chosen = parser.parse_args()
    try:
        build(cross_compiler(chosen.target) if chosen.target else compiler(), chosen.out)
    except NoCompilerError as error:
        sys.exit(f"build_core: {error}. {REMEDY}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"build_core: the compiler failed with exit code {error.returncode}")


if __name__ == "__main__":
    main()
