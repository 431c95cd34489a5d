"""Sample pieces: small files of pieces that are read as they are to show."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from device_runtime.samples import load_pieces
from train.synthesis import sample_pieces as module
from train.synthesis.pieces.piece import Piece
from train.synthesis.sample_pieces import LIMIT_BYTES, WANTED, Wanted, found_pieces

SAMPLE = load_pieces()[0]


def shipped() -> Piece:
    """The first sample piece, as a generator would make it."""
    pixels = cv2.imread(str(SAMPLE.path), cv2.IMREAD_COLOR_RGB)
    conditions: dict[str, str | float] = {"writing": "print", "boxes": "no"}
    return Piece(np.asarray(pixels, np.uint8), (), (), SAMPLE.country or "", SAMPLE.expected, 0, conditions)


class Drawing:
    """Makes the same piece over and over."""

    def piece(self, longest_px: int) -> Piece:
        return shipped()


def test_a_picture_becomes_small_enough_or_is_left() -> None:
    smooth = np.full((400, 900, 3), 200, np.uint8)
    data = module._small_jpeg(smooth)
    assert data is not None and len(data) <= LIMIT_BYTES
    noise = np.random.default_rng(1).integers(0, 255, (800, 1100, 3), dtype=np.uint8)
    assert module._small_jpeg(noise) is None


def test_the_first_piece_that_is_read_as_wanted_is_kept() -> None:
    ((sample, data),) = found_pieces(Drawing(), (Wanted("any", lambda piece: True),))  # type: ignore[arg-type]
    assert (sample.expected, sample.country, sample.field) == (SAMPLE.expected, SAMPLE.country, False)
    assert len(data) <= LIMIT_BYTES


def test_what_is_not_found_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TRIES", 2)
    with pytest.raises(PosteyeError, match="none of 2 pieces shows turned"):
        found_pieces(Drawing(), (Wanted("turned", lambda piece: False),))  # type: ignore[arg-type]


def test_the_shipped_pieces_are_the_wanted_ones() -> None:
    names = [piece.file.partition("-")[2].removesuffix(".jpg") for piece in load_pieces()]
    assert names == [wanted.name for wanted in WANTED]
    assert [bool(piece.rival) for piece in load_pieces()] == [wanted.has_rival for wanted in WANTED]
