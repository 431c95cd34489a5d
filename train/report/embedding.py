"""The map of the last hidden layer: characters of a labelled folder, laid out by t-SNE, near ones alike to the net."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from tqdm import tqdm

from device_runtime.decoding.decoder import Decoder
from device_runtime.engines.net import Net
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import SEPARATORS, Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Character, Penalties, Strip
from train.data.labelled import Labelled
from train.report.activations import FloatArray, Seen, see
from train.report.page import png_uri
from train.report.pixel_figures import thumbnail
from train.report.tsne import tsne

MOST_CHARACTERS = 500
_FEWEST = 20
_SEED = 1998
# BGR, one a digit; middling in brightness, so that they show on light and dark pages.
_COLOURS = (
    (40, 120, 230), (180, 110, 30), (60, 160, 40), (50, 50, 215), (185, 95, 150),
    (75, 90, 140), (190, 110, 225), (20, 155, 165), (195, 165, 20), (130, 130, 130),
)  # fmt: skip
STYLE = """
.map{border:1px solid var(--line);border-radius:8px;background:var(--card)}
.map image{image-rendering:auto}.map .misread{fill:none;stroke:var(--one);stroke-width:1.6}
.map .own{fill:none;stroke:var(--text);stroke-width:2}
.map .own-name{font-weight:700;font-size:12px}
.legend{font-weight:700;margin-right:12px}
"""
_WIDTH_PX, _HEIGHT_PX, _EDGE_PX = 1180, 820, 26
_THUMB_PX = 22


@dataclass(frozen=True, eq=False)
class Spot:
    """One character: its class, what the net takes it for there, its hidden vector, where it stands, and its name."""

    kind: int
    taken_for: int
    hidden: FloatArray
    strip: Strip
    x_px: float
    name: str


def spots_of(characters: Sequence[Character], seen: Seen, penalties: Penalties, strip: Strip, name: str) -> list[Spot]:
    """Where the characters of a code stand, separators left out, as the decoder places them."""
    hidden = seen.hidden
    per_column = len(penalties.x_px) // seen.values(-2).shape[2]
    found = []
    for character in characters:
        if character.char in penalties.alphabet:
            column = int(np.abs(penalties.x_px - character.x_px).argmin())
            taken = int(penalties.values[column, : penalties.blank].argmin())
            kind = penalties.alphabet.index(character.char)
            found.append(Spot(kind, taken, hidden[column // per_column], strip, character.x_px, name))
    return found


def folder_spots(data: Labelled, scanner: Scanner, net: Net) -> list[Spot]:
    """Characters of labelled strips, where their true codes stand: at most MOST_CHARACTERS, of strings drawn by lot.

    Strings that are no codes, or too long to be read, are passed over. Raises PosteyeError when too few are left.
    """
    found: list[Spot] = []
    order = np.random.default_rng(_SEED).permutation(len(data.codes)).tolist()
    for index in tqdm(order, desc="map", unit="strip", leave=False, disable=None):
        strip, code = data.strips[index], data.codes[index]
        if not set(code) <= set(scanner.manifest.alphabet + SEPARATORS):
            continue  # and so a pattern that matches nothing but itself
        with contextlib.suppress(PosteyeError):  # too long for the model, or for a code
            grammar = Grammar.from_pattern(code, scanner.manifest.alphabet)
            penalties = scanner(strip)
            placed = Decoder(grammar, penalties.alphabet, 1).decode(scan_lattice(penalties)).characters
            seen = see(net, scanner.manifest, strip.pixels)
            found += spots_of(placed, seen, penalties, strip, data.names[index])
        if len(found) >= MOST_CHARACTERS:
            break
    if len(found) < _FEWEST:
        raise PosteyeError(f"{len(found)} characters are too few for a map; give a folder with at least {_FEWEST}")
    return found[:MOST_CHARACTERS]


def map_of(spots: Sequence[Spot], own: Sequence[Spot]) -> str:
    """Lay characters out by t-SNE and draw them where they fall, as HTML; own: those of the image explained."""
    everyone = [*spots, *own]
    place = tsne(np.stack([spot.hidden for spot in everyone]))
    low, high = place.min(axis=0), place.max(axis=0)
    room = np.array([_WIDTH_PX, _HEIGHT_PX]) - 2 * _EDGE_PX
    at = _EDGE_PX + (place - low) / np.maximum(high - low, 1e-9) * room
    parts = [_drawn(spot, x, y) for spot, (x, y) in zip(everyone, at.tolist(), strict=True)]
    for number, (x, y) in enumerate(at[len(spots) :].tolist(), start=1):
        parts.append(
            f'<rect class="own" x="{x - 14:.1f}" y="{y - 17:.1f}" width="28" height="34" rx="4"/>'
            f'<text class="own-name" x="{x + 17:.1f}" y="{y + 4:.1f}">{number}</text>'
        )
    legend = "".join(
        f'<span class="legend" style="color:rgb({red},{green},{blue})">{digit}</span>'
        for digit, (blue, green, red) in enumerate(_COLOURS)
        if any(spot.kind == digit for spot in everyone)
    )
    box = f'viewBox="0 0 {_WIDTH_PX} {_HEIGHT_PX}" width="{_WIDTH_PX}"'
    return f'<p>{legend}</p><svg class="map" {box}>{"".join(parts)}</svg>'


def _drawn(spot: Spot, x: float, y: float) -> str:
    picture = png_uri(thumbnail(spot.strip, spot.x_px, _THUMB_PX, _COLOURS[spot.kind % len(_COLOURS)]))
    misread = spot.taken_for != spot.kind
    ring = f'<circle class="misread" cx="{x:.1f}" cy="{y:.1f}" r="13"/>' if misread else ""
    said = f"{spot.kind}{f', taken for {spot.taken_for}' if misread else ''}: {spot.name}"
    return (
        f'<g><title>{escape(said)}</title><image x="{x - _THUMB_PX / 2:.1f}" y="{y - 14:.1f}" width="{_THUMB_PX}" '
        f'height="28" href="{picture}"/>{ring}</g>'
    )
