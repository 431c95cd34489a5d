"""The structs of the core's headers that decoding takes, for ctypes; names and order are the headers'."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_double, c_int32, c_size_t, c_uint8, c_uint64, c_void_p

OK, ARENA_FULL, INVALID = range(3)
STRIP_HEIGHT_PX = 32
MOST_CHARACTERS, MOST_SEPARATORS = 240, 8
MOST_CANDIDATES, MOST_RESERVE = 20, 2
LONGEST_CODE, MOST_SIGNS = 32, 64


class Arena(ctypes.Structure):
    _fields_ = [("memory", c_void_p), ("size", c_size_t), ("used", c_size_t), ("wanted", c_size_t)]


class Net(ctypes.Structure):
    _fields_ = [
        ("characters", c_int32),
        ("zero", c_int32),
        ("is_digit", c_uint8 * MOST_CHARACTERS),
        ("first_column_px", c_int32),
        ("column_stride_px", c_int32),
        ("scale", c_double),
        ("exponentials", POINTER(c_double)),
    ]


class Graph(ctypes.Structure):
    _fields_ = [
        ("nodes", c_int32),
        ("arcs", c_int32),
        ("leaving", POINTER(c_int32)),
        ("character", POINTER(c_int32)),
        ("junction", POINTER(c_uint8)),
        ("separator", POINTER(c_uint8)),
        ("destination", POINTER(c_int32)),
        ("gain", POINTER(c_double)),
        ("end", POINTER(c_double)),
        ("layers", c_int32),
        ("layer_offset", POINTER(c_int32)),
        ("layer_character", POINTER(c_int32)),
        ("layer_gain", POINTER(c_double)),
        ("layer_end", POINTER(c_double)),
        ("exact", c_int32),
        ("grouped", c_int32),
        ("density", c_double),
        ("seal", c_uint64),
    ]


class Costs(ctypes.Structure):
    _fields_ = [("foreign_number", c_double), ("continued", c_double), ("letters", c_double), ("mark", c_double)]


class Options(ctypes.Structure):
    _fields_ = [("n_best", c_int32), ("reserve", c_int32), ("costs", Costs)]


class CandidateStruct(ctypes.Structure):
    _fields_ = [
        ("confidence", c_double),
        ("length", c_int32),
        ("characters", c_int32),
        ("signs", c_uint8 * MOST_SIGNS),
    ]


class CharacterStruct(ctypes.Structure):
    _fields_ = [("confidence", c_double), ("x_px", c_double)]


class DecodingStruct(ctypes.Structure):
    _fields_ = [
        ("free", c_double),
        ("found", c_int32),
        ("doubt", c_int32),
        ("outside_length", c_int32),
        ("outside_short", c_int32),
        ("outside_confidence", c_double),
        ("outside", c_uint8 * LONGEST_CODE),
        ("characters", CharacterStruct * MOST_SIGNS),
        ("candidates", CandidateStruct * MOST_CANDIDATES),
    ]
