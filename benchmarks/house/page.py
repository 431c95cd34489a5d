"""docs/architecture.md: its pictures, and the table of who imports whom, which the pictures are drawn from."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.house.building import draw_house
from benchmarks.house.data_path import draw_data_path
from benchmarks.house.rooms import PACKAGES, ROOT, House

PAGE = ROOT / "docs" / "architecture.md"
_TABLE = re.compile(r"(<!-- imports -->\n).*?(<!-- end of imports -->)", re.S)


def rendered(house: House, page: str) -> dict[str, str]:
    """The files of the page by their names in its folder: itself with the table filled in, and its pictures."""
    filled, count = _TABLE.subn(lambda mark: f"{mark[1]}\n{imports_table(house)}\n\n{mark[2]}", page)
    assert count == 1, "the page has no place for its table"
    pictures = {"architecture/house.svg": draw_house(house), "architecture/data-path.svg": draw_data_path()}
    return pictures | {PAGE.name: filled}


def write(house: House, folder: Path = PAGE.parent) -> None:
    """Write the page and its pictures into a folder that holds the page."""
    for name, text in rendered(house, (folder / PAGE.name).read_text()).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def imports_table(house: House) -> str:
    """A Markdown table with a row a room: the rooms of its package that it imports, and the other packages."""
    rows = ["| room | imports of its package | and from |", "|---|---|---|"]
    for package in PACKAGES:
        for room in house.rooms(package):
            names = [name.split(".") for name in house.imports[f"{package}.{room}"]]
            own = [name[-1] for name in names if name[0] == package and len(name) > 1]
            others = sorted({name[0] for name in names} - {package})
            rows.append(f"| {package}.{room} | {', '.join(own)} | {', '.join(others)} |")
    return "\n".join(rows)
