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
from train.synthesis.pieces.desk import Codes, Desk, Plan
from train.synthesis.pieces.draws import any_of, by_share
from train.synthesis.pieces.ink.capitals import load_capitals
from train.synthesis.pieces.ink.inked import bounds, box_quad
from train.synthesis.pieces.ink.scribe import Scribe
from train.synthesis.pieces.kinds import KINDS
from train.synthesis.pieces.kinds.kind import Kind
from train.synthesis.pieces.parts import PARTS, Part, supplies
from train.synthesis.pieces.picture.camera import Camera
from train.synthesis.pieces.picture.truth import truth_of
from train.synthesis.pieces.picture.view import FAR_TURN_SHARE, View, draw_view, projection
from train.synthesis.pieces.piece import Piece
from train.synthesis.pieces.sheet import Sheet
from train.synthesis.pieces.stationery import Stationery

# Of the pieces with the sender's code alone: turned by up to 45 degrees, a sender may seem to stand where mail has the
# destination.
FAR_TURNED_SENDER = 0.35


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

    def piece(self, *, codes: Codes = "destination", longest_px: int | None = None) -> Piece:
        """Make a piece.

        Args:
            codes: which codes of the country's grammar stand on it.
            longest_px: longer side of the frame, all on it so much smaller; None = a whole frame.
        """
        random = self.random
        kind = by_share(random, {kind: kind.share for kind in KINDS})
        size_mm = any_of(random, kind.sizes_mm)
        view = draw_view(random, size_mm, longest_px, FAR_TURNED_SENDER if codes == "sender" else FAR_TURN_SHARE)
        sheet = self._blank(kind, size_mm, view)
        plan = self._plan(kind, sheet, view, codes)
        code = kind.draw(self.desk, plan, sheet, str(sheet.conditions["layout"]))
        # The picture, with the code in it, and the truth.
        wanted = [n.quad for n in sheet.numbers if n.token.kind == "destination"]
        matrix = projection(random, sheet, view, box_quad(*bounds(wanted)) if wanted else None)
        shot = self.camera.shoot(sheet, view, matrix)
        return truth_of(sheet, view, matrix, shot, plan.country, code)

    def _blank(self, kind: Kind, size_mm: tuple[float, float], view: View) -> Sheet:
        """Blank paper of a kind and size, with its layout."""
        stationery = self.desk.stationery
        stock = stationery.stock()
        while kind.papers and stock.name not in kind.papers:
            stock = stationery.stock()
        size_px = (round(size_mm[0] * view.px_per_mm), round(size_mm[1] * view.px_per_mm))
        sheet = Sheet(stationery.sheet(stock, size_px), view.px_per_mm)
        layout = any_of(self.random, kind.layouts[self.part])
        sheet.conditions |= {"kind": kind.name, "layout": layout, "paper": stock.name, "boxes": "no"}
        return sheet

    def _plan(self, kind: Kind, sheet: Sheet, view: View, codes: Codes) -> Plan:
        """What is decided about a piece before it is drawn."""
        desk = self.desk
        dark = sheet.conditions["paper"] == "dark"
        ink, pen = desk.print_ink(dark), desk.pen(dark)
        writing = by_share(self.random, kind.writings)
        country = any_of(self.random, desk.supplies.countries)
        sheet.conditions |= {"codes": codes, "writing": writing, "ink": ink[0] if writing == "print" else pen[0]}
        return Plan(country, codes, writing, view.reduced, ink[1], desk.scribe.hand(), pen[1])
