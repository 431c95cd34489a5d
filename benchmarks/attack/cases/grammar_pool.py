"""Grammars of every sort that the attacked decoders search for, and whether an answer is one of theirs."""

from __future__ import annotations

import itertools
import random
from functools import cache

from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.grammar.lexicon import compile_lexicon
from device_runtime.types import Decoding

_PATTERNS = (
    r"\d{5}",
    r"\d{1,8}",
    r"\d{3,9}",
    r"\d+",
    r"\d",
    "0{32}",
    "55",
    "1|23|456",
    "(11|1)*1",
    r"\d{5}(-\d{4})?",
    r"\d{2}-?\d{3}",
    r"\d{3} \d{2}",
    r"(\d{3}[- ]){1,7}\d",
    r"([0-4]-?){3,31}\d",
)
# Codes of a list, digits of a code, whether some have a separator, and the largest count beside one (0: none).
_LISTS = (
    (1, 5, False, 0),
    (300, 5, False, 10**12 - 1),
    (300, 6, True, 0),
    (2_000, 7, True, 9_000),
    (9_000, 5, False, 0),
)
_ROUNDING = 1e-9
# Codes whose beliefs differ by less count as equally good and come in the search's order.
_EQUAL = 1 - 2e-6

POOL = len(_PATTERNS) + len(_LISTS)


@cache
def grammar(index: int) -> Grammar:
    """One of the POOL grammars."""
    if index < len(_PATTERNS):
        return Grammar.from_pattern(_PATTERNS[index])
    codes, digits, separated, count = _LISTS[index - len(_PATTERNS)]
    generator = random.Random(index)
    lines = []
    for _ in range(codes):
        code = "".join(generator.choices(DIGITS, k=generator.randint(digits - 2, digits)))
        if separated and generator.random() < 0.7:
            place = generator.randint(1, len(code) - 1)
            code = code[:place] + generator.choice("- ") + code[place:]
        lines.append(f"{code},{int(count ** generator.random())}" if count else code)
    return Grammar(f"list {index}", compile_lexicon("\n".join(lines).encode(), "list", DIGITS, "- "))


@cache
def decoder(index: int, n_best: int) -> Decoder:
    """A decoder for one of the POOL grammars."""
    return Decoder(grammar(index), DIGITS, n_best)


def complaint(found: Decoding, allowed: Grammar, n_best: int) -> str:
    """What is wrong with a decoding whatever was decoded, or "" when nothing is."""
    codes = [candidate.code for candidate in found.candidates]
    beliefs = [candidate.confidence for candidate in found.candidates]
    sure = [character.confidence for character in found.characters]
    if found.outside is not None:
        sure.append(found.outside.confidence)
    for holds, wrong in (
        (all(map(allowed.accepts, codes)), f"a code that is none of the grammar's among {codes}"),
        (len(set(codes)) == len(codes) <= n_best, f"codes twice, or more than {n_best}: {codes}"),
        (all(0 <= belief <= 1 for belief in beliefs + sure), f"posteriors outside of 0..1: {beliefs}, {sure}"),
        (sum(beliefs) <= 1 + _ROUNDING, f"posteriors that sum to {sum(beliefs)}"),
        (all(a >= b * _EQUAL for a, b in itertools.pairwise(beliefs)), f"out of order: {beliefs}"),
        ("".join(c.char for c in found.characters) == "".join(codes[:1]), "characters that do not spell the best code"),
        (found.outside is None or not allowed.accepts(found.outside.number), "a code of the grammar called outside"),
    ):
        if not holds:
            return wrong
    return ""
