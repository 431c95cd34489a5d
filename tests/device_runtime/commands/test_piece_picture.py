"""Pieces are drawn with the lines that were read, in the colour of their role, and with the answer above them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from device_runtime.commands import piece_picture
from device_runtime.decoding.ensemble import View
from device_runtime.piece.whole import ReadField
from device_runtime.result import Result
from device_runtime.types import Candidate, Decoding, Field, Reading, Strip

PIXELS = np.full((760, 1520, 3), (250, 240, 230), np.uint8)
TRACE = View(Strip(np.zeros((32, 40), np.uint8), np.eye(2, 3), False), Decoding((), (), None))
GREEN, RED, BLUE = (0, 158, 115), (213, 94, 0), (0, 114, 178)


def box(x: float, y: float) -> Field:
    return Field(((x, y), (x + 400, y), (x + 400, y + 60), (x, y + 60)))


def result(status: str, reason: str | None) -> Result:
    fields = (
        ReadField(box(800, 400), "destination", 0.1, "80331", 0.99, "accepted"),
        ReadField(box(100, 100), "sender", 2.3, "70173", 0.98, "accepted"),
        ReadField(box(100, 600), "other", 6.0, None, 0.0, "no_code"),
    )
    reading = Reading(status, "80331", reason, 0.99, (), (Candidate("80331", 0.99),))  # type: ignore[arg-type]
    return Result("a.jpg", reading, box(800, 400), "numpy", {}, TRACE, fields)


def test_lines_are_framed_in_the_colour_of_their_role() -> None:
    drawn = piece_picture.draw(PIXELS, result("accepted", None))
    head = len(drawn) - 380  # the piece is drawn at half its size
    assert drawn.shape == (380 + head, 760, 3) and 20 < head < 80
    for field, color in ((box(800, 400), GREEN), (box(100, 100), RED), (box(100, 600), BLUE)):
        x, y = (np.array(field.corners[2]) / 2).astype(int)
        near = drawn[head + y - 2 : head + y + 3, x - 60 : x - 40].reshape(-1, 3).astype(int)
        assert np.abs(near - color).sum(axis=1).min() < 60
    far = drawn[head + 20 : head + 30, 700:750].reshape(-1, 3)
    assert (far == (250, 240, 230)).all()


def test_the_answer_and_why_it_was_rejected_stand_above() -> None:
    plain, rejected = (
        piece_picture.draw(PIXELS, result(status, reason))[:36]
        for status, reason in (("accepted", None), ("rejected", "rival 70173 at the top left"))
    )
    assert (rejected < 250).any(axis=2).sum() > 1.5 * (plain < 250).any(axis=2).sum()


def test_gray_pieces_are_drawn_too() -> None:
    assert piece_picture.draw(PIXELS[..., 0], result("accepted", None)).shape[2] == 3


def test_pieces_lie_in_two_columns(tmp_path: Path) -> None:
    drawn = [np.full((height, 760, 3), 40 * number, np.uint8) for number, height in enumerate((300, 400, 200))]
    piece_picture.write(drawn, tmp_path / "a.png")
    sheet = cv2.imread(str(tmp_path / "a.png"))
    assert sheet is not None and sheet.shape[1] > 2 * 760 and 600 < sheet.shape[0] < 700
