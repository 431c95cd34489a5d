"""A piece in the making: its paper in colour, what was put on it, and the truth about that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from device_runtime.types import Role
from train.synthesis.pieces.ink.inked import Inked, Placed, Quad, bounds, box_quad

Color = tuple[int, int, int]  # RGB
Rect = tuple[float, float, float, float]  # left, top, right, bottom in px


@dataclass(frozen=True, eq=False)
class Layer:
    """Writing in a colour, within a group.

    Attributes:
        inked: the writing.
        x: of its left edge in the group, px.
        y: of its top in the group, px.
        color: of the ink.
        strength: how much of the paper the ink covers, 0..1.
    """

    inked: Inked
    x: float
    y: float
    color: Color
    strength: float = 1.0


@dataclass(frozen=True, eq=False)
class Group:
    """Layers that are put on a sheet together, each over those before it."""

    layers: tuple[Layer, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in px, from the group's origin."""
        rights = (layer.x + layer.inked.size[0] for layer in self.layers)
        lows = (layer.y + layer.inked.size[1] for layer in self.layers)
        return max(rights, default=0.0), max(lows, default=0.0)

    def colored(self, color: Color) -> Group:
        """The same with all ink in one colour."""
        return Group(tuple(replace(layer, color=color) for layer in self.layers))


@dataclass
class Sheet:
    """A piece in the making.

    Attributes:
        image: uint8 [H, W, 3], RGB.
        px_per_mm: its scale.
        conditions: what was drawn, for `Piece.conditions`.
        numbers: on it, in px of the sheet.
        blocks: role, corners of the whole and of the lines.
        taken: where something stands already.
        covers: what hides what was there before: how many numbers were, and its corners.
    """

    image: NDArray[np.uint8]
    px_per_mm: float
    conditions: dict[str, str | float] = field(default_factory=dict)
    numbers: list[Placed] = field(default_factory=list)
    blocks: list[tuple[Role, Quad, tuple[Quad, ...]]] = field(default_factory=list)
    taken: list[Rect] = field(default_factory=list)
    covers: list[tuple[int, Quad]] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px."""
        return self.image.shape[1], self.image.shape[0]

    def mm(self, length: float) -> float:
        """So many mm in px."""
        return length * self.px_per_mm

    def put(self, inked: Inked, x: float, y: float, color: Color, role: Role | None = None) -> Rect:
        """Put writing of one colour on the sheet; see `put_group`."""
        return self.put_group(Group((Layer(inked, 0.0, 0.0, color),)), x, y, role)

    def put_group(self, group: Group, x: float, y: float, role: Role | None = None) -> Rect:
        """Put layers on the sheet; what reaches beyond it is cut off.

        Args:
            group: the layers.
            x: of its left edge, px.
            y: of its top, px.
            role: of the block that its lines are; None = no block of text.

        Returns:
            Where it lies.
        """
        lines: list[Quad] = []
        for layer in group.layers:
            left, top = round(x + layer.x), round(y + layer.y)
            self.ink(layer.inked.ink, left, top, layer.color, layer.strength)
            shift = np.array([left, top], np.float64)
            self.numbers += [Placed(n.token, n.quad + shift, n.hand) for n in layer.inked.numbers]
            lines += [quad + shift for quad in layer.inked.lines]
        if role is not None and lines:
            self.blocks.append((role, _around(tuple(lines)), tuple(lines)))
        width, height = group.size
        rect = (x, y, x + width, y + height)
        self.taken.append(rect)
        return rect

    def ink(self, ink: NDArray[np.uint8], left: int, top: int, color: Color, strength: float = 1.0) -> None:
        """Lay ink of a colour on the paper, without truth.

        Args:
            ink: uint8 [h, w], bright on 0.
            left: of the layer on the sheet, px.
            top: the same.
            color: of the ink.
            strength: how much of the paper it covers, 0..1.
        """
        view, part = self._meeting(ink, left, top)
        if not part.size:
            return
        # paper + (color - paper) * ink, in whole numbers: uint16 [h, w, 1] of 0..256 for the ink's share.
        share = (part.astype(np.uint16) * round(257 * strength) >> 8)[:, :, None]
        mixed = view.astype(np.uint16) * (256 - share) + np.array(color, np.uint16) * share
        view[...] = (mixed >> 8).astype(np.uint8)

    def paste(self, picture: NDArray[np.uint8], mask: NDArray[np.uint8], x: float, y: float) -> None:
        """Stick a picture on the sheet; it hides what is below.

        Args:
            picture: uint8 [h, w, 3], RGB.
            mask: uint8 [h, w], 255 where the picture is.
            x: of its left edge, px.
            y: of its top, px.
        """
        left, top = round(x), round(y)
        view, part = self._meeting(mask, left, top)
        if part.size:
            np.copyto(view, self._cut(picture, left, top), where=(part > 127)[:, :, None])
        height, width = mask.shape
        rect = (float(left), float(top), float(left + width), float(top + height))
        self.taken.append(rect)
        self.covers.append((len(self.numbers), box_quad(*rect)))

    def is_free(self, rect: Rect, gap: float = 0.0) -> bool:
        """Whether a place is within the sheet and nothing is near it.

        Args:
            rect: the place.
            gap: to what else there is, px.
        """
        left, top, right, bottom = rect
        width, height = self.size
        inside = left >= 0 and top >= 0 and right <= width and bottom <= height
        return inside and all(
            right + gap <= a or c + gap <= left or bottom + gap <= b or d + gap <= top for a, b, c, d in self.taken
        )

    def is_covered(self, number: int, point: NDArray[np.float64]) -> bool:
        """Whether a point of a number is hidden.

        Args:
            number: its index in `numbers`.
            point: float64 [2], px of the sheet.
        """
        x, y = point.tolist()
        boxes = (bounds([quad]) for earlier, quad in self.covers if number < earlier)
        return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)

    def _meeting(self, layer: NDArray[np.uint8], left: int, top: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The part of the sheet under a layer, and the part of the layer on the sheet."""
        height, width = layer.shape[:2]
        columns, rows = self.size
        under = self.image[
            max(top, 0) : max(min(top + height, rows), 0), max(left, 0) : max(min(left + width, columns), 0)
        ]
        return under, self._cut(layer, left, top)

    def _cut(self, layer: NDArray[np.uint8], left: int, top: int) -> NDArray[np.uint8]:
        columns, rows = self.size
        return layer[max(-top, 0) : max(rows - top, 0), max(-left, 0) : max(columns - left, 0)]


def _around(lines: tuple[Quad, ...]) -> Quad:
    """The corners of a block: around its lines, in the direction of the first."""
    first = lines[0]
    along = first[1] - first[0]
    length = float(np.hypot(*along)) or 1.0
    cos, sin = along / length
    basis = np.array([[cos, sin], [-sin, cos]])
    left, top, right, bottom = bounds([quad @ basis.T for quad in lines])
    return np.asarray(box_quad(left, top, right, bottom) @ basis, np.float64)
