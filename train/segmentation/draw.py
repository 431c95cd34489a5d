"""Draws the segmentation graph of a field: `python -m train.segmentation.draw FIELD.png --out graph.png`.

Above, the strip with its candidate cuts; below, an arc for each segment with its best class and score.
The best path is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.commands.program import run_command
from device_runtime.files.atomic import write_bytes
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip
from train.segmentation.segment_lattice import SegmentLattice, SegmentRecognizer

Color = tuple[int, int, int]
_ZOOM = 8
_ROW_PX, _FONT_PX = 34, 18
_EDGE_PX = 16
_APART_PX = 12  # between two labels in a row, at least
# BGR of Okabe and Ito, which colour-blind readers tell apart.
_CUT: Color = (178, 114, 0)
_GUIDE: Color = (236, 230, 224)
_ARC: Color = (165, 160, 155)
_BEST: Color = (0, 94, 213)
_TEXT: Color = (40, 36, 32)


@dataclass(frozen=True)
class _Arc:
    """An arc of the graph as it is drawn, in px.

    Attributes:
        left: where it begins.
        right: where it ends.
        pieces: how many it covers.
        label: its best class and score.
        width: of the label.
        best: whether the best path takes it.
    """

    left: int
    right: int
    pieces: int
    label: str
    width: int
    best: bool

    @property
    def span(self) -> tuple[float, float]:
        """What it needs of a row, its label included."""
        half = max(self.right - self.left, self.width + _APART_PX) / 2
        middle = (self.left + self.right) / 2
        return middle - half, middle + half


def draw(strip: Strip, lattice: SegmentLattice) -> NDArray[np.uint8]:
    """Draw a strip with its cuts, and below them the arcs of its lattice: uint8 [H, W, 3], BGR."""
    graph = lattice.graph
    height, width = strip.pixels.shape
    font = ImageFont.load_default(_FONT_PX)
    arcs = _arcs(lattice, font)
    rows = rows_of([arc.span for arc in arcs], [arc.pieces for arc in arcs])
    bottom = _EDGE_PX + height * _ZOOM  # of the strip
    # A label at either end may be wider than its arc.
    left = max(_EDGE_PX, round(_EDGE_PX - min(arc.span[0] for arc in arcs)))
    right = max(_EDGE_PX, round(_EDGE_PX + max(arc.span[1] for arc in arcs) - width * _ZOOM))
    canvas = np.full((bottom + (max(rows) + 1) * _ROW_PX + _EDGE_PX, left + width * _ZOOM + right, 3), 255, np.uint8)
    large = cv2.resize(255 - strip.pixels, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_NEAREST)
    canvas[_EDGE_PX:bottom, left : left + width * _ZOOM] = large[:, :, None]
    for cut in graph.cuts:
        middle = left + int(cut.mean() * _ZOOM)
        cv2.line(canvas, (middle, bottom + 6), (middle, canvas.shape[0] - _EDGE_PX), _GUIDE, 2)
        corners = [(x, row + below) for row, x in enumerate(cut.tolist()) for below in (0, 1)]
        cv2.polylines(canvas, [np.array(corners, np.int32) * _ZOOM + (left, _EDGE_PX)], False, _CUT, 2)
    lines = [bottom + (row + 1) * _ROW_PX for row in rows]
    for arc, y in zip(arcs, lines, strict=True):
        ends = (left + arc.left + 4, y), (left + arc.right - 4, y)
        tip = 8 / max(1, arc.right - arc.left - 8)  # of the same length for every arc
        color, thick = (_BEST, 3) if arc.best else (_ARC, 1)
        cv2.arrowedLine(canvas, *ends, color, thick, cv2.LINE_AA, 0, tip)
    picture = Image.fromarray(canvas)
    pen = ImageDraw.Draw(picture)
    for arc, y in zip(arcs, lines, strict=True):
        at = (left + (arc.left + arc.right) / 2, y - 6)
        pen.text(at, arc.label, _BEST if arc.best else _TEXT, font, anchor="ms", stroke_width=2, stroke_fill="white")
    return np.asarray(picture, np.uint8)


def _arcs(lattice: SegmentLattice, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[_Arc]:
    graph = lattice.graph
    best = set(lattice.best_arcs())
    signs = lattice.alphabet + "_#"
    arcs = []
    for number, (source, destination) in enumerate(zip(graph.source.tolist(), graph.destination.tolist(), strict=True)):
        classes = lattice.arcs[destination - source - 1, :, source]
        label = f"{signs[int(classes.argmax())]}  {classes.max():.1f}"
        left, right = (int(graph.cuts[node].mean() * _ZOOM) for node in (source, destination))
        arcs.append(_Arc(left, right, destination - source, label, round(font.getlength(label)), number in best))
    return arcs


def rows_of(spans: Sequence[tuple[float, float]], pieces: Sequence[int]) -> list[int]:
    """Give each arc a row such that no two in a row overlap.

    Args:
        spans: from where to where each arc and its label reach.
        pieces: how many pieces each covers: those of the fewest come first.
    """
    taken: list[list[tuple[float, float]]] = []
    rows = [0] * len(spans)
    for arc in sorted(range(len(spans)), key=lambda arc: (pieces[arc], spans[arc])):
        left, right = spans[arc]
        row = pieces[arc] - 1
        while row < len(taken) and any(left < end and begin < right for begin, end in taken[row]):
            row += 1
        taken += [[] for _ in range(row + 1 - len(taken))]
        taken[row].append(spans[arc])
        rows[arc] = row
    # A row that stayed empty is left out.
    kept = {row: place for place, row in enumerate(sorted(set(rows)))}
    return [kept[row] for row in rows]


@click.command()
@click.argument("field", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The picture to write (PNG).")
def main(field: Path, out: Path) -> None:
    """Draw the segmentation graph of FIELD, the image of one text field."""
    bundle = load_bundle()
    strip = normalize(load_gray(field))
    lattice = SegmentRecognizer(Scanner(bundle, engines.pick(None, bundle.model)))(strip)
    write_bytes(out, cv2.imencode(".png", draw(strip, lattice))[1].tobytes())


if __name__ == "__main__":
    run_command(main)
