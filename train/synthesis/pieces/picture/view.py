"""How a piece lies before the camera: the frame, the turn, the scale, the perspective."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.pieces.ink.inked import Quad, bounds, box_quad
from train.synthesis.pieces.sheet import Sheet

FRAMES_PX = ((1920, 1080), (1920, 1080), (1280, 720), (1280, 960), (1600, 1200), (1000, 620))
SCAN_SHARE, UPRIGHT_SHARE, FAR_TURN_SHARE, PERSPECTIVE_SHARE = 0.25, 0.85, 0.07, 0.6
SCAN_PX = (1000, 1900)  # the longer side
_USUAL_TURN_DEG, _MOST_USUAL_TURN_DEG, _MOST_TURN_DEG = 3.0, 8.0, 45.0
_MOST_PERSPECTIVE = 0.06  # how far a corner moves, of the piece's longer side
_ROOM = 0.02  # of the frame: between the code and its edge


@dataclass(frozen=True)
class View:
    """How a piece will be seen.

    Attributes:
        frame: width and height in px.
        scanned: by a scanner: flat, in even light.
        quarter_turns: of the piece, clockwise.
        rotation_deg: further turn, clockwise.
        px_per_mm: of the piece's sheet.
        reduced: how much smaller all is than in a whole frame, 0..1.
        perspective: how far a corner may be moved, of the piece's longer side.
    """

    frame: tuple[int, int]
    scanned: bool
    quarter_turns: int
    rotation_deg: float
    px_per_mm: float
    reduced: float
    perspective: float


def draw_view(
    random: np.random.Generator,
    size_mm: tuple[float, float],
    longest_px: int | None = None,
    far_turn_share: float = FAR_TURN_SHARE,
) -> View:
    """Draw how a piece lies before the camera.

    Args:
        random: source of all draws.
        size_mm: width and height of the piece.
        longest_px: of the frame; None = a whole frame.
        far_turn_share: of the pieces before a camera: turned by any angle up to 45 degrees.
    """
    scanned = random.random() < SCAN_SHARE
    turns = 0 if random.random() < UPRIGHT_SHARE else int(random.integers(1, 4))
    usual = min(max(random.normal(0, _USUAL_TURN_DEG), -_MOST_USUAL_TURN_DEG), _MOST_USUAL_TURN_DEG)
    rotation = random.uniform(-_MOST_TURN_DEG, _MOST_TURN_DEG) if random.random() < far_turn_share else usual
    width_mm, height_mm = size_mm if turns % 2 == 0 else size_mm[::-1]
    if scanned:
        longest = int(random.integers(*SCAN_PX))
        px_per_mm = longest / max(size_mm)
        border = 1 + random.uniform(0, 0.03)
        frame = (round(width_mm * px_per_mm * border), round(height_mm * px_per_mm * border))
        rotation = float(random.normal(0, 0.6))
    else:
        frame = FRAMES_PX[int(random.integers(len(FRAMES_PX)))]
        # The turned piece fills this much of the frame; one that is far turned may reach beyond it.
        angle = radians(min(abs(rotation), 20.0))
        wide, tall = (width_mm * cos(angle) + height_mm * sin(angle), width_mm * sin(angle) + height_mm * cos(angle))
        px_per_mm = min(frame[0] / wide, frame[1] / tall) * random.uniform(0.68, 1.02)
    reduced = 1.0 if longest_px is None else min(1.0, longest_px / max(frame))
    small = (max(8, round(frame[0] * reduced)), max(8, round(frame[1] * reduced)))
    bent = not scanned and random.random() < PERSPECTIVE_SHARE
    perspective = float(random.uniform(0, 1) ** 2 * _MOST_PERSPECTIVE) if bent else 0.0
    return View(small, scanned, turns, float(rotation), px_per_mm * reduced, reduced, perspective)


def projection(random: np.random.Generator, sheet: Sheet, view: View, kept: Quad | None) -> NDArray[np.float64]:
    """Draw the map from the sheet to the frame.

    Args:
        random: source of all draws.
        sheet: the piece.
        view: how it is seen.
        kept: what must be in the frame, px of the sheet; None = nothing in particular.

    Returns:
        float64 [3, 3], of homogeneous (x, y).
    """
    width, height = sheet.size
    corners = box_quad(0, 0, width, height)
    # Turned about the middle, then each corner moved by its own draw, then the middle put near the frame's.
    angle = radians(90 * view.quarter_turns + view.rotation_deg)
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    seen = (corners - [width / 2, height / 2]) @ turn.T
    reach = view.perspective * max(width, height)
    seen += random.uniform(-1, 1, (4, 2)) * reach
    left, top, right, bottom = bounds([seen])
    spare = np.maximum(np.array(view.frame) - [right - left, bottom - top], 0)
    seen += np.array(view.frame) / 2 - [(left + right) / 2, (top + bottom) / 2] + random.uniform(-0.5, 0.5, 2) * spare
    matrix = np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32)), np.float64)
    return matrix if kept is None else _shift_to_keep(project(matrix, kept), view.frame) @ matrix


def project(matrix: NDArray[np.float64], quad: Quad) -> Quad:
    """Where the corners of the sheet come to lie in the frame."""
    return np.asarray(cv2.perspectiveTransform(quad[None], matrix)[0], np.float64)


def _shift_to_keep(quad: Quad, frame: tuple[int, int]) -> NDArray[np.float64]:
    """The least shift that brings a quad into the frame, float64 [3, 3]."""
    room = _ROOM * hypot(*frame)
    left, top, right, bottom = bounds([quad])
    shift = np.eye(3)
    for axis, (low, high, length) in enumerate(((left, right, frame[0]), (top, bottom, frame[1]))):
        shift[axis, 2] = max(room - low, 0.0) + min(length - room - high, 0.0)
    return shift
