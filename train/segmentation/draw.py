"""Draws the segmentation graph of a field: `python -m train.segmentation.draw FIELD.png --out graph.png`.

Above, the strip with its candidate cuts; below, an arc for each segment with its best class and score.
The best path is marked.
"""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.image.load import load_grey
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip
from train.segmentation.segment_lattice import SegmentLattice, SegmentRecogniser
from train.segmentation.segmentation_graph import SegmentationGraph

Colour = tuple[int, int, int]
_ZOOM = 8
_ROW_PX = 26
_EDGE_PX = 12
_CUT: Colour = (60, 60, 220)
_ARC: Colour = (150, 150, 150)
_BEST: Colour = (30, 90, 220)
_INK: Colour = (40, 40, 40)


def draw(strip: Strip, lattice: SegmentLattice) -> NDArray[np.uint8]:
    """Draw a strip with its cuts, and below them the arcs of its lattice: uint8 [H, W, 3], BGR."""
    graph = lattice.graph
    height, width = strip.pixels.shape
    levels = _levels(graph)
    top = _EDGE_PX + height * _ZOOM + _ROW_PX
    shape = (top + (max(levels) + 1) * _ROW_PX + _EDGE_PX, width * _ZOOM + 2 * _EDGE_PX, 3)
    canvas = np.full(shape, 255, np.uint8)
    large = cv2.resize(255 - strip.pixels, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_NEAREST)
    canvas[_EDGE_PX : _EDGE_PX + height * _ZOOM, _EDGE_PX : _EDGE_PX + width * _ZOOM] = large[:, :, None]
    for cut in graph.cuts:
        corners = [(x, row + below) for row, x in enumerate(cut.tolist()) for below in (0, 1)]
        cv2.polylines(canvas, [np.array(corners, np.int32) * _ZOOM + _EDGE_PX], False, _CUT, 2)
    best = set(lattice.best_arcs())
    signs = lattice.alphabet + "_#"
    for arc, level in enumerate(levels):
        source, destination = int(graph.source[arc]), int(graph.destination[arc])
        classes = lattice.arcs[destination - source - 1, :, source]
        colour = _BEST if arc in best else _ARC
        ends = [_EDGE_PX + int(graph.cuts[node].mean() * _ZOOM) for node in (source, destination)]
        y = top + level * _ROW_PX
        cv2.arrowedLine(canvas, (ends[0] + 3, y), (ends[1] - 3, y), colour, 1 + (arc in best), cv2.LINE_AA, 0, 0.05)
        label = f"{signs[int(classes.argmax())]} {classes.max():.1f}"
        cv2.putText(canvas, label, (sum(ends) // 2 - 18, y - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, _INK, 1, cv2.LINE_AA)
    return canvas


def _levels(graph: SegmentationGraph) -> list[int]:
    """A row for each arc, such that no two in a row overlap: the fewest pieces on top."""
    free: list[int] = []
    levels = [0] * len(graph.source)
    for arc in np.lexsort((graph.source, graph.destination - graph.source)).tolist():
        source, destination = int(graph.source[arc]), int(graph.destination[arc])
        first = destination - source - 1
        free += [0] * (first + 1 - len(free))
        row = next((r for r in range(first, len(free)) if free[r] <= source), len(free))
        free += [0] * (row + 1 - len(free))
        free[row] = destination
        levels[arc] = row
    return levels


@click.command()
@click.argument("field", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The picture to write (PNG).")
def main(field: Path, out: Path) -> None:
    """Draw the segmentation graph of FIELD, the image of one text field."""
    try:
        bundle = load_bundle()
        strip = normalize(load_grey(field))
        lattice = SegmentRecogniser(Scanner(bundle, engines.pick(None, bundle.model)))(strip)
        write_bytes(out, cv2.imencode(".png", draw(strip, lattice))[1].tobytes())
    except PosteyeError as error:
        raise click.UsageError(str(error)) from error


if __name__ == "__main__":
    main()
