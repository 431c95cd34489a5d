"""Writing on a layer of its own, with the places of its lines and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.pieces.address.text import Token
from train.synthesis.writing.pen import Ink

Quad = NDArray[np.float64]  # [4, 2], corners (x, y), clockwise from the top left of the writing


@dataclass(frozen=True, eq=False)
class Placed:
    """A number on a layer.

    Attributes:
        token: what is written.
        quad: around its ink, px of the layer.
        hand: whether it is handwriting.
    """

    token: Token
    quad: Quad
    hand: bool


@dataclass(frozen=True, eq=False)
class Inked:
    """Writing on a layer.

    Attributes:
        ink: uint8 [h, w], bright on 0.
        lines: around the ink of each line, px of the layer.
        numbers: all numbers in it.
    """

    ink: Ink
    lines: tuple[Quad, ...] = ()
    numbers: tuple[Placed, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px."""
        return self.ink.shape[1], self.ink.shape[0]


def box_quad(left: float, top: float, right: float, bottom: float) -> Quad:
    """The corners of an upright box."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def bounds(quads: Sequence[Quad]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of some quads."""
    points = np.concatenate(quads)
    return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def moved(inked: Inked, matrix: NDArray[np.float64], size: tuple[int, int]) -> Inked:
    """Resample a layer by an affine map, its truth with it.

    Args:
        inked: the layer.
        matrix: float64 [2, 3], from old to new px.
        size: width and height of the new layer.
    """

    def through(quad: Quad) -> Quad:
        return np.asarray(quad @ matrix[:, :2].T + matrix[:, 2], np.float64)

    ink = np.asarray(cv2.warpAffine(inked.ink, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)
    numbers = tuple(replace(n, quad=through(n.quad)) for n in inked.numbers)
    return Inked(ink, tuple(through(q) for q in inked.lines), numbers)


def turned(inked: Inked, degrees: float) -> Inked:
    """Turn a layer clockwise about its middle; the layer grows so that nothing is lost."""
    if not degrees:
        return inked
    width, height = inked.size
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    across, down = abs(matrix[0, 0]), abs(matrix[0, 1])
    new = (int(np.ceil(width * across + height * down)) + 2, int(np.ceil(width * down + height * across)) + 2)
    matrix[:, 2] += (new[0] - width) / 2, (new[1] - height) / 2
    return moved(inked, matrix, new)


def stacked(lines: Sequence[tuple[Inked, float, float]]) -> Inked:
    """Lay layers on one.

    Args:
        lines: each layer with the x and y of its top left corner, px; the least become 0.
    """
    left, top = min(x for _, x, _ in lines), min(y for _, _, y in lines)
    offsets = [(round(x - left), round(y - top)) for _, x, y in lines]
    width = max(x + part.size[0] for (part, _, _), (x, _) in zip(lines, offsets, strict=True))
    height = max(y + part.size[1] for (part, _, _), (_, y) in zip(lines, offsets, strict=True))
    ink = np.zeros((height, width), np.uint8)
    quads: list[Quad] = []
    numbers: list[Placed] = []
    for (part, _, _), (x, y) in zip(lines, offsets, strict=True):
        view = ink[y : y + part.size[1], x : x + part.size[0]]
        np.maximum(view, part.ink, out=view)
        shift = np.array([x, y], np.float64)
        quads += [quad + shift for quad in part.lines]
        numbers += [replace(n, quad=n.quad + shift) for n in part.numbers]
    return Inked(ink, tuple(quads), tuple(numbers))
