"""Hollow libraries: in place of those that OpenCV is linked with and the reader never calls."""

from __future__ import annotations

import subprocess
from pathlib import Path

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

import build_core

_NAME = "libhollow.so"


def fill_missing_libraries(library: Path, root: Path, triplet: str, machine: str) -> None:
    """Make a library of a tree loadable though not all that it is linked with is there.

    One hollow library takes the names of all that are missing. It has their functions, which return 0; a dynamic loader
    that binds at once, as Debian's does, asks for every one of them.

    Args:
        library: to be loaded.
        root: of the tree.
        triplet: of the folder of its libraries.
        machine: one of build_core.TARGETS.
    """
    folders = [root / "usr/lib" / triplet, root / "lib" / triplet, root / "lib"]
    asked_for, defined, missing = set[str](), set[str](), set[str]()
    seen, queue = set[str](), [library]
    while queue:
        needed, wants, has = _symbols(queue.pop())
        asked_for |= wants
        defined |= has
        for name in set(needed) - seen:
            found = next((folder / name for folder in folders if (folder / name).exists()), None)
            if found is None:
                missing.add(name)
            else:
                queue.append(found)
        seen |= set(needed)
    # Python's own are in the program that loads all this.
    names = sorted(name for name in asked_for - defined if not name.startswith(("Py", "_Py")))
    source = folders[0] / "hollow.c"
    source.write_text("".join(f"long {name}(void) {{ return 0; }}\n" for name in names))
    flags = ["-shared", "-fPIC", "-w", "-fno-builtin", "-nostdlib", "-o", str(folders[0] / _NAME)]
    subprocess.run([*build_core.cross_compiler(machine), *flags, str(source)], check=True)
    for name in missing:
        (folders[0] / name).symlink_to(_NAME)


def _symbols(library: Path) -> tuple[list[str], set[str], set[str]]:
    """The libraries that one is linked with, the symbols that it needs from them, and those that it has."""
    with library.open("rb") as opened:
        elf = ELFFile(opened)
        dynamic, table = elf.get_section_by_name(".dynamic"), elf.get_section_by_name(".dynsym")
        assert isinstance(dynamic, DynamicSection) and isinstance(table, SymbolTableSection)
        needed = [str(vars(tag)["needed"]) for tag in dynamic.iter_tags("DT_NEEDED")]
        wants, has = set[str](), set[str]()
        for symbol in table.iter_symbols():
            if symbol["st_shndx"] != "SHN_UNDEF":
                has.add(symbol.name)
            elif symbol["st_info"]["bind"] == "STB_GLOBAL":  # a weak one may be missing
                wants.add(symbol.name)
    return needed, wants, has
