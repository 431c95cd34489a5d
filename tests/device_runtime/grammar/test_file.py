"""Compiled grammars: what comes back, how large they are, and what becomes of damaged ones."""

from __future__ import annotations

import random
import struct
import time
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import LONGEST_CODE, Automaton
from device_runtime.grammar.file import MAGIC, pack, unpack
from device_runtime.grammar.lexicon import compile_lexicon
from device_runtime.grammar.regex import compile_pattern

DIGITS = "0123456789"
ARRAYS = ("source", "symbol", "destination", "penalty", "end_penalty")


def sealed(data: bytes) -> bytes:
    """The bytes under a checksum that fits."""
    return data + struct.pack("<I", zlib.crc32(data))


def weighted() -> Automaton:
    return compile_lexicon(b"10115,9\n101,2\n114 55,70\n2-2,0\n", "list", DIGITS, "- ")


def assert_equal(one: Automaton, other: Automaton) -> None:
    assert one.symbols == other.symbols
    for array in ARRAYS:
        assert getattr(one, array).dtype == getattr(other, array).dtype
        assert np.array_equal(getattr(one, array), getattr(other, array))


@pytest.mark.parametrize("pattern", ["1", r"\d{5}(-\d{4})?", r"\d+", r"(\d{3}[- ]){1,7}\d", "1|23|456"])
def test_a_pattern_comes_back(pattern: str) -> None:
    automaton = compile_pattern(pattern, DIGITS, "- ")
    name, found = unpack(pack("père", automaton), "x.grammar")
    assert name == "père"
    assert_equal(found, automaton)


@given(st.dictionaries(st.from_regex(r"[0-9]{1,6}", fullmatch=True), st.integers(0, 10**9), min_size=1, max_size=40))
def test_a_lexicon_comes_back_with_its_penalties(counts: dict[str, int]) -> None:
    data = "".join(f"{code},{count}\n" for code, count in counts.items()).encode()
    automaton = compile_lexicon(data, "list", DIGITS, "- ")
    packed = pack("list", automaton)
    assert_equal(unpack(packed, "x")[1], automaton)
    assert packed == pack("list", unpack(packed, "x")[1])


def test_the_bytes_are_those_that_the_page_describes() -> None:
    automaton = compile_pattern("1|23", "123", "-")
    expected = MAGIC + bytes([1, 0, 4, 3]) + struct.pack("<HI", 1, 3)  # no penalties, 4 symbols, 3 levels, 3 arcs
    expected += struct.pack("<3I", 1, 1, 1) + b"123-" + b"n"
    expected += bytes([0b0100_0011, 0])  # state 0 has arcs 1 and 2, state 1 arc 3, state 2 none
    expected += bytes([0b100])  # state 2 is an end
    expected += bytes([0b01])  # from state 0: arc 1 to the second state behind it, arc 2 to the first
    assert pack("n", automaton) == sealed(expected)  # the arc of level 1 can lead to state 2 only: no bits


@pytest.mark.parametrize("counts", [False, True])
def test_a_list_of_42_000_codes_fits_64_kb_and_is_loaded_in_milliseconds(counts: bool) -> None:
    rng = random.Random(4)
    # Towns have their codes in runs, and mail is spread like this.
    codes = sorted({first + i for first in rng.sample(range(100_000), 6_000) for i in range(10)} & set(range(100_000)))
    lines = [f"{code:05},{rng.lognormvariate(5, 1.5):.0f}" if counts else f"{code:05}" for code in codes[:42_000]]
    packed = pack("list", compile_lexicon("\n".join(lines).encode(), "list", DIGITS, "- "))
    assert len(packed) <= 65_536
    started = time.process_time()
    for _ in range(5):
        unpack(packed, "x")
    assert (time.process_time() - started) / 5 < 0.05


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_magic_are_refused(data: bytes) -> None:
    for candidate in (data, MAGIC + data, sealed(MAGIC + data), sealed(MAGIC + b"\1" + data)):
        with pytest.raises(GrammarError) as caught:
            unpack(candidate, "x.grammar")
        assert str(caught.value).startswith("x.grammar") and "\n" not in str(caught.value)


def test_every_truncation_and_every_flipped_bit_is_found() -> None:
    packed = pack("list", weighted())
    for length in range(len(packed)):
        with pytest.raises(GrammarError):
            unpack(packed[:length], "x")
    for bit in range(8 * len(packed)):
        broken = bytearray(packed)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(GrammarError):
            unpack(bytes(broken), "x")


def test_bytes_that_were_changed_under_a_new_checksum_never_break_a_promise() -> None:
    content = pack("list", weighted())[:-4]
    rng = random.Random(5)
    accepted = 0
    for _ in range(3000):
        broken = bytearray(content)
        for _ in range(rng.randint(1, 3)):
            broken[rng.randrange(len(broken))] = rng.choice([0, 1, 2, 255, rng.randrange(256)])
        cut = rng.choice([len(broken)] * 3 + [rng.randrange(len(broken))])
        try:
            _, found = unpack(sealed(bytes(broken[:cut])), "x")
        except GrammarError:
            continue
        accepted += 1
        assert np.all(found.destination > found.source) and found.states == found.destination.max() + 1
        assert set(np.flatnonzero(~found.final)) <= set(found.source.tolist())
        assert np.all(found.penalty >= 0) and found.count_codes() > 0
    assert 0 < accepted < 2500


def test_what_was_changed_under_a_new_checksum_can_be_saved_or_is_refused() -> None:
    content = pack("odd", compile_pattern("1(34|5)|24", DIGITS, "- "))[:-4]
    kept = 0
    for bit in range(8 * len(content)):
        broken = bytearray(content)
        broken[bit // 8] ^= 1 << bit % 8
        try:
            name, found = unpack(sealed(bytes(broken)), "x")
        except GrammarError:
            continue
        kept += 1
        assert pack(name, found) == sealed(bytes(broken))
    assert kept > 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({4: 2}, "has format 2, this program reads format 1"),
        ({5: 17}, "its penalties are too large"),
        ({7: 1}, "its levels are wrong"),
        ({7: LONGEST_CODE + 2}, "it ends too early"),
        ({10: 4}, "its arcs are not as many as it says"),
        ({10: 200}, "it is too large"),
        ({14: 2}, "its levels are wrong"),
        ({17: 255}, "its levels are wrong"),
        ({26: ord("2")}, "its symbols are not distinct characters"),
        ({26: 255}, "can't decode"),
        ({30: 7}, "its name cannot be printed"),
        ({31: 0b0000_0011}, "its arcs are not as many as it says"),
        ({33: 0b101_100}, "bits are set that nothing uses"),
        ({33: 0b000}, "a state lies on no path to a final state"),
        ({34: 0b11}, "a state lies on no path to a final state"),
    ],
)
def test_what_is_wrong_is_said(change: dict[int, int], message: str) -> None:
    content = bytearray(pack("n", compile_pattern("1|23", "123", "-"))[:-4])
    for place, byte in change.items():
        content[place] = byte
    with pytest.raises(GrammarError, match=message):
        unpack(sealed(bytes(content)), "x.grammar")


def test_a_penalty_that_has_no_place_is_refused() -> None:
    automaton = weighted()
    huge = replace(automaton, penalty=automaton.penalty + 20_000)
    with pytest.raises(GrammarError, match="too large to be saved"):
        pack("list", huge)
