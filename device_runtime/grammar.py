"""Which codes may be read: the codes of a country, or those that match a pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from device_runtime.automaton import Automaton, compile_pattern, quote
from device_runtime.countries import PATTERNS
from device_runtime.errors import GrammarError

DIGITS = "0123456789"
# Part of the reported code; on the strip a mark, a gap, or nothing at all between two characters.
SEPARATORS = "- "


@dataclass(frozen=True, eq=False)
class Grammar:
    """A set of codes; build it with `from_pattern` or `from_country`.

    name: how to call it in messages. pattern: the regular expression it was compiled from. automaton: its states.
    """

    name: str
    pattern: str
    automaton: Automaton

    @classmethod
    def from_pattern(cls, pattern: str, alphabet: str = DIGITS) -> Grammar:
        r"""Compile a regular expression that must match the whole code, e.g. `\d{5}` or `1\d{4}(-\d{3})?`.

        Understood: the alphabet, the separators '-' and ' ', `\d`, classes, groups, `|`, `? * + {m,n}`. A separator
        must stand between two characters of the alphabet. Raises GrammarError for anything else, for a broken pattern,
        for one that matches no code, and for one that needs too many states.
        """
        return cls._compiled(f"pattern {pattern}", pattern, alphabet)

    @classmethod
    def from_country(cls, country: str) -> Grammar:
        """Compile the codes of a country, named by its two letters (ISO 3166-1), in either case.

        Raises GrammarError for a country that is not known, naming those that are.
        """
        known = country.strip().upper()
        if known not in PATTERNS:
            raise GrammarError(f"unknown country {country!r}; known are {', '.join(sorted(PATTERNS))}")
        return cls._compiled(known, PATTERNS[known], DIGITS)

    @classmethod
    def _compiled(cls, name: str, pattern: str, alphabet: str) -> Grammar:
        automaton = compile_pattern(pattern, alphabet, SEPARATORS)
        if not len(automaton.source):
            raise GrammarError(f"pattern {quote(pattern)} matches only the empty text; give it at least one character")
        _check_separators(pattern, automaton, len(alphabet))
        return cls(name, pattern, automaton)

    def accepts(self, code: str) -> bool:
        """Tell whether the code, separators included, is one of the grammar's; the empty text never is."""
        return bool(code) and self.automaton.accepts(code)


def _check_separators(pattern: str, automaton: Automaton, characters: int) -> None:
    """Refuse a separator that is not between two characters: nothing on the strip would tell where it stands."""
    separators = automaton.symbol >= characters
    begins = automaton.source[separators]
    ends = automaton.destination[separators]
    if np.any(begins == 0) or np.any(automaton.final[ends]) or np.isin(ends, begins).any():
        raise GrammarError(f"pattern {quote(pattern)}: a separator ('-' or ' ') must stand between two digits")
