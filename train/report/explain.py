"""The page that explains one reading: filters, maps, class scores, lattice, Grad-CAM, and the map of hidden vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.bundle import Bundle
from device_runtime.engines.net import Net
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import PosteyeError
from device_runtime.reader import Result
from device_runtime.recognition.scan_lattice import ScanLattice
from device_runtime.types import Character, Penalties, Strip
from train.gtn.code_lattice import CodePath, best_path, code_lattice, flow
from train.report import embedding as explain_map
from train.report import pixel_figures as explain_pixels
from train.report import strip_figure
from train.report import trellis_figure as explain_trellis
from train.report.activations import Seen, grad_cam, see
from train.report.page import Section, page, tiles
from train.report.pixel_figures import BLUE, ORANGE, feature_maps, filters, heat_on_strip
from train.report.strip_figure import Ribbon

_CAM_ZOOM, _SMALL_ZOOM = 4.5, 4.0
_CAM_STYLE = """
.cams{display:grid;grid-template-columns:repeat(auto-fill,minmax(192px,1fr));gap:8px 20px;margin-top:8px}
.swatch{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:5px}
"""


@dataclass(frozen=True, eq=False)
class Explained:
    """A reading laid open. paths: the best paths of the two best codes, or of one; none without a code."""

    result: Result
    net: Net
    strip: Strip
    penalties: Penalties
    seen: Seen
    paths: tuple[CodePath, ...]

    @property
    def characters(self) -> list[Character]:
        """The characters of the best code, separators left out."""
        return [char for char in self.result.reading.characters if char.char in self.penalties.alphabet]

    @property
    def weakest(self) -> int:
        """Number of the character that is least sure, from 1 on; of equal ones the first."""
        return 1 + min(range(len(self.characters)), key=lambda i: self.characters[i].confidence)


def explain(result: Result, bundle: Bundle) -> Explained:
    """Lay a reading open; raises PosteyeError when its field could not be scanned."""
    lattice = result.trace.lattice
    if not isinstance(lattice, ScanLattice):
        raise PosteyeError(f"{result.source} was not scanned, so there is nothing to explain: {result.reading.reason}")
    net, strip = read_net(bundle.model), result.trace.strip
    seen = see(net, bundle.manifest, strip.pixels)
    codes = [candidate.code for candidate in result.reading.candidates[:2]] if result.reading.code else []
    paths = tuple(best_path(code, lattice.penalties) for code in codes)
    return Explained(result, net, strip, lattice.penalties, seen, paths)


def explain_page(found: Explained, character: int | None, spots: Sequence[explain_map.Spot]) -> str:
    """Make the page, HTML.

    character: number of the one to look at closely, from 1 on, or None for the least sure. spots: characters to draw a
    map with, or none. Raises PosteyeError when the code has no such character.
    """
    reading, name = found.result.reading, escape(Path(found.result.source).name)
    shown = tiles(
        (
            (reading.code or "no code", reading.status + (f": {reading.reason}" if reading.reason else "")),
            (f"{reading.confidence:.4f}", "confidence"),
            *((f"{c.code}", f"next, {c.confidence:.4f}") for c in reading.candidates[1:3]),
        )
    )
    kinds = ("one", "two")
    ribbons = [Ribbon(path.code, path.classes, kind) for path, kind in zip(found.paths, kinds, strict=False)]
    free = Ribbon("free", found.penalties.values.argmin(axis=1), "free")
    drawing = strip_figure.strip_figure(found.strip, found.penalties, ribbons or [free], 4.0)
    sections = [
        Section("The strip, and what was read", drawing, strip_figure.STYLE),
        Section("First layer", _FILTERS_NOTE + filters(found.seen), explain_pixels.STYLE),
        Section("Deeper layers", _MAPS_NOTE + feature_maps(found.seen)),
        Section(
            "Class scores of every column", explain_trellis.scores(found.strip, found.penalties), explain_trellis.STYLE
        ),
        Section("The lattice", _lattice(found)),
        Section("Grad-CAM: what speaks for a character", _cams(found, character), _CAM_STYLE),
    ]
    if spots:
        own = explain_map.spots_of(reading.characters, found.seen, found.penalties, found.strip, name)
        note = _MAP_NOTE.format(count=len(spots), name=name)
        sections.append(
            Section("Map of the last hidden layer", note + explain_map.map_of(spots, own), explain_map.STYLE)
        )
    intro = f'<p class="faint">{name} &middot; engine {escape(found.result.engine)}</p>{shown}'
    return page(f"How {reading.code or 'nothing'} was read", intro, sections)


def _lattice(found: Explained) -> str:
    if not found.paths:
        return "<p>No code was read, so there is no path to draw.</p>"
    codes = [candidate.code for candidate in found.result.reading.candidates]
    shares = flow(code_lattice(codes, found.penalties), found.penalties)
    picture = explain_trellis.lattice(
        found.strip, found.penalties, shares, found.paths, found.result.reading.characters
    )
    if len(found.paths) < 2:
        return _LATTICE_NOTE + picture
    best, rival = found.paths
    dearer = explain_trellis.dearness(found.penalties, best, rival)
    beside = rival.penalty - best.penalty - float(dearer.sum())
    also = f", and {beside:.2f} for the numbers that it leaves beside the code" if abs(beside) > 0.005 else ""
    names = [f"<b>{escape(path.code)}</b>" for path in (rival, best)]
    said = (
        f"<p>The best path of {names[0]} is {rival.penalty - best.penalty:.2f} nats dearer than that of {names[1]}:"
        f" {dearer.sum():.2f} in the columns, as the bars say{also}.</p>"
    )
    return _LATTICE_NOTE + said + picture


def _cams(found: Explained, chosen: int | None) -> str:
    if not found.paths:
        return "<p>No code was read, so there is no character to look at.</p>"
    number = found.weakest if chosen is None else chosen
    if not 1 <= number <= len(found.characters):
        raise PosteyeError(f"{found.result.reading.code} has no character {number}; --character counts from 1")
    layer = found.seen.deepest_picture
    kind, rival, columns = _at(found, number)
    alphabet = found.penalties.alphabet
    close = '<div class="split">'
    for answer, colour in ((kind, ORANGE), (rival, BLUE)):
        picture = heat_on_strip(found.strip, grad_cam(found.seen, layer, columns, answer), colour, _CAM_ZOOM)
        close += f"<div><h3>{_swatch(colour)}for {alphabet[answer]}, character {number}</h3>{picture}</div>"
    close += "</div>"
    others = ""
    for other, character in enumerate(found.characters, start=1):
        kind, _, columns = _at(found, other)
        heat = grad_cam(found.seen, layer, columns, kind)
        picture = heat_on_strip(found.strip, heat, ORANGE, _SMALL_ZOOM, character.x_px)
        others += f"<div><h3>{other}: {escape(character.char)} {character.confidence:.3f}</h3>{picture}</div>"
    note = _CAM_NOTE.format(layer=layer + 1, rival=escape(alphabet[rival]))
    return f'{note}{close}<h3>All characters</h3><div class="cams">{others}</div>'


def _at(found: Explained, number: int) -> tuple[int, int, NDArray[np.intp]]:
    """Class of a character, its strongest rival there, and the columns on which the best path stays in it."""
    character, path = found.characters[number - 1], found.paths[0].classes
    kind = found.penalties.alphabet.index(character.char)
    middle = int(np.abs(found.penalties.x_px - character.x_px).argmin())
    other = np.flatnonzero(path != kind)
    begin = int(other[other < middle].max(initial=-1)) + 1
    end = int(other[other > middle].min(initial=len(path)))
    columns = np.arange(begin, end) if path[middle] == kind else np.array([middle])
    summed = found.penalties.values[columns, : found.penalties.blank].sum(axis=0)
    summed[kind] = np.inf
    return kind, int(summed.argmin()), columns


def _swatch(colour: tuple[int, int, int]) -> str:
    blue, green, red = colour
    return f'<span class="swatch" style="background:rgb({red},{green},{blue})"></span>'


_FILTERS_NOTE = (
    '<p class="faint">Each filter beside what it finds: orange weights look for ink, blue ones for paper. '
    "All weights are the int8 model's, all maps those that the device computes.</p>"
)
_MAPS_NOTE = (
    '<p class="faint">Where a map has one row left, channels run down and the strip runs to the right; the last of '
    "these is what the classifier sees.</p>"
)
_LATTICE_NOTE = (
    '<p class="faint">The columns composed with the codes that were found. Grey: every way to write one of them, the '
    "blacker the likelier. Orange: the best path. Blue, dotted: the best path of the next code. Below, how much dearer "
    "the second path is in each column.</p>"
)
_CAM_NOTE = (
    '<p class="faint">Where in the strip layer {layer} finds what speaks for the character in the columns of its path, '
    "and what speaks there for its strongest rival, {rival}. Each picture has a scale of its own. (Values are weighted "
    "one by one, as in HiResCAM.)</p>"
)
_MAP_NOTE = (
    '<p class="faint">{count} characters of the labelled folder by their hidden vectors, laid out by t-SNE: what lies '
    "together looks alike to the net. Colours are the true digits, a ring is a column that says another one. Framed "
    "and numbered: the characters of {name}. Distances between clusters mean little.</p>"
)
