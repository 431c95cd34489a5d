"""Lets the locator and the line finder look at the same rendered pieces, as the reader does before it reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.locating.candidates import Candidate, of_lines, of_locator, rank
from device_runtime.piece.evidence.features import geometry
from device_runtime.piece.evidence.layout import lay_out
from device_runtime.piece.evidence.weights import load_weights
from device_runtime.piece.locator.grid import ROLES
from device_runtime.piece.locator.located import Located
from device_runtime.piece.locator.locator import Locator
from device_runtime.piece.scene import Scene, scene_of
from train.locator.measure import Numbers, Tally, tally
from train.locator.shards import gray_of
from train.synthesis.pieces.piece import Piece

WAYS = ("locator", "finder", "finder, ranked by the locator", "both", "both, ranked by the evidence")


@dataclass(frozen=True)
class Ranked:
    """Where the destination's code of a piece was found.

    Attributes:
        conditions: of the piece.
        ranks: by way of finding, its place among the candidates, the likeliest first; None where at none.
        candidates: by way of finding, how many there were.
    """

    conditions: dict[str, str | float]
    ranks: dict[str, int | None]
    candidates: dict[str, int]


@dataclass
class Found:
    """What was found on all pieces.

    Attributes:
        pieces: those that hold the destination's code, ranked.
        located: by the locator, on each piece.
        truths: of each piece.
        ms: time of each finder on each piece.
    """

    pieces: list[Ranked] = field(default_factory=list)
    located: list[Located] = field(default_factory=list)
    truths: list[Numbers] = field(default_factory=list)
    ms: dict[str, list[float]] = field(default_factory=lambda: {"locator": [], "finder": []})

    def tally(self) -> Tally:
        """The locator's own figures."""
        return tally(self.located, self.truths)

    def median_ms(self) -> dict[str, float]:
        """The median time of a frame."""
        return {stage: round(median(times), 2) for stage, times in self.ms.items()}


def look_at(pieces: Iterable[Piece], locate: Locator, advance: Callable[[], None]) -> Found:
    """Find on pieces in every way.

    Args:
        pieces: with their truth.
        locate: the learned locator.
        advance: called after each piece.
    """
    found = Found()

    def timed(gray: NDArray[np.uint8]) -> Located:
        begun = time.perf_counter()
        located = locate(gray)
        found.ms["locator"].append(1000 * (time.perf_counter() - begun))
        found.located.append(located)
        return located

    for piece in pieces:
        gray = gray_of(piece.image)
        begun = time.perf_counter()
        scene = scene_of(gray, timed)
        found.ms["finder"].append(1000 * (time.perf_counter() - begun) - found.ms["locator"][-1])
        truth = truth_of(piece)
        found.truths.append(truth)
        destinations = truth.corners[truth.roles == ROLES.index("destination")]
        if len(destinations):
            ways = candidates_of(scene, found.located[-1], gray.shape)
            ranks = {way: _best_rank(candidates, destinations) for way, candidates in ways.items()}
            found.pieces.append(Ranked(piece.conditions, ranks, {way: len(of) for way, of in ways.items()}))
        advance()
    return found


def candidates_of(scene: Scene, located: Located, shape: tuple[int, ...]) -> dict[str, list[Candidate]]:
    """The candidates of every way of finding.

    Args:
        scene: what both saw.
        located: what the locator found.
        shape: rows and columns of the frame.
    """
    both = of_lines(scene.lines, [opinion.roles for opinion in scene.opinions])
    finder = [one for one, opinion in zip(both, scene.opinions, strict=True) if not opinion.alone]
    masses = place_masses(scene, shape)
    ways = (
        of_locator(located),
        [replace(one, destination=0.0) for one in finder],  # its lines have no order
        finder,
        both,
        [replace(one, destination=mass) for one, mass in zip(both, masses, strict=True)],
    )
    return dict(zip(WAYS, ways, strict=True))


def place_masses(scene: Scene, shape: tuple[int, ...]) -> list[float]:
    """What the evidence says of each line before any is read: for the destination, in nats."""
    weights = load_weights().roles["destination"]
    layout = lay_out(scene.lines, shape[1], shape[0])
    return [weights.log_mass(evidence) for evidence in geometry(layout, scene.lines, scene.opinions)]


def _best_rank(candidates: Sequence[Candidate], numbers: NDArray[np.float64]) -> int | None:
    """The best place at which any of the numbers [n, 4, 2] can be read."""
    places = [place for place in (rank(candidates, number) for number in numbers) if place is not None]
    return min(places, default=None)


def truth_of(piece: Piece) -> Numbers:
    """A piece's numbers in px of its frame."""
    return Numbers(
        np.array([number.corners for number in piece.numbers], np.float64).reshape(-1, 4, 2),
        np.array([ROLES.index(number.role) for number in piece.numbers], np.int8),
        piece.quarter_turns,
    )
