"""The memory that the core works in grows as it asks, up to a limit, and is given back."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.core.arena import LIMIT_BYTES, ThreadArena
from device_runtime.core.library import library, trouble
from device_runtime.core.structs import ARENA_FULL, INVALID, OK
from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import DIGITS, Grammar
from tests.device_runtime.core.scored import by_numpy, draw_scores, draw_strip, in_c

needs_core = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")


@needs_core
@pytest.mark.parametrize("pattern", [r"\d{5}(-\d{4})?", r"12345|9\d{4}|5\d{2}-\d{3}"])
def test_from_a_tiny_arena_the_same_is_decoded(pattern: str) -> None:
    random = np.random.default_rng(1)
    decoder = Decoder(Grammar.from_pattern(pattern), DIGITS)
    scores, strip = draw_scores("line", random, 90, 12), draw_strip("boxes", random, 180, 1.0)
    core = in_c(decoder)
    core._arena = ThreadArena(first_bytes=1)
    assert core.decode(strip, scores) == by_numpy(decoder, strip, scores)
    assert 10_000 < core._arena.size < 4_000_000


@needs_core
def test_what_takes_too_much_memory_ends_in_one_line() -> None:
    random = np.random.default_rng(1)
    core = in_c(Decoder(Grammar.from_pattern(r"\d{1,9}"), DIGITS))
    core._arena = ThreadArena(first_bytes=1, limit_bytes=100_000)
    with pytest.raises(PosteyeError, match=r"^reading the field takes more than 0 MB of memory: crop the image"):
        core.decode(draw_strip("boxes", random, 180, 1.0), draw_scores("line", random, 90, 12))


def test_much_memory_is_given_back_before_the_next_call() -> None:
    arena = ThreadArena()
    sizes: list[int] = []

    def run(address: int) -> int:
        sizes.append(arena.size)
        return OK if arena.size > 50_000_000 else ARENA_FULL

    arena.call(run)
    assert arena.size == sizes[-1] > 50_000_000  # what the core left there can be looked at
    first = list(sizes)
    arena.call(run)
    assert sizes == first + first


def test_it_grows_to_the_limit_and_no_farther() -> None:
    sizes: list[int] = []

    def run(address: int) -> int:
        sizes.append(arena.size)
        return ARENA_FULL

    arena = ThreadArena(first_bytes=1000, limit_bytes=3000)
    with pytest.raises(PosteyeError):
        arena.call(run)
    assert sizes == [1000, 2000, 3000]
    assert LIMIT_BYTES == 1 << 30


def test_what_the_core_refuses_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="out of its range"):
        ThreadArena().call(lambda address: INVALID)
