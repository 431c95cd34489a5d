"""Which pictures a harvest holds and how large each is, in 12 bytes a picture: a station runs for months."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable

_LARGEST = 2**32 - 1


class Held:
    """Sizes of pictures by number, in rising order.

    Args:
        pictures: number (0 to 2^64 - 1) and bytes of each, in any order.

    Attributes:
        bytes: of all pictures together.
    """

    def __init__(self, pictures: Iterable[tuple[int, int]]) -> None:
        self._numbers, self._sizes = array("Q"), array("I")
        self.bytes = 0
        for number, size in sorted(pictures):
            self.put(number, size)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, place: int) -> int:
        """The number of a picture by its place in the order, from 0."""
        return self._numbers[place]

    def put(self, number: int, size: int) -> None:
        """Hold a picture, in the place of one of the same number; of more than 4 GB so much is counted."""
        self.drop(number)
        place = bisect_left(self._numbers, number)
        self._numbers.insert(place, number)
        self._sizes.insert(place, min(size, _LARGEST))
        self.bytes += self._sizes[place]

    def drop(self, number: int) -> None:
        """Hold a picture no more, if it is held."""
        place = bisect_left(self._numbers, number)
        if place < len(self) and self._numbers[place] == number:
            self.bytes -= self._sizes.pop(place)
            del self._numbers[place]
