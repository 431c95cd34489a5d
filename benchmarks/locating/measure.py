"""Renders test pieces, and lets the locator and the line finder look at the same frames."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np

from benchmarks.locating.candidates import Candidate, of_lines, of_locator, rank
from device_runtime.piece.evidence.features import geometry
from device_runtime.piece.evidence.layout import lay_out
from device_runtime.piece.evidence.weights import load_weights
from device_runtime.piece.finding import find_lines
from device_runtime.piece.locator.grid import ROLES
from device_runtime.piece.locator.located import Located
from device_runtime.piece.locator.locator import Locator
from device_runtime.types import Line
from train.locator.measure import Numbers, Tally, tally
from train.locator.shards import gray_of
from train.synthesis.pieces.piece import Piece

WAYS = ("locator", "finder", "finder, ranked by places", "finder, ranked by the locator", "both")


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
        ms: time of each stage on each piece.
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
    for piece in pieces:
        gray = gray_of(piece.image)
        begun = time.perf_counter()
        located = locate(gray)
        between = time.perf_counter()
        lines = find_lines(gray)
        found.ms["finder"].append(1000 * (time.perf_counter() - between))
        found.ms["locator"].append(1000 * (between - begun))
        truth = truth_of(piece)
        found.located.append(located)
        found.truths.append(truth)
        destinations = truth.corners[truth.roles == ROLES.index("destination")]
        if len(destinations):
            ours, theirs = of_locator(located), of_lines(lines, located)
            unranked = [replace(one, destination=0.0) for one in theirs]
            masses = place_masses(lines, gray.shape)
            placed = [replace(one, destination=mass) for one, mass in zip(theirs, masses, strict=True)]
            ways = dict(zip(WAYS, (ours, unranked, placed, theirs, ours + theirs), strict=True))
            ranks = {way: min_rank(candidates, destinations) for way, candidates in ways.items()}
            found.pieces.append(Ranked(piece.conditions, ranks, {way: len(of) for way, of in ways.items()}))
        advance()
    return found


def min_rank(candidates: list[Candidate], numbers: np.ndarray) -> int | None:
    """The best place at which any of the numbers [n, 4, 2] can be read."""
    found = [place for place in (rank(candidates, number) for number in numbers) if place is not None]
    return min(found, default=None)


def place_masses(lines: Sequence[Line], shape: tuple[int, ...]) -> list[float]:
    """What the evidence says of where each line stands before any is read: for the destination, in nats."""
    weights = load_weights().roles["destination"]
    return [weights.log_mass(evidence) for evidence in geometry(lay_out(lines, shape[1], shape[0]), lines)]


def truth_of(piece: Piece) -> Numbers:
    """A piece's numbers in px of its frame."""
    return Numbers(
        np.array([number.corners for number in piece.numbers], np.float64).reshape(-1, 4, 2),
        np.array([ROLES.index(number.role) for number in piece.numbers], np.int8),
        piece.quarter_turns,
    )
