"""The generator of mail pieces: what kind of piece, its plan, its drawing, its picture, its truth.

The shares look like a mail stream: 45 % envelopes, 20 % window letters, 15 % parcel labels, 10 % cards, 10 % forms and
register pages; 15 % of the destinations by hand; a sender on 70 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from train.data.writers import Writer
from train.synthesis.paper import Paper
from train.synthesis.pieces.address.numbers import any_of
from train.synthesis.pieces.camera import Camera, Shot, visible
from train.synthesis.pieces.desk import Desk, Plan
from train.synthesis.pieces.ink.capitals import load_capitals
from train.synthesis.pieces.ink.inked import Placed, Quad
from train.synthesis.pieces.ink.scribe import Scribe
from train.synthesis.pieces.kinds import KINDS
from train.synthesis.pieces.parts import PARTS, Part, supplies
from train.synthesis.pieces.piece import Block, Corners, Number, Piece
from train.synthesis.pieces.sheet import Sheet
from train.synthesis.pieces.stationery import Stationery
from train.synthesis.pieces.view import View, draw_view, project, projection


class PieceGenerator:
    """An endless supply of mail pieces, the same for the same seed.

    Args:
        writers: whose digits stand on the pieces.
        seed: of all draws.
        part: "train" or "test": which fonts, layouts and countries.
        strokes: folder of pen strokes of capitals; None = words by hand are set in fonts alone.

    Raises:
        PosteyeError: no font of the part is installed, or the strokes cannot be read.
    """

    def __init__(self, writers: Sequence[Writer], seed: int, part: Part, *, strokes: Path | None = None) -> None:
        self.random = np.random.default_rng((seed, PARTS.index(part)))
        self.part = part
        found = supplies(part)
        stationery = Stationery(self.random)
        capitals = load_capitals(strokes, part) if strokes else {}
        scribe = Scribe(writers, found.hand_fonts, capitals, self.random)
        self.desk = Desk(self.random, found, stationery, Paper(self.random), scribe)
        self.camera = Camera(self.random, stationery)

    def piece(self, *, with_code: bool = True, longest_px: int | None = None) -> Piece:
        """Make a piece.

        Args:
            with_code: whether the destination has a code of its country's grammar.
            longest_px: longer side of the frame, all on it so much smaller; None = a whole frame.
        """
        random, desk = self.random, self.desk
        kind = KINDS[int(random.choice(len(KINDS), p=[kind.share for kind in KINDS]))]
        layout = any_of(random, kind.layouts[self.part])
        size_mm = any_of(random, kind.sizes_mm)
        view = draw_view(random, size_mm, longest_px)
        stock = desk.stationery.stock()
        while kind.papers and stock.name not in kind.papers:
            stock = desk.stationery.stock()
        size_px = (round(size_mm[0] * view.px_per_mm), round(size_mm[1] * view.px_per_mm))
        sheet = Sheet(desk.stationery.sheet(stock, size_px), view.px_per_mm)
        ink, pen = desk.print_ink(stock.dark), desk.pen(stock.dark)
        writing = str(random.choice(list(kind.writings), p=list(kind.writings.values())))
        country = any_of(random, desk.supplies.countries)
        plan = Plan(self.part, country, with_code, writing, view.reduced, ink[1], desk.scribe.hand(), pen[1])
        sheet.conditions |= {
            "kind": kind.name,
            "layout": layout,
            "paper": stock.name,
            "writing": writing,
            "boxes": "no",
        }
        sheet.conditions["ink"] = ink[0] if writing == "print" else pen[0]
        code = kind.draw(desk, plan, sheet, layout)
        wanted = [n.quad for n in sheet.numbers if n.token.kind == "destination"]
        matrix = projection(random, sheet, view, wanted[-1] if wanted else None)
        shot = self.camera.shoot(sheet, view, matrix)
        sheet.conditions |= _view_conditions(view, sheet)
        return _piece(sheet, view, matrix, shot, country, code)


def _view_conditions(view: View, sheet: Sheet) -> dict[str, str | float]:
    code = next((n for n in sheet.numbers if n.token.kind == "destination"), None)
    return {
        "frame": f"{view.frame[0]}x{view.frame[1]}",
        "scanned": "yes" if view.scanned else "no",
        "rotation_deg": round(view.rotation_deg, 2),
        "perspective": round(view.perspective, 4),
        "code_px": round(float(np.hypot(*(code.quad[3] - code.quad[0]))), 1) if code else 0.0,
    }


def _piece(sheet: Sheet, view: View, matrix: np.ndarray, shot: Shot, country: str, code: str | None) -> Piece:
    numbers = [_number(sheet, index, placed, view, matrix, shot) for index, placed in enumerate(sheet.numbers)]
    blocks = [
        Block(role, _corners(project(matrix, whole)), tuple(_corners(project(matrix, line)) for line in lines))
        for role, whole, lines in sheet.blocks
    ]
    return Piece(
        shot.image,
        tuple(numbers),
        tuple(blocks),
        country,
        code,
        view.quarter_turns,
        dict(sorted(sheet.conditions.items())),
    )


def _number(sheet: Sheet, index: int, placed: Placed, view: View, matrix: np.ndarray, shot: Shot) -> Number:
    quad = project(matrix, placed.quad)
    inside = visible(quad, view.frame)
    covered = np.array([sheet.is_covered(index, corner) for corner in placed.quad])
    seen = [bool(i and not c and not shot.hides(*p)) for i, c, p in zip(inside, covered, quad.tolist(), strict=True)]
    token = placed.token
    return Number(token.text, token.role, token.kind, _corners(quad), placed.hand, (seen[0], seen[1], seen[2], seen[3]))


def _corners(quad: Quad) -> Corners:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in quad)
