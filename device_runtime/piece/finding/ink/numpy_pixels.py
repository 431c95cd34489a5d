"""The steps over every pixel of a frame in NumPy: what the core in C must equal bit for bit; pixels.py says what they
make."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Ints = NDArray[np.int32]

BLOCK_PX = 8
TURN_BITS = 16
_PARTS = 2 * BLOCK_PX
_GAP_PX = 2  # a rule goes on behind a gap that is no wider


def shrink(gray: Gray, factor: int) -> tuple[Gray, Gray, Gray, Gray]:
    height, width = (min(factor, side) for side in gray.shape)
    rows, columns = gray.shape[0] // height, gray.shape[1] // width
    # Means of factor x factor px, halves up: uint8 [H, W].
    parts = gray[: rows * height, : columns * width].reshape(rows, height, columns, width)
    count = height * width
    small = ((parts.sum((1, 3), dtype=np.uint32) + count // 2) // count).astype(np.uint16)
    # Blurred by 1 2 1 both ways; the edge is repeated.
    padded = np.pad(small, 1, mode="edge")
    across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    soft = ((across[:-2] + 2 * across[1:-1] + across[2:] + 8) >> 4).astype(np.uint8)
    # Blocks, uint16 [h, 4, w, 4].
    whole = np.pad(soft, ((0, -rows % BLOCK_PX), (0, -columns % BLOCK_PX)), mode="edge").astype(np.uint16)
    blocks = whole.reshape(whole.shape[0] // BLOCK_PX, BLOCK_PX, -1, BLOCK_PX)
    pixels = BLOCK_PX * BLOCK_PX
    mean = (blocks.sum((1, 3), dtype=np.uint16) + pixels // 2) // pixels
    return soft, mean.astype(np.uint8), blocks.min((1, 3)).astype(np.uint8), blocks.max((1, 3)).astype(np.uint8)


def darker(soft: Gray, level: Gray) -> Gray:
    rows, columns = soft.shape

    def places(count: int, blocks: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Between which two blocks each pixel lies, and the share of the second one in parts of 2 BLOCK_PX."""
        parts = 2 * np.arange(count) + 1 - BLOCK_PX
        first = parts // _PARTS
        return np.clip(first, 0, blocks - 1), np.clip(first + 1, 0, blocks - 1), (parts % _PARTS).astype(np.int32)

    left, right, share = places(columns, level.shape[1])
    wide = level[:, left] * (_PARTS - share) + level[:, right] * share
    upper, lower, share = places(rows, level.shape[0])
    share = share[:, None]
    between = (wide[upper] * (_PARTS - share) + wide[lower] * share + _PARTS * _PARTS // 2) // (_PARTS * _PARTS)
    return (soft < between).astype(np.uint8)


def trace(mask: Gray) -> tuple[Ints, Ints]:
    from device_runtime.image.opencv import cv2

    # Where ink begins and ends along rows with one column of paper at the end: int64 [n] each.
    columns = mask.shape[1]
    padded = np.pad(mask, ((0, 0), (0, 1)))
    edges = np.flatnonzero(np.diff(padded.ravel(), prepend=np.uint8(0)))
    (row, begin), end = np.divmod(edges[::2], columns + 1), edges[1::2] % (columns + 1)
    # Their pieces, numbered anew by the first run of each.
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found, first, piece = np.unique(labels[row, begin], return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    left, top, width, height, area = stats[found[order]].astype(np.int32).T
    runs = np.stack([row, begin, end, rank[piece]]).astype(np.int32)
    return runs, np.stack([left, top, left + width, top + height, area]).astype(np.int32)


def rules(
    mask: Gray, upright_px: int, level_px: int, thick_upright_px: int, thick_level_px: int
) -> tuple[Gray | None, Gray | None]:
    # Along columns, uint8 [W, H], and along rows, uint8 [H, W]; before what is thick is left out of them.
    upright = _long(np.ascontiguousarray(mask.T), upright_px, (upright_px + 1) // 2, _GAP_PX)
    level = _long(mask, level_px, (level_px + 1) // 2, _GAP_PX)
    any_upright, any_level = bool(upright.any()), bool(level.any())
    if not any_upright and not any_level:
        return None, None
    upright, level = _thin(upright, thick_upright_px), _thin(level, thick_level_px)
    rest = mask & ~_grown(level) & ~_grown(upright).T
    return rest, np.ascontiguousarray(upright.T) if any_upright else None


def _grown(mask: Gray) -> Gray:
    """A mask grown by a row up and down."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    return grown


def _thin(long: Gray, thick_px: int) -> Gray:
    """What lies in runs across rows that are shorter than what is thick."""
    return long & ~_long(np.ascontiguousarray(long.T), thick_px, thick_px, 0).T


def _long(mask: Gray, length_px: int, cut_px: int, gap_px: int) -> Gray:
    """The runs along rows, over gaps that are no wider, that are at least so long; less where the edge cuts them."""
    rows, columns = mask.shape
    wide = columns + gap_px + 1
    padded = np.pad(mask, ((0, 0), (0, gap_px + 1)))
    edges = np.flatnonzero(np.diff(padded.ravel(), prepend=np.uint8(0)))
    begin, end = edges[::2], edges[1::2]
    if not len(begin):
        return np.zeros_like(mask)
    apart = begin[1:] - end[:-1] > gap_px
    begin, end = begin[np.concatenate(([True], apart))], end[np.concatenate((apart, [True]))]
    cut = (begin % wide == 0) | (end % wide == columns)
    long = end - begin >= np.where(cut, cut_px, length_px)
    steps = np.zeros(rows * wide, np.int8)
    steps[begin[long]], steps[end[long]] = 1, -1
    return np.cumsum(steps, dtype=np.int8).astype(np.uint8).reshape(rows, wide)[:, :columns].copy()


def turn(mask: Gray, size: tuple[int, int], steps: tuple[int, int], start: tuple[int, int]) -> Gray:
    column, row = np.arange(size[1]), np.arange(size[0])[:, None]
    (cosine, sine), (x, y) = steps, start
    across, down = (x + column * cosine - row * sine) >> TURN_BITS, (y + column * sine + row * cosine) >> TURN_BITS
    rows, columns = mask.shape
    inside = (across >= 0) & (across < columns) & (down >= 0) & (down < rows)
    return np.where(inside, mask[np.clip(down, 0, rows - 1), np.clip(across, 0, columns - 1)], 0).astype(np.uint8)
