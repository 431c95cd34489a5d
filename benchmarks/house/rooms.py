"""The rooms of each package on their floors, and who imports whom.

A room is a folder or a module directly below a package. The floors are those that import-linter checks: its contracts
in pyproject.toml are read, not repeated. The imports are measured by grimp, which import-linter itself uses.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PACKAGES = ("benchmarks", "convert", "train", "posteye", "device_runtime", "firmware_bridge")


@dataclass(frozen=True)
class Room:
    """A room of a package; one that is not built is named in the contracts and holds nothing yet."""

    name: str
    built: bool


@dataclass(frozen=True)
class House:
    """What is drawn.

    Attributes:
        floors: of each package with floors, from the top one down: the rooms on it.
        imports: of each room, as `package.room`, the rooms that it imports, sorted.
    """

    floors: dict[str, tuple[tuple[Room, ...], ...]]
    imports: dict[str, tuple[str, ...]]

    def rooms(self, package: str) -> list[str]:
        """The names of a package's rooms that exist, sorted."""
        return sorted(room.partition(".")[2] for room in self.imports if room.startswith(f"{package}."))

    def package_imports(self) -> list[tuple[str, str]]:
        """Which package imports which, without what follows from the others: a to c, where a to b and b to c are."""
        pairs = {
            (room.partition(".")[0], found.partition(".")[0]) for room in self.imports for found in self.imports[room]
        }
        pairs = {(a, b) for a, b in pairs if a != b}
        return sorted((a, b) for a, b in pairs if not any((a, c) in pairs and (c, b) in pairs for c in PACKAGES))


def house() -> House:
    """Read the floors from pyproject.toml and measure the imports of the packages in this checkout."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = {
        contract["containers"][0]: tuple(tuple(_rooms_of(floor)) for floor in contract["layers"])
        for contract in contracts
        if "containers" in contract
    }
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    imports: dict[str, set[str]] = {room: set() for module in graph.modules if (room := _room(module))}
    for module in graph.modules:
        if room := _room(module):
            found = (_room(other) or other for other in graph.find_modules_directly_imported_by(module))
            imports[room].update(other for other in found if other != room)
    return House(floors, {room: tuple(sorted(imports[room])) for room in sorted(imports)})


def _rooms_of(floor: str) -> Iterator[Room]:
    for word in floor.split("|"):
        name = word.strip()
        yield Room(name.strip("()"), built=not name.startswith("("))


def _room(module: str) -> str | None:
    """The room of a module; None for the package's own `__init__`."""
    parts = module.split(".")
    return ".".join(parts[:2]) if len(parts) > 1 else None
