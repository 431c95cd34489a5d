"""The page that explains one reading: filters, maps, class scores, lattice, Grad-CAM, and the map of hidden vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from device_runtime.engines.net import Net
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from device_runtime.result import Result
from device_runtime.types import Character, Penalties, Strip
from train.gtn.code_lattice import CodePath, best_path, code_lattice, flow
from train.report.activations import Seen, grad_cam, see
from train.report.embedding import Spot, map_of, spots_of
from train.report.explain_figures import (
    BLUE,
    ORANGE,
    Color,
    cost_difference,
    feature_maps,
    filters,
    heat_on_strip,
    lattice,
    scores,
)
from train.report.page import Section, page, render, tiles_of
from train.report.strip_figure import ribbon, strip_figure

_CAM_ZOOM, _SMALL_ZOOM = 4.5, 4.0


@dataclass(frozen=True, eq=False)
class Explained:
    """A reading with everything that explains it.

    Attributes:
        result: of the reader.
        net: of the bundle.
        strip: that the net saw.
        penalties: of its columns.
        seen: what the net makes of the strip.
        paths: the best paths of the two best codes, or of one; none without a code.
    """

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


def explain(result: Result, reader: Reader) -> Explained:
    """Find what explains a reading.

    Args:
        result: what the reader found.
        reader: the reader.

    Raises:
        PosteyeError: its field could not be scanned.
    """
    if result.trace.decoding.free is None:
        raise PosteyeError(f"{result.source} was not scanned, so there is nothing to explain: {result.reading.reason}")
    net, strip = read_net(reader.bundle.model), result.trace.strip
    penalties, seen = reader.scanner(strip), see(net, reader.bundle.manifest, strip.pixels)
    codes = [candidate.code for candidate in result.reading.candidates[:2]] if result.reading.code else []
    paths = tuple(best_path(code, penalties) for code in codes)
    return Explained(result, net, strip, penalties, seen, paths)


def explain_page(found: Explained, character: int | None, spots: Sequence[Spot]) -> str:
    """Make the page, HTML.

    Args:
        found: the reading.
        character: number of the one to look at closely, from 1 on; None for the least sure.
        spots: characters to draw a map with; none for no map.

    Raises:
        PosteyeError: the code has no such character.
    """
    reading, name = found.result.reading, Path(found.result.source).name
    ribbons = [
        ribbon(path.code, kind, path.classes, found.penalties)
        for path, kind in zip(found.paths, ("one", "two"), strict=False)
    ]
    free = ribbon("free", "free", found.penalties.values.argmin(axis=1), found.penalties)
    sections = [
        Section("The strip, and what was read", strip_figure(found.strip, ribbons or [free], 4.0)),
        Section("First layer", filters(found.seen)),
        Section("Deeper layers", feature_maps(found.seen)),
        Section("Class scores of every column", scores(found.strip, found.penalties)),
        Section("The lattice", _lattice(found)),
        Section("Grad-CAM: what speaks for a character", _cams(found, character)),
    ]
    if spots:
        own = spots_of(reading.characters, found.seen, found.penalties, found.strip, name)
        sections.append(Section("Map of the last hidden layer", map_of(spots, own, name)))
    setup = (name, f"engine {found.result.engine}")
    return page(f"How {reading.code or 'nothing'} was read", setup, tiles_of(reading), sections)


def _lattice(found: Explained) -> Markup:
    if not found.paths:
        return Markup("<p>No code was read, so there is no path to draw.</p>")
    codes = [candidate.code for candidate in found.result.reading.candidates]
    shares = flow(code_lattice(codes, found.penalties), found.penalties)
    picture = lattice(found.strip, found.penalties, shares, found.paths, found.result.reading.characters)
    costs = _costs(found.penalties, *found.paths) if len(found.paths) > 1 else None
    return render("explain/lattice.html", picture=picture, costs=costs)


def _costs(penalties: Penalties, best: CodePath, rival: CodePath) -> dict[str, object]:
    """How much more the second path costs, in nats: in the columns, and around the code."""
    columns = float(cost_difference(penalties, best, rival).sum())
    everywhere = rival.penalty - best.penalty
    return {
        "best": best.code,
        "rival": rival.code,
        "all": everywhere,
        "columns": columns,
        "around": everywhere - columns,
    }


@dataclass(frozen=True)
class _Cam:
    """A picture of what speaks for a class: its title, its drawing and its colour (BGR)."""

    title: str
    drawing: Markup
    color: Color


def _cams(found: Explained, chosen: int | None) -> Markup:
    if not found.paths:
        return Markup("<p>No code was read, so there is no character to look at.</p>")
    number = found.weakest if chosen is None else chosen
    if not 1 <= number <= len(found.characters):
        raise PosteyeError(f"{found.result.reading.code} has no character {number}; --character counts from 1")
    kind, rival, columns = _at(found, number)
    alphabet = found.penalties.alphabet
    close = [
        _cam(found, columns, answer, color, f"for {alphabet[answer]}, character {number}", _CAM_ZOOM)
        for answer, color in ((kind, ORANGE), (rival, BLUE))
    ]
    others = []
    for other, character in enumerate(found.characters, start=1):
        kind, _, columns = _at(found, other)
        title = f"{other}: {character.char} {character.confidence:.3f}"
        others.append(_cam(found, columns, kind, ORANGE, title, _SMALL_ZOOM, character.x_px))
    layer = found.seen.deepest_picture + 1
    return render("explain/cams.html", layer=layer, rival=alphabet[rival], close=close, others=others)


def _cam(
    found: Explained,
    columns: NDArray[np.intp],
    kind: int,
    color: Color,
    title: str,
    zoom: float,
    around_px: float | None = None,
) -> _Cam:
    heat = grad_cam(found.seen, found.seen.deepest_picture, columns, kind)
    return _Cam(title, heat_on_strip(found.strip, heat, color, zoom, title, around_px), color)


def _at(found: Explained, number: int) -> tuple[int, int, NDArray[np.intp]]:
    """Class of a character, its strongest rival there, and the columns in which the best path stays in it."""
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
