"""The compiled core's calls for whole frames; piece/finding/ink/pixels.py says what they make."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_int32, c_int64, c_size_t, c_void_p
from functools import cache

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.arena import ARENA
from device_runtime.core.block import core_function, with_rows

BLOCK_PX = 8

Gray = NDArray[np.uint8]
Ints = NDArray[np.int32]


class _Gray(ctypes.Structure):
    _fields_ = [("pixels", c_void_p), ("height", c_int32), ("width", c_int32), ("stride", c_size_t)]


class _Frame(ctypes.Structure):
    _fields_ = [
        ("soft", c_void_p),
        ("mean", c_void_p),
        ("darkest", c_void_p),
        ("lightest", c_void_p),
        ("height", c_int32),
        ("width", c_int32),
    ]


class _Traced(ctypes.Structure):
    _fields_ = [("runs", c_void_p), ("pieces", c_void_p), ("run_count", c_int32), ("piece_count", c_int32)]


class _Sizes(ctypes.Structure):
    _fields_ = [("upright", c_int32), ("level", c_int32), ("thick_upright", c_int32), ("thick_level", c_int32)]


class _Turned(ctypes.Structure):
    _fields_ = [
        ("height", c_int32),
        ("width", c_int32),
        ("cosine", c_int64),
        ("sine", c_int64),
        ("x", c_int64),
        ("y", c_int64),
    ]


_function = cache(core_function)


def _given(gray: Gray) -> tuple[_Gray, Gray]:
    """An image for the core, and the array that must live as long.

    Raises:
        TypeError: the image is of another type.
    """
    gray, height, width, stride = with_rows(gray)
    return _Gray(gray.ctypes.data, height, width, stride), gray


def shrink(gray: Gray, factor: int) -> tuple[Gray, Gray, Gray, Gray]:
    """As piece/finding/ink/pixels.py has it."""
    run = _function("pe_shrink", POINTER(_Gray), c_int32, c_void_p, POINTER(_Frame))
    given, _kept = _given(gray)
    frame = _Frame()
    ARENA.call(lambda arena: run(given, factor, arena, frame))
    height, width = int(frame.height), int(frame.width)
    high, wide = -(-height // BLOCK_PX), -(-width // BLOCK_PX)
    soft, blocks = ARENA.pixels(frame.soft, height, width), (frame.mean, frame.darkest, frame.lightest)
    mean, darkest, lightest = (ARENA.pixels(at, high, wide) for at in blocks)
    return soft, mean, darkest, lightest


def darker(soft: Gray, level: Gray) -> Gray:
    """As piece/finding/ink/pixels.py has it.

    Raises:
        ValueError: the levels are not those of the image's blocks.
    """
    (height, width), given = soft.shape, _given(soft)
    if level.shape != (-(-height // BLOCK_PX), -(-width // BLOCK_PX)) or level.dtype != np.uint8:
        raise ValueError(f"levels are uint8, one for each block of {BLOCK_PX} px: not {level.dtype} {level.shape}")
    level = np.ascontiguousarray(level)
    run = _function("pe_darker", POINTER(_Gray), c_void_p, c_void_p, POINTER(c_void_p))
    mask = c_void_p()
    ARENA.call(lambda arena: run(given[0], level.ctypes.data, arena, mask))
    return ARENA.pixels(mask.value or 0, height, width)


def trace(mask: Gray) -> tuple[Ints, Ints]:
    """As piece/finding/ink/pixels.py has it."""
    run = _function("pe_trace", POINTER(_Gray), c_void_p, POINTER(_Traced))
    given, _kept = _given(mask)
    traced = _Traced()
    ARENA.call(lambda arena: run(given, arena, traced))
    return _integers(traced.runs, 4, traced.run_count), _integers(traced.pieces, 5, traced.piece_count)


def rules(
    mask: Gray, upright_px: int, level_px: int, thick_upright_px: int, thick_level_px: int
) -> tuple[Gray | None, Gray | None]:
    """As piece/finding/ink/pixels.py has it."""
    out = POINTER(c_void_p)
    run = _function("pe_rules", POINTER(_Gray), POINTER(_Sizes), c_void_p, out, out)
    given, _kept = _given(mask)
    sizes, rest, upright = _Sizes(upright_px, level_px, thick_upright_px, thick_level_px), c_void_p(), c_void_p()
    ARENA.call(lambda arena: run(given, sizes, arena, rest, upright))
    height, width = mask.shape
    planes = (ARENA.pixels(at.value, height, width) if at.value else None for at in (rest, upright))
    without, along_columns = planes
    return without, along_columns


def turn(mask: Gray, size: tuple[int, int], steps: tuple[int, int], start: tuple[int, int]) -> Gray:
    """As piece/finding/ink/pixels.py has it."""
    run = _function("pe_turn", POINTER(_Gray), POINTER(_Turned), c_void_p, POINTER(c_void_p))
    given, _kept = _given(mask)
    turned, canvas = _Turned(*size, *steps, *start), c_void_p()
    ARENA.call(lambda arena: run(given, turned, arena, canvas))
    return ARENA.pixels(canvas.value or 0, *size)


def _integers(address: int, rows: int, columns: int) -> Ints:
    if not columns:
        return np.zeros((rows, 0), np.int32)
    return ARENA.pixels(address, rows, 4 * columns).view(np.int32)
