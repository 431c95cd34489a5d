"""Compiles the core of device_runtime/core/c: for this machine by any C compiler, for others by ziglang.

python build_core.py                            # device_runtime/core/libposteye_core.so, by $CC or cc
python build_core.py --target aarch64-linux-gnu.2.17 --out build/libposteye_core.so
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent
SOURCES = ROOT / "device_runtime" / "core" / "c"
LIBRARY = ROOT / "device_runtime" / "core" / "libposteye_core.so"
# No contraction to fused multiply-adds: the core's bits are the same on every processor.
FLAGS = ("-std=c99", "-O2", "-fPIC", "-shared", "-ffp-contract=off", "-fvisibility=hidden")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


class NoCompilerError(Exception):
    """There is no C compiler here; the message says what to install."""


def compiler() -> list[str]:
    """The command of this machine's C compiler.

    Raises:
        NoCompilerError: there is none.
    """
    named = os.environ.get("CC")
    if named:
        return named.split()
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    raise NoCompilerError("no C compiler: install gcc and libc6-dev, or pip install ziglang")


def zig(target: str) -> list[str]:
    """The command of zig's C compiler for a target such as `aarch64-linux-gnu.2.17`."""
    # zig's own default is to trap undefined behaviour, which brings a run-time library.
    return [sys.executable, "-m", "ziglang", "cc", "-target", target, "-fno-sanitize=undefined"]


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
    parser.add_argument("--target", help="zig's name of another machine; needs ziglang from PyPI")
    parser.add_argument("--out", type=Path, default=LIBRARY, help="the library to write")
    chosen = parser.parse_args()
    try:
        build(zig(chosen.target) if chosen.target else compiler(), chosen.out)
    except NoCompilerError as error:
        sys.exit(f"build_core: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"build_core: the compiler failed with exit code {error.returncode}")


if __name__ == "__main__":
    main()
