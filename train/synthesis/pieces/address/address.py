"""Addresses: the lines of a destination or a sender, with the numbers in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from device_runtime.types import Role
from train.synthesis.pieces.address import names
from train.synthesis.pieces.address.countries import FORMATS, LETTERED
from train.synthesis.pieces.address.format import Format
from train.synthesis.pieces.address.numbers import digits
from train.synthesis.pieces.address.text import Line, Token, fill
from train.synthesis.pieces.draws import any_of

BOX_SHARE, FIRM_SHARE, USUAL_PLACE_SHARE, COUNTRY_LINE_SHARE = 0.14, 0.35, 0.55, 0.12
# A code in a template with what only stands beside a code.
_CODE = re.compile(r"(?:(?:PIN:?|CEP|C\.P\.) |[A-Z]{1,2} ?- ?|\()?\{code\}\)?(?: AB| KL|GX| BP)?[ -]*")


@dataclass(frozen=True)
class Address:
    """An address.

    Attributes:
        lines: from the name down.
        code: as it is written in them, or elsewhere for an address whose lines do without.
    """

    lines: tuple[Line, ...]
    code: str


def code_of(random: np.random.Generator, country: str) -> str:
    """Draw a code of a country as it is written there."""
    return digits(random, any_of(random, FORMATS[country].codes))


def address(
    random: np.random.Generator, country: str, role: Role, *, coded: bool = True, digits_alike: int | None = None
) -> Address:
    """Draw an address.

    Args:
        random: source of all draws.
        country: ISO code, one of FORMATS.
        role: "destination" or "sender", of its code.
        coded: whether the code stands in its lines.
        digits_alike: how many digits the number of its box or house has; None = as is usual.
    """
    form = FORMATS[country]
    code = code_of(random, country)
    lettered = country in LETTERED
    owner: Role = "other" if lettered and role == "destination" else role
    values = _values(random, form, Token(code, "lettered" if lettered else role, owner))
    # The name, the street or the box, the place in the country's order, and its name on mail from abroad.
    lines: list[Line] = [(Token(line),) for line in _names(random)]
    lines.append(_street(random, form, values) if digits_alike is None else _alike(random, form, values, digits_alike))
    place = form.places[0] if random.random() < USUAL_PLACE_SHARE else any_of(random, form.places)
    for template in place.split("|"):
        kept = template if coded else _CODE.sub("", template).strip(" -,")
        if kept:
            lines.append(fill(kept, values))
    if random.random() < COUNTRY_LINE_SHARE:
        lines.append((Token(form.name),))
    return Address(tuple(lines), code)


def _values(random: np.random.Generator, form: Format, code: Token) -> dict[str, str | Token]:
    town = any_of(random, form.towns)
    return {
        "code": code,
        "town": town,
        "TOWN": town.upper(),
        "st": any_of(random, form.states),
        "way": any_of(random, form.ways),
        "house": Token(digits(random, any_of(random, form.houses)), "house"),
        "flat": Token(str(random.integers(1, 40)), "house"),
        "box": Token(digits(random, any_of(random, ("N##", "N###"))), "box"),
    }


def _names(random: np.random.Generator) -> list[str]:
    if random.random() >= FIRM_SHARE:
        return [names.person(random)]
    below = random.random()
    second = names.person(random) if below < 0.3 else names.part_of_firm(random) if below < 0.5 else ""
    return [name for name in (names.firm(random), second) if name]


def _alike(random: np.random.Generator, form: Format, values: dict[str, str | Token], count: int) -> Line:
    """A box or a house whose number has as many digits as a code."""
    number = digits(random, "N" + "#" * (count - 1))
    if random.random() < 0.6:
        template = any_of(random, form.boxes).partition("=")[0]
        return fill(template, values | {"box": Token(number, "box")})
    return fill(any_of(random, form.streets), values | {"house": Token(number, "house")})


def _street(random: np.random.Generator, form: Format, values: dict[str, str | Token]) -> Line:
    if random.random() < BOX_SHARE:
        template, _, number = any_of(random, form.boxes).partition("=")
        return fill(template, values | {"box": Token(digits(random, number), "box")})
    return fill(any_of(random, form.streets), values)
