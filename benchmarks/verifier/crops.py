"""Pixels of single characters, cut from strips where the decoder places them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.decoding.ensemble import Looking
from device_runtime.errors import PosteyeError
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.types import Strip
from train.data.target import SEEN, Target
from train.synthesis.shards import Shard

# A character and the edges of its neighbours: digits are 20 px high.
WIDTH_PX = 28
LONGEST = 8  # digits of the numbers that are read
# A character whose posterior is lower is doubtful.
SURE = 0.9


@dataclass(frozen=True, eq=False)
class Crops:
    """Characters with what they are.

    Attributes:
        pixels: uint8 [n, 32, 28], ink bright.
        digits: int64 [n], 0..9.
        doubtful: bool [n], whether the decoder doubts them.
    """

    pixels: NDArray[np.uint8]
    digits: NDArray[np.int64]
    doubtful: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.digits)

    def at(self, rows: NDArray[np.intp]) -> Crops:
        """Some of them, by their rows."""
        return Crops(self.pixels[rows], self.digits[rows], self.doubtful[rows])


def crop(pixels: NDArray[np.uint8], x_px: float) -> NDArray[np.uint8]:
    """The pixels around a character's middle, with paper where the strip ends: uint8 [32, 28].

    Args:
        pixels: of the strip, uint8 [32, W].
        x_px: where the character stands in it.
    """
    margin = WIDTH_PX
    padded = np.pad(pixels, ((0, 0), (margin, margin)))
    left = min(max(round(x_px) - WIDTH_PX // 2 + margin, 0), padded.shape[1] - WIDTH_PX)
    return padded[:, left : left + WIDTH_PX]


def numbers(shard: Shard, left_out: frozenset[str] = frozenset()) -> Iterator[tuple[Strip, str]]:
    """The strips of a shard that hold one number of up to eight digits, with that number.

    Args:
        shard: strips with their targets.
        left_out: numbers whose strips are left out.
    """
    for pixels, text in zip(shard.pixels, shard.targets, strict=True):
        found = Target.parse(text).symbols.strip(SEEN)
        if found.isdigit() and len(found) <= LONGEST and found not in left_out:
            yield Strip(pixels, np.eye(2, 3), bool(pixels.any())), found


def characters(strips: Iterable[tuple[Strip, str]], look: Looking) -> Crops:
    """All characters of strips, where the truth's best path places them.

    Strips are left out in which the truth has no place.

    Args:
        strips: with what stands in them.
        look: looks at a strip as it is.
    """
    pixels, digits, doubtful = [], [], []
    for strip, truth in strips:
        try:
            seen = look(strip)
            rivals = [one.code for one in seen.view.decoding.candidates if one.code != truth]
            placed = seen.judge([truth, *rivals]).characters
        except PosteyeError:  # longer than the model reads
            continue
        for character in placed:
            pixels.append(crop(strip.pixels, character.x_px))
            digits.append(int(character.char))
            doubtful.append(character.confidence < SURE)
    empty = np.zeros((0, STRIP_HEIGHT_PX, WIDTH_PX), np.uint8)
    return Crops(np.stack(pixels) if pixels else empty, np.array(digits, np.int64), np.array(doubtful, np.bool_))


def joined(parts: Iterable[Crops]) -> Crops:
    """Several as one."""
    rows = list(parts)
    return Crops(
        np.concatenate([part.pixels for part in rows]),
        np.concatenate([part.digits for part in rows]),
        np.concatenate([part.doubtful for part in rows]),
    )


def balanced(crops: Crops, each: int, seed: int) -> Crops:
    """As many of every digit, as far as there are; doubtful ones first, up to a half of each digit's.

    Args:
        crops: to choose from.
        each: how many of each digit.
        seed: of the choice.
    """
    random = np.random.default_rng(seed)
    rows = []
    for digit in range(10):
        mine = random.permutation(np.flatnonzero(crops.digits == digit))
        doubtful = mine[crops.doubtful[mine]][: each // 2]
        rows += [doubtful, mine[~crops.doubtful[mine]][: each - len(doubtful)]]
    return crops.at(random.permutation(np.concatenate(rows)))
