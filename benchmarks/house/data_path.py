"""The picture of the data path: the rooms that a picture goes through, and the value that each hands on."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Any

from benchmarks.house.svg import GRAY, INK, PAPER, Drawing
from firmware_bridge import ReadingMessage

WIDTH, HEIGHT = 900, 306
_DEVICE, _WIRE = ("#eaf7ef", "#3f9b6c"), ("#fdf3e4", "#c98a2b")  # a block's colour and that of its edge
# px: the first stage's left, from stage to stage, a stage's width, its top and height.
_LEFT, _STEP, _WIDE, _TOP, _TALL = 16, 129, 94, 72, 72
_NEED_TOP, _NEED_TALL = 176, 26


@dataclass(frozen=True)
class Stage:
    """A room on the data path.

    Attributes:
        room: its name.
        does: what it does, in two short lines.
        gives: `module:function` that returns what it hands on; the value's name where the room is not built yet.
        needs: the rooms whose content it works with.
    """

    room: str
    does: tuple[str, str]
    gives: str
    needs: tuple[str, ...] = ()

    @property
    def built(self) -> bool:
        """Whether the room exists."""
        return ":" in self.gives

    @property
    def value(self) -> str:
        """The name of the type that it hands on; of a room that is built, as the code has it."""
        if not self.built:
            return self.gives
        module, _, path = self.gives.partition(":")
        function: Any = import_module(module)
        for name in path.split("."):
            function = getattr(function, name)
        return str(typing.get_type_hints(function)["return"].__name__)


STAGES = (
    Stage("capture", ("camera, video,", "folder"), "device_runtime.capture.camera:Camera.latest"),
    Stage("piece", ("all that may", "be a field"), "device_runtime.piece.locator.locator:Locator.__call__"),
    Stage("image", ("flatten, deslant,", "one height"), "device_runtime.image.normalize:normalize"),
    Stage(
        "recognition",
        ("score columns,", "cut nothing"),
        "device_runtime.recognition.scan_lattice:scan_lattice",
        ("bundle", "engines"),
    ),
    Stage(
        "decoding",
        ("find the best,", "accept or reject"),
        "device_runtime.decoding.rejection:decide",
        ("grammar", "calibration"),
    ),
    Stage("station", ("vote, sort plan,", "journal"), "device_runtime.station.journal.entry:piece_of"),
    Stage("report", ("send until it is", "acknowledged"), "device_runtime.report:Reporter.send"),
)


def draw_data_path() -> str:
    """Draw the stages as SVG: a row of boxes, value types above the arrows between them, what they need below."""
    drawing = Drawing(WIDTH, HEIGHT, "The data path of posteye: from a picture to the sorter")
    _draw_reader(drawing)
    for number, stage in enumerate(STAGES):
        _draw_stage(drawing, stage, _x(number))
    for number, (stage, _) in enumerate(pairwise(STAGES)):
        end = _x(number + 1)
        drawing.arrow((_x(number) + _WIDE + 2, _TOP + _TALL / 2), (end - 2, _TOP + _TALL / 2))
        drawing.words(end - (_STEP - _WIDE) / 2, _TOP - 9, stage.value, 11.5, anchor="middle")
    _draw_wire(drawing)
    note = "Above an arrow: the type that is handed on. From below: what a room works with. Dashed: not built yet."
    drawing.words(WIDTH / 2, HEIGHT - 14, note, 12, GRAY, anchor="middle")
    return drawing.text()


def _x(number: int) -> int:
    return _LEFT + number * _STEP


def _draw_reader(drawing: Drawing) -> None:
    """The bracket below what one Reader runs, and the file that enters it."""
    rooms = [stage.room for stage in STAGES]
    first, last = _x(rooms.index("image")), _x(rooms.index("decoding")) + _WIDE
    y = _NEED_TOP + 2 * _NEED_TALL + 20
    drawing.line((first, y - 8), (first, y), (last, y), (last, y - 8))
    drawing.words((first + last) / 2, y + 18, "reader: what `posteye read` runs", 12, anchor="middle")
    middle = first + _WIDE / 2
    drawing.words(middle, 24, "picture file or array", 11.5, anchor="middle")
    drawing.arrow((middle, 30), (middle, _TOP - 2))


def _draw_stage(drawing: Drawing, stage: Stage, x: int) -> None:
    fill, edge = _DEVICE if stage.built else (PAPER, _DEVICE[1])
    middle = x + _WIDE / 2
    drawing.box(x, _TOP, _WIDE, _TALL, fill, edge, dashed=not stage.built)
    drawing.words(middle, _TOP + 23, stage.room, 13, GRAY if not stage.built else INK, bold=True, anchor="middle")
    for line, words in enumerate(stage.does):
        drawing.words(middle, _TOP + 43 + 15 * line, words, 11, GRAY, anchor="middle")
    for place, room in enumerate(stage.needs):
        y = _NEED_TOP + place * (_NEED_TALL + 4)
        drawing.box(x, y, _WIDE, _NEED_TALL, PAPER, edge)
        drawing.words(middle, y + 17, room, 12, bold=True, anchor="middle")
    if stage.needs:
        drawing.arrow((middle, _NEED_TOP - 1), (middle, _TOP + _TALL + 2))


def _draw_wire(drawing: Drawing) -> None:
    """Below the last stage the wire, which ends at the sorter."""
    x, (fill, edge) = _x(len(STAGES) - 1), _WIRE
    middle = x + _WIDE / 2
    drawing.arrow((middle, _TOP + _TALL + 1), (middle, _NEED_TOP - 2))
    drawing.words(middle - 8, _NEED_TOP - 17, ReadingMessage.__name__, 11.5, anchor="end")
    drawing.box(x - 8, _NEED_TOP, _WIDE + 16, _NEED_TALL, fill, edge)
    drawing.words(middle, _NEED_TOP + 17, "firmware_bridge", 12, bold=True, anchor="middle")
    drawing.arrow((middle, _NEED_TOP + _NEED_TALL + 1), (middle, _NEED_TOP + _NEED_TALL + 20))
    drawing.words(middle, _NEED_TOP + _NEED_TALL + 34, "sorter", 12, anchor="middle")
