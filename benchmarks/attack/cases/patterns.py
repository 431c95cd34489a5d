"""Hostile patterns: exponential, huge, deep, or of odd characters."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from benchmarks.attack.cases.grammar_pool import complaint
from benchmarks.attack.counts import Outcome, Target
from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import GrammarError
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values

BY_HAND, BY_CHANCE = "made by hand", "made by chance"
_DEPTHS = (1, 30, 100, 170, 250, 330, 500, 900, 2_000, 20_000)
_MADE: tuple[Callable[[], str], ...] = (
    # Exponential for a backtracking matcher, or for the subset construction.
    lambda: r"(\d+)+\d",
    lambda: r"(1|1)*2",
    lambda: r"(\d*)*(\d*)*(\d*)*1",
    lambda: r"(1?){32}1{32}",
    lambda: r"\d*1\d{11}",
    lambda: r"\d*1\d{31}",
    lambda: r"(\d*1\d{8}|\d*2\d{9})",
    lambda: "|".join(f"{code:05}" for code in range(0, 100_000, 7)),
    lambda: "|".join(["1"] * 100_000),
    lambda: "(0|1(0|1(0|1)))" * 12,
    # Repetitions.
    lambda: "1{0,4294967294}",
    lambda: "1{4294967295}",
    lambda: "1{99999999999999999999}",
    lambda: "(((1{0,65535}){0,65535}){0,65535}){0,65535}",
    lambda: "(){4294967294}1",
    lambda: "(|){0,4294967294}1",
    lambda: "((((((1?)*)*)*)*)*)*",
    lambda: "((((((1*)+)*)+)*)+)*-1",
    lambda: "(1|){5000}",
    lambda: "1{33}",
    lambda: "(1{3}-){8}1",
    lambda: "1{2,1}",
    # Size.
    lambda: "1" * 1_000_000,
    lambda: "[" + "0123456789" * 100_000 + "]",
    lambda: "1?" * 20_000,
    lambda: "|" * 1_000_000,
    lambda: "[^" + "1" * 10_000 + "]{32}",
    lambda: "()" * 100_000 + "1",
    # What is not of the subset, and odd characters.
    lambda: r"(?i)1",
    lambda: r"(?P<a>1)(?P=a)",
    lambda: r"(1)\1",
    lambda: r"(?<=1)2",
    lambda: r"(?(1)2|3)",
    lambda: "1++",
    lambda: "1*?",
    lambda: r"\d-\d--\d",
    lambda: "- ",
    lambda: "",
    lambda: "()",
    lambda: "[",
    lambda: "[^0-9]",
    lambda: "[9-0]",
    lambda: "[ --]1",
    lambda: "\N{ARABIC-INDIC DIGIT ONE}",
    lambda: "1\N{COMBINING ENCLOSING KEYCAP}",
    lambda: "\N{RIGHT-TO-LEFT OVERRIDE}1",
    lambda: "\ud800",
    lambda: "1\x00",
    lambda: "1\n2",
    lambda: "\\",
    lambda: "\\\n",
    lambda: "\N{SUPERSCRIPT TWO}",
    lambda: "\N{FULLWIDTH DIGIT ONE}",
    lambda: "\N{GRINNING FACE}" * 5_000,
    # Nesting.
    *((lambda depth=depth: "(" * depth + "1" + ")" * depth) for depth in _DEPTHS),
    *((lambda depth=depth: "(" * depth + "1" + ")?" * depth) for depth in _DEPTHS),
    *((lambda depth=depth: "(" * depth + "1" + "|2)" * depth) for depth in _DEPTHS),
    *((lambda depth=depth: "(1" * depth + ")*" * depth) for depth in _DEPTHS),
    *((lambda depth=depth: "(" * depth) for depth in _DEPTHS),
    *((lambda depth=depth: "[" * depth) for depth in _DEPTHS),
)
_PIECES = (
    *DIGITS,
    r"\d",
    "-",
    " ",
    "[0-4]",
    "[^5]",
    "(",
    ")",
    "(",
    ")",
    "|",
    "?",
    "*",
    "+",
    "{2}",
    "{0,3}",
    "{,4}",
    "{9,}",
)
_LINE = scan_lattice(
    penalties_of_values(
        np.random.default_rng(2).exponential(3.0, (40, len(DIGITS) + 2)).astype(np.float32),
        np.arange(40, dtype=np.float32),
        DIGITS,
    )
)
_LONGEST_MESSAGE = 400


def case(seed: int, number: int) -> Outcome:
    """Compile a pattern: it is refused in one line, or decodes as a grammar should."""
    kind = BY_HAND if number < len(_MADE) else BY_CHANCE
    pattern = _MADE[number]() if number < len(_MADE) else _by_chance(random.Random(f"{seed} {number}"))
    try:
        found = Grammar.from_pattern(pattern)
    except GrammarError as error:
        fine = str(error).isprintable() and len(str(error)) <= _LONGEST_MESSAGE
        return Outcome(kind, refused=1) if fine else Outcome(kind, wrong=1, detail=f"said {str(error)!a:.200}")
    wrong = complaint(Decoder(found, DIGITS).decode(_LINE), found, 3)
    return Outcome(kind, wrong=1, detail=wrong) if wrong else Outcome(kind, answered=1)


TARGET = Target("patterns", "patterns", 1_000, case)


def _by_chance(generator: random.Random) -> str:
    return "".join(generator.choices(_PIECES, k=generator.randint(1, 24)))
