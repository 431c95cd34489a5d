"""Which codes may be read: those of a country, those that match a pattern, those of a list, or of several of these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from pathlib import Path
from types import NoneType

import numpy as np

from device_runtime.errors import FileError, GrammarError
from device_runtime.files.atomic import write_bytes
from device_runtime.files.regular import printable, read_regular
from device_runtime.grammar import file as grammar_file
from device_runtime.grammar.automaton import Automaton
from device_runtime.grammar.lexicon import compile_lexicon
from device_runtime.grammar.minimize import intersect
from device_runtime.grammar.regex import compile_pattern, quote

DIGITS = "0123456789"
# Part of the reported code; on the strip a mark, a gap, or nothing at all between two characters.
SEPARATORS = "- "
# A list of CODE_LIMIT codes has less; more is no list of codes.
_FILE_LIMIT_BYTES = 64 << 20


@dataclass(frozen=True, eq=False)
class Grammar:
    """A set of codes, perhaps with a penalty each; build it with one of the methods `from_...`.

    Attributes:
        name: how to call it in messages.
        automaton: its states; the empty text is never a code.
    """

    name: str
    automaton: Automaton

    @classmethod
    def from_pattern(cls, pattern: str, alphabet: str = DIGITS) -> Grammar:
        r"""Compile a regular expression that must match the whole code, e.g. `\d{5}` or `1\d{4}(-\d{3})?`.

        Understood: the alphabet, the separators '-' and ' ', `\d`, classes, groups, `|`, `? * + {m,n}`. A separator
        must stand between two characters of the alphabet; codes have at most LONGEST_CODE characters.

        Args:
            pattern: the expression.
            alphabet: characters that the model reads.

        Raises:
            GrammarError: the pattern is broken or has anything else in it, matches no code, or needs too many states.
        """
        return cls._of_pattern(f"pattern {pattern if len(pattern) <= 60 else pattern[:57] + '...'}", pattern, alphabet)

    @classmethod
    def from_country(cls, country: str) -> Grammar:
        """Compile the codes of a country.

        Args:
            country: its two letters (ISO 3166-1), in either case.

        Raises:
            GrammarError: the country is not known, or its codes have letters.
        """
        from device_runtime.grammar.countries import country_pattern  # here, as a pattern needs no countries

        return cls._of_pattern(country.strip().upper(), country_pattern(country), DIGITS)

    @classmethod
    def from_file(cls, path: str | Path, alphabet: str = DIGITS) -> Grammar:
        """Read a lexicon (one code a line, see lexicon.py) or a compiled grammar; the first bytes tell which.

        Args:
            path: of the file.
            alphabet: characters that the model reads.

        Raises:
            GrammarError: the file cannot be read or used; the message names the line where there is one.
        """
        path = Path(path)
        try:
            data = read_regular(path, _FILE_LIMIT_BYTES)
        except FileError as error:
            raise GrammarError(f"cannot read the lexicon {printable(path)}: {error}") from None
        if not data.startswith(grammar_file.MAGIC):
            name = path.stem if path.stem.isprintable() else "unnamed"
            return cls(f"lexicon {name[:60]}", compile_lexicon(data, str(path), alphabet, SEPARATORS))
        name, automaton = grammar_file.unpack(data, str(path))
        if automaton.symbols != alphabet + SEPARATORS:
            raise GrammarError(f"{path} is for the characters {automaton.symbols!r}, not {alphabet + SEPARATORS!r}")
        if automaton.final[0] or _misplaced_separator(automaton):  # no program of ours wrote it
            raise GrammarError(f"{path} has codes with a separator that is not between two digits; compile it again")
        return cls(name, automaton)

    @classmethod
    def chosen(
        cls, country: str | None, pattern: str | None, lexicon: str | Path | None, alphabet: str = DIGITS
    ) -> Grammar | None:
        """Compile what a user chose: the codes that are in all of what is given.

        Args:
            country: two letters.
            pattern: a regular expression.
            lexicon: path of a lexicon or a compiled grammar.
            alphabet: characters that the model reads.

        Returns:
            The grammar; None when nothing is given.

        Raises:
            GrammarError: no code is in all of it, one of them is no text, and as the methods `from_...` do.
        """
        for option, given in (("country", country), ("pattern", pattern), ("lexicon", lexicon)):
            if not isinstance(given, (str, NoneType, Path if option == "lexicon" else str)):
                raise GrammarError(f"{option} is {given!r:.60}, which is no text; put it between quotation marks")
        chosen: list[Grammar] = []
        if lexicon is not None:
            chosen.append(cls.from_file(lexicon, alphabet))
        if country is not None:
            chosen.append(cls.from_country(country))
        if pattern is not None:
            chosen.append(cls.from_pattern(pattern, alphabet))
        return reduce(cls.intersect, chosen) if chosen else None

    @classmethod
    def _of_pattern(cls, name: str, pattern: str, alphabet: str) -> Grammar:
        automaton = compile_pattern(pattern, alphabet, SEPARATORS)
        if not len(automaton.source):
            raise GrammarError(f"pattern {quote(pattern)} matches only the empty text; give it at least one character")
        if _misplaced_separator(automaton):
            raise GrammarError(f"pattern {quote(pattern)}: a separator ('-' or ' ') must stand between two digits")
        # Nothing leads to state 0, so that the rest stays minimal.
        ends = np.where(np.arange(automaton.states) == 0, np.float32(np.inf), automaton.end_penalty)
        return cls(name, replace(automaton, end_penalty=ends))

    def intersect(self, other: Grammar) -> Grammar:
        """Return the codes of both grammars, at the sum of their penalties.

        Raises:
            GrammarError: they have no code in common, or not the same alphabet.
        """
        if self.automaton.symbols != other.automaton.symbols:
            raise GrammarError(f"{self.name} and {other.name} have different alphabets")
        automaton = intersect(self.automaton, other.automaton)
        if not automaton.final.any():
            raise GrammarError(f"no code is in both {self.name} and {other.name}; leave one out or mend it")
        name = f"{self.name} and {other.name}"
        return Grammar(name if len(name) <= 150 else name[:147] + "...", automaton)

    def save(self, path: str | Path) -> int:
        """Write the compiled grammar to a file, whole or not at all.

        Returns:
            Its size in bytes.

        Raises:
            WriteError: the file cannot be written.
        """
        data = grammar_file.pack(self.name, self.automaton)
        write_bytes(path, data)
        return len(data)

    def lengths(self) -> tuple[int, ...]:
        """Return how many characters its codes have, separators not counted, ascending."""
        separator = self.automaton.symbol >= len(self.automaton.symbols) - len(SEPARATORS)
        found = [1] + [0] * (self.automaton.states - 1)  # of each state: bit n for paths of n characters to it
        # Arcs lead to states of greater numbers and are in the order of their sources.
        rows = zip(self.automaton.source.tolist(), self.automaton.destination.tolist(), separator.tolist(), strict=True)
        for source, destination, silent in rows:
            found[destination] |= found[source] << (not silent)
        ends = reduce(or_, (bits for bits, end in zip(found, self.automaton.final, strict=True) if end), 0)
        return tuple(n for n in range(ends.bit_length()) if ends >> n & 1)

    def accepts(self, code: str) -> bool:
        """Tell whether the code, separators included, is one of the grammar's; the empty text never is."""
        return self.automaton.accepts(code)


def _misplaced_separator(automaton: Automaton) -> bool:
    """Tell whether a separator is not between two characters: nothing on the strip would tell where it stands."""
    separators = automaton.symbol >= len(automaton.symbols) - len(SEPARATORS)
    begins, ends = automaton.source[separators], automaton.destination[separators]
    return bool(np.any(begins == 0) or np.any(automaton.final[ends]) or np.isin(ends, begins).any())
