"""Hostile model files under a manifest with the right hash, into all three engines."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import flatbuffers
import numpy as np

from benchmarks.attack.cases.bundles import play
from benchmarks.attack.counts import Outcome, Target
from device_runtime.bundle import load_bundle

_WORDS = (0, 1, 2, 3, 4, 8, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_NUMBERS = (-(2**31), -129, -128, -2, -1, 0, 1, 2, 3, 4, 16, 127, 128, 255, 1024, 65536, 2**24, 2**31 - 1)
_FLOATS = (0.0, -1.0, float("nan"), float("inf"), 1e-45, 1e-38, 1e-20, 1e-9, 0.5, 1.0, 255.0, 1e6, 1e20, 3e38)


def case(seed: int, number: int) -> Outcome:
    """Read a sample with a mutant of the shipped model."""
    kind, model = mutant(seed, number)
    return play(kind, model)


def mutant(seed: int, number: int) -> tuple[str, bytes]:
    """Kind and bytes of the mutant `number` of a seed."""
    kind = [*_KINDS][number % len(_KINDS)]
    return kind, _KINDS[kind](np.random.default_rng((seed, number)), load_bundle().model)


def _bytes(random: np.random.Generator, model: bytes) -> bytes:
    data = bytearray(model)
    for _ in range(int(random.integers(1, 9))):
        data[_place(random, len(data), 1)] = int(random.integers(256))
    return bytes(data)


def _words(random: np.random.Generator, model: bytes) -> bytes:
    data = bytearray(model)
    for _ in range(int(random.integers(1, 5))):
        struct.pack_into("<I", data, _place(random, len(data), 4), int(random.choice(_WORDS)))
    return bytes(data)


def _swapped(random: np.random.Generator, model: bytes) -> bytes:
    """Offsets and lengths exchanged, so that each is a sensible one in the wrong place."""
    data = bytearray(model)
    for _ in range(int(random.integers(1, 5))):
        one, other = _place(random, len(data), 4), _place(random, len(data), 4)
        data[one : one + 4], data[other : other + 4] = data[other : other + 4], data[one : one + 4]
    return bytes(data)


def _moved(random: np.random.Generator, model: bytes) -> bytes:
    """Words a little greater or smaller."""
    data = bytearray(model)
    for _ in range(int(random.integers(1, 5))):
        place = _place(random, len(data), 4)
        word = struct.unpack_from("<I", data, place)[0] + int(random.choice([-64, -16, -8, -4, -1, 1, 4, 8, 16, 64]))
        struct.pack_into("<I", data, place, word & 0xFFFFFFFF)
    return bytes(data)


def _cut(random: np.random.Generator, model: bytes) -> bytes:
    """Truncated, or with a piece taken out or put in twice."""
    begin = int(random.integers(len(model)))
    end = min(len(model), begin + 4 * int(random.integers(1, 256)))
    return (model[:begin], model[:begin] + model[end:], model[:end] + model[begin:])[int(random.integers(3))]


def _fields(random: np.random.Generator, model: bytes) -> bytes:
    """A sound file that says something hostile: one or two numbers, or a list, of any table replaced."""
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    for _ in range(int(random.integers(1, 3))):
        table, name, value = _leaves(tree)[int(random.integers(_leaf_count()))]
        setattr(table, name, _hostile(random, value))
    builder = flatbuffers.Builder(1 << 18)
    try:
        builder.Finish(tree.Pack(builder), b"TFL3")
    except (AttributeError, TypeError, ValueError, OverflowError, struct.error):  # no such thing fits into the field
        return _words(random, model)
    return bytes(builder.Output())


_KINDS: dict[str, Callable[[np.random.Generator, bytes], bytes]] = {
    "bytes": _bytes,
    "words": _words,
    "swapped offsets": _swapped,
    "moved offsets": _moved,
    "cut and spliced": _cut,
    "hostile numbers": _fields,
}


def _place(random: np.random.Generator, size: int, width: int) -> int:
    """A place in the file, mostly where its tables crowd: near the two ends. Weights fill its middle."""
    at = random.random()
    at = at**3 / 2 if random.random() < 0.5 else 1 - at**3 / 2
    return min(int(at * size), size - width)


@cache
def _leaf_count() -> int:
    from ai_edge_litert import schema_py_generated as schema

    return len(_leaves(schema.ModelT.InitFromObj(schema.Model.GetRootAs(load_bundle().model, 0))))


def _leaves(table: Any) -> list[tuple[Any, str, Any]]:
    """Every field of every table of the tree that is no table itself."""
    found = []
    for name, value in vars(table).items():
        below = value if isinstance(value, list) else [value]
        tables = [one for one in below if hasattr(one, "Pack")]
        if tables:
            for one in tables:
                found += _leaves(one)
        else:
            found.append((table, name, value))
    return found


def _hostile(random: np.random.Generator, value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _hostile_vector(random, value)
    if isinstance(value, bool):
        return not value
    if value is None:  # a list that the converter does not write
        return np.array(random.choice(_NUMBERS, int(random.integers(3)))).astype(np.int32)
    return int(random.choice(_NUMBERS)) if isinstance(value, int) else value


def _hostile_vector(random: np.random.Generator, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    changed = values.copy()
    choice = int(random.integers(4))
    if choice == 0 or not len(values):
        return np.resize(changed, int(random.choice([0, 1, len(values) + 1, 2 * len(values), 4096])))
    if choice == 1:
        return changed[: int(random.integers(len(values)))]
    one = random.choice(_FLOATS) if values.dtype.kind == "f" else random.choice(_NUMBERS)
    with np.errstate(all="ignore"):
        replaced = np.array(one).astype(values.dtype)
    changed[slice(None) if choice == 2 else int(random.integers(len(values)))] = replaced
    return changed


TARGET = Target("models", "model files under the right hash, each into three engines", 3_000, case)
