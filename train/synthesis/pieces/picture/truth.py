"""The truth about a picture: what was put on the sheet, where it lies in the frame, and what can be seen of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from train.synthesis.pieces.ink.inked import Placed, Quad
from train.synthesis.pieces.picture.camera import Shot
from train.synthesis.pieces.picture.view import View, project
from train.synthesis.pieces.piece import Block, Corners, Number, Piece
from train.synthesis.pieces.sheet import Sheet


def truth_of(
    sheet: Sheet, view: View, matrix: NDArray[np.float64], shot: Shot, country: str, code: str | None
) -> Piece:
    """Put a picture and its truth together.

    Args:
        sheet: the piece.
        view: how it was seen.
        matrix: float64 [3, 3], from the sheet to the frame.
        shot: the picture.
        country: ISO code of the destination.
        code: the destination's, if it has one.
    """
    numbers = tuple(_number(sheet, index, view, matrix, shot) for index in range(len(sheet.numbers)))
    blocks = tuple(
        Block(role, _corners(matrix, whole), tuple(_corners(matrix, line) for line in lines))
        for role, whole, lines in sheet.blocks
    )
    conditions = dict(sorted((sheet.conditions | _seen(sheet.numbers, view)).items()))
    return Piece(shot.image, numbers, blocks, country, code, view.quarter_turns, conditions)


def _seen(numbers: list[Placed], view: View) -> dict[str, str | float]:
    """The conditions of the view; the height is that of the code's ink, in px of the frame."""
    code = next((n for n in numbers if n.token.kind == "destination"), None)
    return {
        "frame": f"{view.frame[0]}x{view.frame[1]}",
        "scanned": "yes" if view.scanned else "no",
        "rotation_deg": round(view.rotation_deg, 2),
        "perspective": round(view.perspective, 4),
        "code_px": round(float(np.hypot(*(code.quad[3] - code.quad[0]))), 1) if code else 0.0,
    }


def _number(sheet: Sheet, index: int, view: View, matrix: NDArray[np.float64], shot: Shot) -> Number:
    placed = sheet.numbers[index]
    corners = _corners(matrix, placed.quad)
    width, height = view.frame
    a, b, c, d = (
        0 <= x <= width - 1 and 0 <= y <= height - 1 and not sheet.is_covered(index, corner) and not shot.hides(x, y)
        for (x, y), corner in zip(corners, placed.quad, strict=True)
    )
    token = placed.token
    return Number(token.text, token.role, token.kind, corners, placed.hand, (a, b, c, d))


def _corners(matrix: NDArray[np.float64], quad: Quad) -> Corners:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in project(matrix, quad))
