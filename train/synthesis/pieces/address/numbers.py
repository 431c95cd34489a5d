"""The other numbers of mail: phones, dates, amounts, accounts, tracking and customer numbers."""

from __future__ import annotations

import numpy as np

from train.synthesis.pieces.address.text import Line, Token, fill
from train.synthesis.pieces.draws import any_of

_DIGITS = "0123456789"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAI", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PHONES = (
    ("Tel. {n}", "0## ######"), ("Tel: {n}", "+## ## ### ## ##"), ("Tel {n}", "0# ## ## ## ##"),
    ("Phone {n}", "(###) ###-####"), ("Fax {n}", "0### / ### ###"), ("T {n}", "+## (0)## #####"),
    ("{n}", "0###-######"), ("Tel.: {n}", "##/#######"), ("Hotline {n}", "0800 #####"), ("Telefax {n}", "0#### #####"),
)  # fmt: skip
_CUSTOMERS = (
    ("Kundennummer {n}", "########"), ("Kd.-Nr. {n}", "######"), ("Réf. client : {n}", "# ### ###"),
    ("Customer No. {n}", "#####"), ("Ref. {n}", "##/####"), ("Nº {n}", "######"), ("Compte {n}", "#####"),
    ("Az. {n}", "## ## - ###/##"), ("Konto {n}", "### ### ###"), ("BLZ {n}", "### ### ##"), ("Ser. {n}", "####"),
    ("Unser Zeichen {n}", "##.###"), ("ID {n}", "#######"),
)  # fmt: skip
_TRACKING = (
    "## #### #### ####", "##########", "############", "RR### ### ###DE", "#### #### #### #### ####", "1Z### ### ####",
    "##.###.###.###", "JJD#### #### ####", "##############", "(00) # ####### #########",
)  # fmt: skip
_ACCOUNTS = (
    "DE## #### #### #### #### ##", "FR## #### #### #### #### #### ###", "CH## #### #### #### #### #",
    "AT## #### #### #### ####", "NL## ABNA #### #### ##", "##-######-#", "BE## #### #### ####",
    "GB## BUKB #### #### #### ##",
)  # fmt: skip


def digits(random: np.random.Generator, form: str) -> str:
    """Fill a form with random digits: `#` becomes a digit, `N` one from 1 to 9 where a digit or the end follows."""
    out = []
    for index, char in enumerate(form):
        first = char == "N" and (index + 1 == len(form) or form[index + 1] in "#- ")
        out.append(_DIGITS[int(random.integers(first, 10))] if char == "#" or first else char)
    return "".join(out)


def phone(random: np.random.Generator) -> Line:
    """A line with a phone or fax number."""
    template, form = any_of(random, _PHONES)
    return fill(template, {"n": Token(digits(random, form), "phone")})


def customer(random: np.random.Generator) -> Line:
    """A line with a customer's, file's or account's short number."""
    template, form = any_of(random, _CUSTOMERS)
    return fill(template, {"n": Token(digits(random, form), "customer")})


def tracking(random: np.random.Generator, longer_than: int = 0) -> Token:
    """A tracking number.

    Args:
        random: source of all draws.
        longer_than: it has more digits than this.
    """
    forms = [form for form in _TRACKING if form.count("#") > longer_than]
    return Token(digits(random, any_of(random, forms)), "tracking")


def account(random: np.random.Generator) -> Line:
    """A line with a bank account's number."""
    template = any_of(random, ("IBAN: {n}", "IBAN {n}", "{n}", "Konto: {n}"))
    return fill(template, {"n": Token(digits(random, any_of(random, _ACCOUNTS)), "account")})


def date(random: np.random.Generator) -> Token:
    """A date of the last decades."""
    day, month = int(random.integers(1, 29)), int(random.integers(1, 13))
    year = int(random.integers(1985, 2027))
    short = f"{year % 100:02d}"
    forms = (
        f"{day:02d}.{month:02d}.{year}", f"{day}.{month}.{short}", f"{day:02d}/{month:02d}/{year}",
        f"{year}-{month:02d}-{day:02d}", f"{day:02d} {_MONTHS[month - 1]} {year}", f"{day}. {month}. {year}",
        f"{day:02d}-{month:02d}-{short}", f"{month:02d}/{day:02d}/{short}",
    )  # fmt: skip
    return Token(any_of(random, forms), "date")


def amount(random: np.random.Generator) -> Token:
    """An amount of money, without its currency."""
    whole = int(10 ** random.uniform(0, 4.3))
    cents = int(random.integers(0, 100))
    mark = any_of(random, (",", "."))
    grouped = f"{whole:,}".replace(",", any_of(random, (" ", "'", "." if mark == "," else ",")))
    return Token(any_of(random, (f"{whole}{mark}{cents:02d}", f"{grouped}{mark}{cents:02d}")), "amount")
