"""Which codes may be read: those of a country, those that match a pattern, those of a list, or of several of these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from device_runtime import grammar_file
from device_runtime.automaton import Automaton
from device_runtime.countries import country_pattern
from device_runtime.errors import FileError, GrammarError
from device_runtime.files import printable, read_regular
from device_runtime.lexicon import compile_lexicon
from device_runtime.minimal import intersect
from device_runtime.pattern import compile_pattern, quote

DIGITS = "0123456789"
# Part of the reported code; on the strip a mark, a gap, or nothing at all between two characters.
SEPARATORS = "- "
# A list of CODE_LIMIT codes has less; more is no list of codes.
_FILE_LIMIT_BYTES = 64 << 20


@dataclass(frozen=True, eq=False)
class Grammar:
    """A set of codes, perhaps with a penalty each; build it with one of the methods `from_...`.

    name: how to call it in messages. automaton: its states; the empty text is never a code.
    """

    name: str
    automaton: Automaton

    @classmethod
    def from_pattern(cls, pattern: str, alphabet: str = DIGITS) -> Grammar:
        r"""Compile a regular expression that must match the whole code, e.g. `\d{5}` or `1\d{4}(-\d{3})?`.

        Understood: the alphabet, the separators '-' and ' ', `\d`, classes, groups, `|`, `? * + {m,n}`. A separator
        must stand between two characters of the alphabet; codes have at most LONGEST_CODE characters. Raises
        GrammarError for anything else, for a broken pattern, for one that matches no code, and for one that needs too
        many states.
        """
        return cls._of_pattern(f"pattern {pattern if len(pattern) <= 60 else pattern[:57] + '...'}", pattern, alphabet)

    @classmethod
    def from_country(cls, country: str) -> Grammar:
        """Compile the codes of a country, named by its two letters (ISO 3166-1), in either case.

        Raises GrammarError for a country that is not known, or whose codes have letters.
        """
        return cls._of_pattern(country.strip().upper(), country_pattern(country), DIGITS)

    @classmethod
    def from_file(cls, path: str | Path, alphabet: str = DIGITS) -> Grammar:
        """Read a lexicon (one code a line, see lexicon.py) or a compiled grammar; the first bytes tell which.

        Raises GrammarError for a file that cannot be read or used, naming the line where there is one.
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
        """Compile what a user chose: a country or a pattern, and of these the codes of a lexicon; None for nothing.

        Raises GrammarError for both a country and a pattern, and as the methods `from_...` and `intersect` do.
        """
        if country is not None and pattern is not None:
            raise GrammarError("give a country or a pattern, not both")
        form = None
        if country is not None:
            form = cls.from_country(country)
        elif pattern is not None:
            form = cls.from_pattern(pattern, alphabet)
        if lexicon is None:
            return form
        listed = cls.from_file(lexicon, alphabet)
        return listed.intersect(form) if form else listed

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

        Raises GrammarError when they have no code in common, or not the same alphabet.
        """
        if self.automaton.symbols != other.automaton.symbols:
            raise GrammarError(f"{self.name} and {other.name} have different alphabets")
        automaton = intersect(self.automaton, other.automaton)
        if not automaton.final.any():
            raise GrammarError(f"no code is in both {self.name} and {other.name}")
        name = f"{self.name} and {other.name}"
        return Grammar(name if len(name) <= 150 else name[:147] + "...", automaton)

    def save(self, path: str | Path) -> int:
        """Write the compiled grammar to a file, and return its size in bytes.

        Raises GrammarError for a file that cannot be written.
        """
        data = grammar_file.pack(self.name, self.automaton)
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            raise GrammarError(f"cannot write the grammar {path}: {error.strerror or error}") from None
        return len(data)

    def accepts(self, code: str) -> bool:
        """Tell whether the code, separators included, is one of the grammar's; the empty text never is."""
        return self.automaton.accepts(code)


def _misplaced_separator(automaton: Automaton) -> bool:
    """Tell whether a separator is not between two characters: nothing on the strip would tell where it stands."""
    separators = automaton.symbol >= len(automaton.symbols) - len(SEPARATORS)
    begins, ends = automaton.source[separators], automaton.destination[separators]
    return bool(np.any(begins == 0) or np.any(automaton.final[ends]) or np.isin(ends, begins).any())
