"""Compiles the controller library of firmware_bridge/controller/c, and says how large it is on a Cortex-M0+.

python build_controller.py                      # the sizes, by ziglang's compiler
python build_controller.py --gcc                # the same by arm-none-eabi-gcc
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from build_core import ZIG, NoCompilerError

ROOT = Path(__file__).parent
SOURCES = ROOT / "firmware_bridge" / "controller" / "c"
MOST_CODE_BYTES, MOST_STATE_BYTES = 4096, 1024
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Wshadow", "-Wmissing-prototypes", "-Werror")
LANGUAGE = ("-std=c99", f"-I{SOURCES}")
CORTEX_M0_PLUS = {
    "zig": (*ZIG, "-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
    "gcc": ("arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m0plus", "-ffreestanding"),
}
_SMALL = ("-Os", "-fno-common", "-ffunction-sections", "-fdata-sections")
_STATE = '#include "posteye_controller.h"\npec_controller state;\n'


@dataclass(frozen=True)
class Size:
    """How large the library is.

    Attributes:
        code_bytes: instructions and constants, in flash.
        state_bytes: one pec_controller, and what the library keeps beside it (nothing).
        foreign: names that it wants from elsewhere.
    """

    code_bytes: int
    state_bytes: int
    foreign: frozenset[str]

    @property
    def fits(self) -> bool:
        """Whether it is within its limits."""
        return self.code_bytes <= MOST_CODE_BYTES and self.state_bytes <= MOST_STATE_BYTES


def sources() -> list[Path]:
    """The sources of the library, without its examples."""
    return sorted(SOURCES.glob("*.c"))


def build_shared(command: Sequence[str], out: Path, extra: Sequence[str] = ()) -> None:
    """Compile the library for this machine as one that can be loaded.

    Args:
        command: of a C compiler.
        out: the library to write.
        extra: further flags and sources.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its words are on stderr.
    """
    flags = (*LANGUAGE, *WARNINGS, "-g", "-O2", "-fPIC", "-shared")
    subprocess.run([*command, *flags, *extra, *map(str, sources()), "-o", str(out)], check=True)


def measure(command: Sequence[str]) -> Size:
    """Compile the library for a small processor and look at the objects.

    Args:
        command: of a C compiler for it.

    Raises:
        NoCompilerError: there is no such compiler.
        subprocess.CalledProcessError: it failed; its words are on stderr.
    """
    from elftools.elf.elffile import ELFFile  # here, since only who asks for the sizes needs it
    from elftools.elf.sections import SymbolTableSection

    code = kept = 0
    names: dict[bool, set[str]] = {True: set(), False: set()}  # defined, wanted
    with tempfile.TemporaryDirectory(prefix="posteye-controller-") as folder:
        state = Path(folder, "state.c")
        state.write_text(_STATE)
        for source in [*sources(), state]:
            compiled = Path(folder, f"{source.stem}.o")
            _compile(command, source, compiled)
            with compiled.open("rb") as file:
                for section in ELFFile(file).iter_sections():
                    if isinstance(section, SymbolTableSection):
                        for symbol in section.iter_symbols():
                            names[symbol["st_shndx"] != "SHN_UNDEF"].add(symbol.name)
                    elif _is_in_memory(section.name, ".bss", ".data"):
                        kept += section["sh_size"]
                    elif _is_in_memory(section.name, ".text", ".rodata"):
                        code += section["sh_size"]
    return Size(code, kept, frozenset(names[False] - names[True] - {""}))


def _is_in_memory(section: str, *beginnings: str) -> bool:
    return any(section == one or section.startswith(f"{one}.") for one in beginnings)


def _compile(command: Sequence[str], source: Path, out: Path) -> None:
    try:
        subprocess.run([*command, *LANGUAGE, *WARNINGS, *_SMALL, "-c", str(source), "-o", str(out)], check=True)
    except FileNotFoundError:
        raise NoCompilerError(f"there is no {command[0]}") from None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gcc", action="store_true", help="by arm-none-eabi-gcc; else by ziglang")
    name = "gcc" if parser.parse_args().gcc else "zig"
    try:
        size = measure(CORTEX_M0_PLUS[name])
    except NoCompilerError as error:
        sys.exit(f"build_controller: {error}. Install it: sudo apt-get install gcc-arm-none-eabi")
    except subprocess.CalledProcessError as error:
        sys.exit(f"build_controller: the compiler failed with exit code {error.returncode}")
    print(f"controller library on a Cortex-M0+ ({name}, -Os)")
    print(f"code   {size.code_bytes:5} of at most {MOST_CODE_BYTES} bytes of flash")
    print(f"state  {size.state_bytes:5} of at most {MOST_STATE_BYTES} bytes of RAM")
    if not size.fits:
        sys.exit(1)


if __name__ == "__main__":
    main()
