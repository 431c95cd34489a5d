"""The picture of the house: a block for each package, its rooms on floors, arrows between the packages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from benchmarks.house.rooms import House, Room
from benchmarks.house.svg import GRAY, INK, PAPER, Drawing

WIDTH = 900
_LEFT, _RIGHT, _BLOCK = 20, 486, 394  # where the two columns begin, and how wide they are
_TOP, _ROW, _HEAD, _PAD, _GAP = (
    62,
    30,
    46,
    10,
    26,
)  # heights: of what is above the blocks, of a floor, of a block's head
_A_ROW = 3  # so many rooms stand beside each other at most

# What a package is for, and its colours: of the block and of its edges.
_BLOCKS = {
    "benchmarks": ("measures and compares; a folder a question", "#f4f1fa", "#8a74b8"),
    "convert": ("from the trained net to a bundle", "#eef1fb", "#6b80c4"),
    "train": ("data, generator, nets, evaluation", "#eaf4fb", "#4a90bd"),
    "posteye": ("the installed name: Reader, python -m posteye", "#eaf7ef", "#3f9b6c"),
    "device_runtime": ("reads codes; runs on a Pi", "#eaf7ef", "#3f9b6c"),
    "firmware_bridge": ("the wire to the sorter; knows no images", "#fdf3e4", "#c98a2b"),
}
_TO_COME = {"benchmarks": ("device",)}  # rooms of packages without floors
# What a room does, where it has a floor of its own.
_DOES = {
    "device_runtime.commands": "one file a command",
    "device_runtime.station": "pieces to decisions, and their record",
    "device_runtime.reader": "a picture to its reading",
    "device_runtime.result": "a reading and what a report says of it",
    "device_runtime.piece": "a frame to its lines and numbers",
    "device_runtime.line_reader": "a line to its reading",
    "device_runtime.second_opinion": "doubtful lines, asked about",
    "device_runtime.decoding": "lattice and grammar to a reading",
    "device_runtime.recognition": "strip to lattice",
    "device_runtime.bundle": "a verified model with its facts",
    "device_runtime.core": "normalise and decode in C",
    "firmware_bridge.controller": "the sorter's end",
    "firmware_bridge.host": "the reader's end: acknowledged, and listening",
    "firmware_bridge.protocol": "frames and messages",
    "firmware_bridge.errors": "what can go wrong",
    "train.commands": "posteye train, evaluate, explain",
    "train.report": "pages that show readings",
    "train.evidence": "weights of the evidence",
    "train.second_opinion": "its calibration",
    "train.runs": "a training, and going on with it",
    "train.scanner": "the net",
    "train.gtn": "graphs and global training",
    "train.segmentation": "cuts instead of scanning",
    "train.synthesis": "drawn fields with their truth",
    "train.data": "digits and labelled fields",
    "train.progress": "how far a run is",
    "train.duration": "times in words",
    "convert.commands": "posteye convert, calibrate",
    "convert.crosscheck": "TensorFlow as a witness",
    "convert.pipeline": "all steps of a conversion",
    "convert.chain": "a net as integer steps",
    "convert.errors": "what can go wrong",
}


@dataclass(frozen=True)
class _Block:
    """A package where it is drawn."""

    package: str
    x: float
    y: float
    rows: tuple[tuple[Room, ...], ...]

    @property
    def bottom(self) -> float:
        return self.y + _HEAD + len(self.rows) * _ROW + (_PAD if self.rows else 0)


def draw_house(house: House) -> str:
    """Draw the packages, rooms and floors of the house as SVG."""
    left = _column(house, ("benchmarks", "convert", "train"), _LEFT)
    right = _column(house, ("posteye", "device_runtime", "firmware_bridge"), _RIGHT)
    ground = max(left[-1].bottom, right[-1].bottom)
    blocks = {block.package: block for column in (left, right) for block in _lowered(column, ground)}
    drawing = Drawing(WIDTH, round(ground) + 20, "The packages of posteye, their rooms, and who imports whom")
    for package, name, note in (
        ("benchmarks", "Workstation", "a checkout, with torch"),
        ("posteye", "Device", "the installed wheel: no torch, nothing to compile"),
    ):
        block = blocks[package]
        drawing.words(block.x, block.y - 26, name, 18, bold=True)
        drawing.words(block.x, block.y - 9, note, 12, GRAY)
    for block in blocks.values():
        _draw_block(drawing, block)
    for above, below in house.package_imports():
        _connect(drawing, blocks[above], blocks[below])
    _legend(drawing)
    return drawing.text()


def _column(house: House, packages: tuple[str, ...], x: float) -> list[_Block]:
    blocks: list[_Block] = []
    y: float = _TOP
    for package in packages:
        rows = tuple(row for floor in _floors(house, package) for row in _rows(floor))
        blocks.append(_Block(package, x, y, rows))
        y = blocks[-1].bottom + _GAP
    return blocks


def _lowered(column: list[_Block], ground: float) -> list[_Block]:
    """The blocks of a column moved down until the last stands on the ground."""
    return [replace(block, y=block.y + ground - column[-1].bottom) for block in column]


def _floors(house: House, package: str) -> tuple[tuple[Room, ...], ...]:
    """The floors of a package; where no contract names any, all of its rooms are on one."""
    if package in house.floors:
        return house.floors[package]
    built = [name for name in house.rooms(package) if not name.startswith("_")]
    to_come = [name for name in _TO_COME.get(package, ()) if name not in built]
    rooms = tuple(Room(name, name in built) for name in sorted(built + to_come))
    return (rooms,) if rooms else ()


def _rows(floor: tuple[Room, ...]) -> list[tuple[Room, ...]]:
    """A floor in rows of at most _A_ROW rooms, the fuller rows first."""
    rows = -(-len(floor) // _A_ROW)
    ends = [-(-len(floor) * row // rows) for row in range(rows + 1)]
    return [floor[start:end] for start, end in pairwise(ends)]


def _draw_block(drawing: Drawing, block: _Block) -> None:
    purpose, fill, edge = _BLOCKS[block.package]
    drawing.box(block.x, block.y, _BLOCK, block.bottom - block.y, fill, edge)
    drawing.words(block.x + 12, block.y + 20, block.package, 15, bold=True)
    drawing.words(block.x + 12, block.y + 36, purpose, 12, GRAY)
    for number, row in enumerate(block.rows):
        y = block.y + _HEAD + number * _ROW
        width = (_BLOCK - 2 * _PAD + 6) / len(row)
        for place, room in enumerate(row):
            x = block.x + _PAD + place * width
            drawing.box(x, y, width - 6, _ROW - 5, PAPER, edge, dashed=not room.built)
            does = _DOES.get(f"{block.package}.{room.name}")
            if len(row) == 1 and does:
                drawing.words(x + 10, y + 17, room.name, 12.5, bold=True)
                drawing.words(x + width - 16, y + 17, does, 12, GRAY, anchor="end")
            else:
                color = GRAY if not room.built else INK
                drawing.words(x + (width - 6) / 2, y + 17, room.name, 12.5, color, bold=room.built, anchor="middle")


def _connect(drawing: Drawing, above: _Block, below: _Block) -> None:
    """An arrow from block to block: straight down within a column, else across the gap between the columns."""
    if above.x == below.x:
        x = above.x + _BLOCK / 2
        drawing.arrow((x, above.bottom + 1), (x, below.y - 2))
    else:
        y = (max(above.y, below.y) + min(above.bottom, below.bottom)) / 2
        drawing.arrow((above.x + _BLOCK + 1, y), (below.x - 2, y))


def _legend(drawing: Drawing) -> None:
    """How to read the picture, at the top right."""
    x, text = _RIGHT, _RIGHT + 62
    drawing.arrow((x, 41), (x + 46, 41))
    drawing.words(text, 45, "may import it, and what it may import", 12, GRAY)
    drawing.box(x, 61, 46, 18, PAPER, GRAY)
    drawing.words(text, 74, "a room; it imports lower floors only", 12, GRAY)
    drawing.box(x, 90, 46, 18, PAPER, GRAY, dashed=True)
    drawing.words(text, 103, "a room for what comes", 12, GRAY)
