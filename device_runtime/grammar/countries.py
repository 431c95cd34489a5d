"""The form of the postal codes of each country, from a table that `python -m convert.country_table` builds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from device_runtime.errors import GrammarError

TABLE = Path(__file__).with_name("countries.tsv")


@dataclass(frozen=True)
class Country:
    """A country and its postal codes.

    Attributes:
        code: ISO 3166-1 alpha-2.
        name: in capitals, "" if the source has none.
        prefix: letters that are often written before the code and are not part of it ("CH-").
        pattern: form of the codes, "" if they have letters or there are none.
        examples: real codes without the prefix; none if no codes are known.
        order: where the code stands on its line of an address: "before" the town, "after" it, "alone"; "" if unknown.
    """

    code: str
    name: str
    prefix: str
    pattern: str
    examples: tuple[str, ...]
    order: str


@cache
def countries() -> dict[str, Country]:
    """Return every country of the table by its code, in order."""
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {
        code: Country(code, name, prefix, pattern, tuple(filter(None, examples.split(","))), order)
        for code, name, prefix, pattern, examples, order in rows
    }


def country_pattern(country: str) -> str:
    """Return the form of a country's codes as a pattern of digits and separators.

    Args:
        country: its two letters, in either case.

    Raises:
        GrammarError: the country is not known (the message names those that are near), its codes have letters, or it
            has
            no codes.
    """
    found = countries().get(country.strip().upper())
    if found is None:
        raise GrammarError(f"unknown country {country!r:.60}{_near(country)} `posteye grammar --list` shows all")
    called = f"{found.code} ({found.name})" if found.name else found.code
    if found.pattern:
        return found.pattern
    if found.examples:
        lettered = [example for example in found.examples if any(char.isalpha() for char in example)]
        have = f"have letters ({lettered[0]})" if lettered else "may have letters"
        raise GrammarError(f"codes of {called} {have}, and this model reads digits")
    raise GrammarError(f"no postal codes are known of {called}; give the form with --pattern")


def _near(country: str) -> str:
    """Suggest up to three countries of a similar name or code."""
    import difflib  # here, as few calls need it

    wanted = country.strip().upper()[:60]
    near = [c.code for c in countries().values() if len(wanted) > 3 and wanted in c.name]
    if not near and len(wanted) == 2:  # those with one letter in common
        near = difflib.get_close_matches(wanted, [c.code for c in countries().values() if c.pattern], cutoff=0.5)
    elif not near:
        called = {c.name: c.code for c in countries().values()} | {code: code for code in countries()}
        near = [called[match] for match in difflib.get_close_matches(wanted, called)]
    shown = [f"{code} ({countries()[code].name})" for code in dict.fromkeys(near[:3])]
    return f"; did you mean {' or '.join(shown)}?" if shown else ";"
