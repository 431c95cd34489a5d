"""The map of the last hidden layer: characters of a labelled folder by t-SNE; neighbours look alike to the net."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from tqdm import tqdm

from device_runtime.decoding.decoder import Decoder
from device_runtime.engines.net import Net
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import SEPARATORS, Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Character, Penalties, Strip
from train.data.labelled import Labeled
from train.report.activations import FloatArray, Seen, see
from train.report.explain_figures import thumbnail
from train.report.page import render

MOST_CHARACTERS = 500
_FEWEST = 20
_SEED = 1998
# BGR, one a digit; middling in brightness, so that they show on light and dark pages.
_COLORS = (
    (40, 120, 230), (180, 110, 30), (60, 160, 40), (50, 50, 215), (185, 95, 150),
    (75, 90, 140), (190, 110, 225), (20, 155, 165), (195, 165, 20), (130, 130, 130),
)  # fmt: skip
_SIZE_PX, _EDGE_PX, _THUMB_PX = (1180, 820), 26, 22
_PERPLEXITY, _STEPS = 30.0, 600


@dataclass(frozen=True, eq=False)
class Spot:
    """One character.

    Attributes:
        kind: its class.
        taken_for: the best digit of the net in its column.
        hidden: its hidden vector, float64 [channels].
        strip: that holds it.
        x_px: where.
        name: of the image.
    """

    kind: int
    taken_for: int
    hidden: FloatArray
    strip: Strip
    x_px: float
    name: str


def spots_of(characters: Sequence[Character], seen: Seen, penalties: Penalties, strip: Strip, name: str) -> list[Spot]:
    """Return the characters of a code, separators left out, where the decoder places them.

    Args:
        characters: of the code.
        seen: what the net makes of the strip.
        penalties: of its columns.
        strip: the strip.
        name: of the image.
    """
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


def folder_spots(data: Labeled, scanner: Scanner, net: Net) -> list[Spot]:
    """Return characters of labelled strips, where their true codes stand: at most MOST_CHARACTERS.

    The strings are drawn by lot, the same every time. Those that are no codes, or too long to be read, are passed over.

    Args:
        data: the labelled strips.
        scanner: reads them.
        net: of the scanner's bundle.

    Raises:
        PosteyeError: too few characters are left.
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


def map_of(spots: Sequence[Spot], own: Sequence[Spot], name: str) -> Markup:
    """Lay characters out by t-SNE and draw them where they fall, as HTML.

    Args:
        spots: characters of labelled strips.
        own: those of the image that is explained.
        name: of this image.
    """
    everyone = [*spots, *own]
    place = layout(np.stack([spot.hidden for spot in everyone]))
    low, high = place.min(axis=0), place.max(axis=0)
    room = np.array(_SIZE_PX) - 2 * _EDGE_PX
    at = (_EDGE_PX + (place - low) / np.maximum(high - low, 1e-9) * room).tolist()
    kinds = {spot.kind for spot in everyone}
    return render(
        "explain/map.html",
        count=len(spots),
        name=name,
        legend=[(kind, color) for kind, color in enumerate(_COLORS) if kind in kinds],
        size=_SIZE_PX,
        spots=[(x, y, *_shown(spot)) for spot, (x, y) in zip(everyone, at, strict=True)],
        own=at[len(spots) :],
    )


def layout(points: FloatArray) -> FloatArray:
    """Lay points out in a plane by t-SNE, so that near ones stay near: float64 [n, dimensions] -> [n, 2], n >= 4.

    Exact and deterministic: it starts from the principal components.
    Source: van der Maaten and Hinton, "Visualizing data using t-SNE", 2008.
    """
    perplexity = min(_PERPLEXITY, (len(points) - 1) / 3)
    # scikit-learn scales the start by its own spread, and equal points have none.
    start = "pca" if np.ptp(points, axis=0).any() else "random"
    tsne = TSNE(perplexity=perplexity, init=start, method="exact", max_iter=_STEPS, random_state=_SEED)
    return np.asarray(tsne.fit_transform(points), np.float64)


def _shown(spot: Spot) -> tuple[NDArray[np.uint8], str, bool]:
    """A character's picture, what is said when it is pointed at, and whether the net takes it for another."""
    picture = thumbnail(spot.strip, spot.x_px, _THUMB_PX, _COLORS[spot.kind % len(_COLORS)])
    misread = spot.taken_for != spot.kind
    return picture, f"{spot.kind}{f', taken for {spot.taken_for}' if misread else ''}: {spot.name}", misread
