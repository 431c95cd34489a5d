"""Gray frame to a mask of ink: what is darker than the paper around it, by as much as the writing near by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.opencv import cv2

BLOCK_PX = 4
_WINDOW = 15  # blocks: wider than any stroke, and no wider than the light is even
_SMOOTH = 9  # blocks
_SHARE = 29  # of 64: from this share of the darkness of the ink near by a pixel is ink
_TILE = 16  # blocks: wide enough to hold quiet ones between lines of writing
_QUIET = 4  # of so many blocks of a tile one is quieter than its texture's measure
_TEXTURE = 5  # halves of that measure that texture reaches
_LEAST_TEXTURE, _MOST_TEXTURE = 14, 40  # of 255; where nearly all is written on, quiet blocks are ink
_MIN_PAPER = 96  # keeps the division by the paper's brightness tame in deep shadow

_PLAIN = 2  # times as dark as texture is what is surely no texture

Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class Ink:
    """What is ink in a frame.

    Attributes:
        mask: uint8 [H, W], 1 = ink.
        plain: bool [h, w], for each block of BLOCK_PX px a side whether it is surely darker than the paper's texture.
    """

    mask: Gray
    plain: NDArray[np.bool_]


def find_ink(gray: Gray) -> Ink | None:
    """Tell ink from paper.

    Args:
        gray: uint8 [H, W], dark writing on light paper.

    Returns:
        The ink; None when there is none.
    """
    rows, columns = gray.shape
    soft = np.asarray(cv2.GaussianBlur(gray, (3, 3), 0), np.uint8)
    # The mean and the darkest pixel of blocks, uint8 [h, w]; the edge is repeated to whole blocks.
    high, wide = (-(-side // BLOCK_PX) for side in gray.shape)
    whole = cv2.copyMakeBorder(soft, 0, high * BLOCK_PX - rows, 0, wide * BLOCK_PX - columns, cv2.BORDER_REPLICATE)
    mean = cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA)
    darkest = whole.reshape(high, BLOCK_PX, wide, BLOCK_PX).min((1, 3))
    # The paper without writing, and how much darker than it each block is, int32 [h, w] of 0 to 255.
    paper = cv2.blur(cv2.morphologyEx(mean, cv2.MORPH_CLOSE, np.ones((_WINDOW, _WINDOW), np.uint8)), (_SMOOTH, _SMOOTH))
    bright = np.maximum(paper, _MIN_PAPER).astype(np.int32)
    dark = cv2.subtract(paper, darkest).astype(np.int32) * 255 // bright
    texture = _texture(dark)
    inked = dark > texture
    if not inked.any():
        return None
    # The mean darkness of the inked blocks around each block, and from it the level below which a pixel is ink.
    window = (_WINDOW, _WINDOW)
    total, count = (
        cv2.boxFilter(values, cv2.CV_32S, window, normalize=False, borderType=cv2.BORDER_REPLICATE)
        for values in ((dark * inked).astype(np.uint8), inked.astype(np.uint8))
    )
    share = np.maximum(texture, _SHARE * total // (64 * np.maximum(count, 1)))
    level = np.maximum(paper - share * bright // 255, 0).astype(np.uint8)
    level = cv2.resize(level, (wide * BLOCK_PX, high * BLOCK_PX), interpolation=cv2.INTER_LINEAR)
    mask = np.asarray(cv2.compare(soft, level[:rows, :columns], cv2.CMP_LT) & 1, np.uint8)
    return Ink(mask, dark > _PLAIN * texture)


def _texture(dark: NDArray[np.int32]) -> NDArray[np.int32]:
    """How dark the texture of the paper gets around each block: int32 [h, w].

    Args:
        dark: int32 [h, w], how much darker than the paper each block is, 0 to 255.
    """
    high, wide = dark.shape
    padded = np.pad(dark, ((0, -high % _TILE), (0, -wide % _TILE)), mode="edge")
    tiles = padded.reshape(padded.shape[0] // _TILE, _TILE, -1, _TILE).swapaxes(1, 2)
    blocks = tiles.reshape(*tiles.shape[:2], -1)
    at = blocks.shape[2] // _QUIET
    quiet = np.clip(_TEXTURE * np.partition(blocks, at, axis=2)[..., at] // 2, _LEAST_TEXTURE, _MOST_TEXTURE)
    # A tile may lie half on another ground: the roughest of the tiles around counts.
    rough = np.asarray(cv2.dilate(quiet.astype(np.uint8), np.ones((3, 3), np.uint8)), np.int32)
    return rough.repeat(_TILE, 0).repeat(_TILE, 1)[:high, :wide]
