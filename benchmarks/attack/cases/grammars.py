"""Damaged lists of codes, and compiled grammars that were changed under a good checksum."""

from __future__ import annotations

import random
import struct
import tempfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.attack.cases.grammar_pool import POOL, complaint, grammar
from benchmarks.attack.counts import Outcome, Target
from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import GrammarError
from device_runtime.grammar import file as grammar_file
from device_runtime.grammar.automaton import LONGEST_CODE, Automaton
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values

COMPILED, LIST = "compiled grammars", "lists of codes"
_HEADER_BYTES = 14
_SIZES = (0, 1, 2, 3, 4, 10, 32, 33, 1_000, 65_535)
_MARKS = (
    *(b"\t", b",", b" ", b"-", b"#", b"\r", b"\n", b"--", b"- ", b",,", b"a", b"\x00", b"\xff", b"\x85", b"\x0b"),
    *(
        b",-1",
        b",1e9",
        b",0.5",
        b";3",
        b"+1",
        b"\xef\xbb\xbf",
        b"\xd9\xa1",
        b"\xe2\x80\xa8",
        b"\xc2\xa0",
        b"\xf0\x9f\x98\x80",
    ),
)
_LINE = scan_lattice(
    penalties_of_values(
        np.random.default_rng(1).exponential(3.0, (40, len(DIGITS) + 2)).astype(np.float32),
        np.arange(40, dtype=np.float32),
        DIGITS,
    )
)


def case(seed: int, number: int) -> Outcome:
    """Give a file to the program: it is refused in one line, or keeps all that a grammar promises."""
    generator = random.Random(f"{seed} {number}")
    kind = (COMPILED, LIST)[number % 2]
    data = _compiled(generator) if kind == COMPILED else _list(generator)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codes"
        path.write_bytes(data)
        try:
            found = Grammar.from_file(path)
        except GrammarError as error:
            shown = str(error)
            return Outcome(kind, refused=1) if _is_a_line(shown) else Outcome(kind, wrong=1, detail=f"said {shown!a}")
        wrong = _broken_promise(found.automaton) or _unusable(found) or _changed_by_saving(found, path)
    return Outcome(kind, wrong=1, detail=wrong) if wrong else Outcome(kind, answered=1)


TARGET = Target("grammars", "files of codes, damaged", 4_000, case)


def _is_a_line(text: str) -> bool:
    return text.isprintable() and 0 < len(text) <= 400


@cache
def _packed(index: int) -> bytes:
    return grammar_file.pack(f"grammar {index}", grammar(index).automaton)[:-4]


def _compiled(generator: random.Random) -> bytes:
    """A grammar's file with fields set to hostile numbers, bytes changed, cut out, repeated, or of another grammar."""
    data = bytearray(_packed(generator.randrange(POOL)))
    body = generator.random() < 0.5  # leave what says how long everything is, and something may be left to read
    for _ in range(generator.randint(1, 4)):
        if len(data) <= _HEADER_BYTES:
            break
        way = generator.choice([2, 3]) if body else generator.randrange(6)
        at = generator.randrange(len(data)) if generator.random() < 0.5 else generator.randrange(min(len(data), 80))
        if body:
            at = generator.randrange(len(data) // 2, len(data))
        if way == 0:  # the header: version, penalty bits, symbols, levels, name, arcs
            place = generator.randrange(4, _HEADER_BYTES)
            data[place] = generator.choice([0, 1, 2, 3, 12, 16, 17, 32, 33, 34, 127, 255, data[place] ^ 1])
        elif way == 1:  # a level's size
            size = generator.choice([*_SIZES, 300_000, 300_001, 2**31, 2**32 - 1])
            place = _HEADER_BYTES + 4 * generator.randrange(12)
            data[place : place + 4] = struct.pack("<I", size)
        elif way == 2:
            data[at] = generator.randrange(256)
        elif way == 3:
            data[at] ^= 1 << generator.randrange(8)
        elif way == 4:
            del data[at : at + generator.choice(_SIZES[1:8])]
        else:
            data[at:at] = data[at : at + generator.choice(_SIZES[1:9])]
    checksum = zlib.crc32(data) if generator.random() < 0.97 else generator.randrange(2**32)
    return bytes(data) + struct.pack("<I", checksum)


def _list(generator: random.Random) -> bytes:
    """A list of codes, with and without counts, and with what people, editors and broken disks do to it."""
    digits, counted = generator.randint(1, 9), generator.random() < 0.5
    lines = []
    for _ in range(generator.choice([0, 1, 2, 50, 50, 400])):
        code = "".join(
            generator.choices(DIGITS, k=digits if generator.random() < 0.99 else generator.choice(_SIZES[:8]))
        )
        if digits > 1 and generator.random() < 0.2:
            place = generator.randint(0, len(code)) if generator.random() < 0.01 else digits // 2
            code = code[:place] + generator.choice("- ") + code[place:]
        lines.append(
            f"{code},{generator.choice([0, 1, 10**11, 10**12 - 1, generator.randrange(10**6)])}" if counted else code
        )
    data = bytearray(generator.choice(["\n", "\n", "\r\n", "\n\n"]).join(lines).encode())
    for _ in range(generator.choice([0, 0, 0, 1, 1, 3])):
        way = generator.randrange(5)
        at = generator.randint(0, len(data))
        if way == 0:
            data[at:at] = generator.choice(_MARKS)
        elif way == 1:  # one mark over and over, at times before what is no count
            data[at:at] = generator.choice(_MARKS) * generator.choice([2, 100, 50_000]) + generator.choice([b"", b"x"])
        elif way == 2:
            data[at:at] = generator.randbytes(generator.randint(1, 5))
        elif way == 3:
            del data[at : at + generator.choice(_SIZES)]
        else:
            data[at:at] = data[at : at + generator.choice(_SIZES)]
    if generator.random() < 0.03:
        data = bytearray(data.decode("latin-1").encode(generator.choice(["utf-16", "utf-32", "utf-8-sig"])))
    return bytes(data)


def _broken_promise(automaton: Automaton) -> str:
    """Which of the promises of Automaton is broken, or "" when none is."""
    states, source, destination = automaton.states, automaton.source, automaton.destination
    goes_on = np.zeros(states, bool)
    goes_on[source] = True
    entered = np.zeros(states, bool)
    entered[destination] = True
    penalties = np.concatenate([automaton.penalty, automaton.end_penalty[automaton.final]])
    order = source.astype(np.int64) * len(automaton.symbols) + automaton.symbol
    longest = np.zeros(states, np.int64)
    for begin, end in zip(source.tolist(), destination.tolist(), strict=True):
        longest[end] = max(longest[end], longest[begin] + 1)
    for holds, wrong in (
        (states > 1 and automaton.count_codes() > 0, "no code"),
        (bool(np.all(destination > source)) and bool(np.all(destination < states)), "arcs that lead back or nowhere"),
        (bool(np.all(np.diff(order) > 0)), "arcs out of order, or two alike"),
        (bool(np.all(entered[1:])) and bool(np.all(goes_on | automaton.final)), "states on no way to an end"),
        (bool(np.all(np.isfinite(penalties))) and bool(np.all(penalties >= 0)), "penalties that are none"),
        (int(longest.max()) <= LONGEST_CODE, f"codes of {longest.max()} characters"),
        (not automaton.final[0], "the empty text"),
    ):
        if not holds:
            return wrong
    return ""


def _unusable(found: Grammar) -> str:
    """What is wrong when the grammar is searched for, or ""."""
    decoding = Decoder(found, DIGITS).decode(_LINE)
    return complaint(decoding, found, 3) or ("" if _is_a_line(found.name) else f"is called {found.name!a}")


def _changed_by_saving(found: Grammar, path: Path) -> str:
    """What is wrong with the grammar when it is saved and read again, or ""."""
    found.save(path)
    again = Grammar.from_file(path)
    arrays = ("source", "symbol", "destination", "penalty", "end_penalty")
    same = all(np.array_equal(getattr(found.automaton, a), getattr(again.automaton, a)) for a in arrays)
    return "" if same and found.name == again.name else "another grammar after saving"
