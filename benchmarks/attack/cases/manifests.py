"""Hostile manifests with the right checksum, beside the shipped model."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from benchmarks.attack.cases.bundles import play, sealed
from benchmarks.attack.counts import Outcome, Target
from device_runtime.bundle import load_bundle

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 28, 33, 64, 128, 1024, 65536, 2**31, 2**63, 10**400, -128, 127),
    *(0.5, 1e-30, 1e-9, 1e29, 1e300, -0.0, 2.5),
    *("", "0", "0123456789", "01234567", "abcdefghij", "0123456 -9", "\u0660\u0661", "\x00", "0.1.0", "a" * 300, "-"),
    *([], [0], [96], [4], [96, 160], [4, 8, 12], [65536], [96, 65536], list(range(4, 400, 4)), [1.0, 0.0], [[]]),
    *([[0.01, 0.9, 0.5]], [[0.0, 0.0, 0.0]], [[1.0, 5.0, 1.0]], {}, {"scan": {}}, {"a": [[[[[[]]]]]]}),
)


def case(seed: int, number: int) -> Outcome:
    """Read a sample with a mutant of the shipped manifest: some values changed, or the text damaged."""
    random = np.random.default_rng((seed, number))
    damaged = number % 5 == 4
    kind = "damaged text" if damaged else "hostile values"

    def seal(manifest: dict[str, Any]) -> bytes:
        if damaged:
            return _damaged(random, sealed(manifest))
        for _ in range(int(random.integers(1, 4))):
            _change(random, manifest)
        return sealed(manifest)

    return play(kind, load_bundle().model, seal)


def _change(random: np.random.Generator, manifest: dict[str, Any]) -> None:
    """Replace, remove, add, or shift one value somewhere in the tree."""
    places = _places(manifest)
    holder, key = places[int(random.integers(len(places)))]
    choice, value = random.random(), _VALUES[int(random.integers(len(_VALUES)))]
    if choice < 0.1:
        del holder[key]
    elif choice < 0.2:
        holder[key] = [holder[key]]
    elif choice < 0.3 and isinstance(holder, dict):
        holder["new"] = value
    elif choice < 0.6 and isinstance(holder[key], (int, float)) and not isinstance(holder[key], bool):
        holder[key] = holder[key] * float(random.choice([-1, 0, 0.5, 2, 1e6])) + float(random.choice([-1, 0, 0, 1, 4]))
        if float(holder[key]).is_integer():
            holder[key] = int(holder[key])
    else:
        holder[key] = json.loads(json.dumps(value))


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every holder and key in the tree; the hashes and the checksum stay, so that the rest is looked at."""
    keys = [key for key in tree if key not in ("sha256", "checksum")] if isinstance(tree, dict) else range(len(tree))
    found = [(tree, key) for key in keys]
    for key in keys:
        if isinstance(tree[key], (dict, list)):
            found += _places(tree[key])
    return found


def _damaged(random: np.random.Generator, text: bytes) -> bytes:
    data = bytearray(text)
    for _ in range(int(random.integers(1, 5))):
        begin = int(random.integers(len(data)))
        choice = int(random.integers(4))
        if choice == 0:
            data[begin] = int(random.integers(256))
        elif choice == 1:
            del data[begin : begin + int(random.integers(1, 40))]
        elif choice == 2:
            data[begin:begin] = random.choice([b"[" * 5000, b"{", b"9" * 400, b"\xff\xfe", b'"', b"\x00", b"e999"])
        else:
            return bytes(data[:begin])
        if not data:
            break
    return bytes(data)


TARGET = Target("manifests", "manifests under the right checksum", 2_500, case)
