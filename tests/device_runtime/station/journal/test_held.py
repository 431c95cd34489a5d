"""The sizes of harvested pictures, in few bytes."""

from __future__ import annotations

import random
import tracemalloc

from device_runtime.station.journal.held import Held


def test_sizes_are_those_of_a_dictionary_in_rising_order() -> None:
    draw = random.Random(8)
    known = {draw.randrange(50): draw.randrange(1000) for _ in range(30)}
    held = Held(known.items())
    for _ in range(2000):
        number = draw.randrange(50)
        if draw.random() < 0.5:
            held.drop(number)
            known.pop(number, None)
        else:
            known[number] = draw.randrange(1000)
            held.put(number, known[number])
        assert [held[place] for place in range(len(held))] == sorted(known) and held.bytes == sum(known.values())


def test_a_picture_takes_few_bytes() -> None:
    held = Held([])
    tracemalloc.start()
    try:
        for number in range(20_000):
            held.put(2 * number, 30_000)
        assert tracemalloc.get_traced_memory()[0] < 16 * len(held)
    finally:
        tracemalloc.stop()
    assert held.bytes == 600_000_000
