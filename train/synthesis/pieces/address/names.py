"""Names of people and firms that nobody in particular bears."""

from __future__ import annotations

import numpy as np

from train.synthesis.pieces.draws import any_of
from train.synthesis.writing.typeset import random_word

_FIRST = (
    "Anna", "Jonas", "Marie", "Lukas", "Sofia", "Peter", "Elena", "Paul", "Ingrid", "Tomas", "Julia", "Erik", "Laura",
    "Marco", "Clara", "Hugo", "Nina", "Felix", "Rosa", "Victor", "Maya", "Ahmad", "Priya", "Joao", "Emma", "Oskar",
)  # fmt: skip
_LAST = (
    "Muster", "Beispiel", "Sample", "Exemple", "Modelo", "Berg", "Novak", "Lind", "Rossi", "Garcia", "Martin", "Kowal",
    "Hansen", "Virtanen", "Nagy", "Silva", "Smith", "Keller", "Dupont", "Jansen", "Wolf", "Winter", "Sommer", "Baker",
)  # fmt: skip
_TITLES = ("", "", "", "", "Herrn ", "Frau ", "Mme ", "M. ", "Mr ", "Mrs ", "Sig. ", "Dr. ", "Familie ", "An ")
_FIRMS = ("GmbH", "AG", "S.A.", "SARL", "Ltd", "AB", "Inc.", "S.p.A.", "A/S", "Oy", "Sp. z o.o.", "& Co. KG", "e.V.")
_TRADES = (
    "Versand", "Bank", "Verlag", "Office", "Textil", "Service", "Stadtwerke", "Museum", "Optik", "Handel", "Studio",
    "Insurance", "Energie", "Atelier", "Caisse", "Media", "Garden", "Books", "Parts", "Telecom", "Clinic",
)  # fmt: skip
_PARTS = ("Abt. Einkauf", "Service client", "Buchhaltung", "c/o Sommer", "Customer Service", "z.Hd. Frau Berg", "HR")
_WORDS = (
    "and", "the", "Sie", "wir", "vous", "pour", "Ihre", "Rechnung", "bitte", "invoice", "order", "delivery", "avec",
    "our", "Vertrag", "nous", "Zahlung", "merci", "date", "von", "dem", "service", "please", "account", "Betrag", "les",
)  # fmt: skip


def person(random: np.random.Generator) -> str:
    """A person's name, with a title at times."""
    last = any_of(random, _LAST) if random.random() < 0.7 else random_word(random, int(random.integers(4, 9))).title()
    return f"{any_of(random, _TITLES)}{any_of(random, _FIRST)} {last}"


def firm(random: np.random.Generator) -> str:
    """A firm's name."""
    name = random_word(random, int(random.integers(4, 8))).title() if random.random() < 0.6 else any_of(random, _LAST)
    return f"{name} {any_of(random, _TRADES)} {any_of(random, _FIRMS)}"


def part_of_firm(random: np.random.Generator) -> str:
    """The line below a firm's name."""
    return any_of(random, _PARTS)


def sentence(random: np.random.Generator, characters: int) -> str:
    """Running text about so long, of words in several languages and words that mean nothing."""
    words: list[str] = []
    while sum(map(len, words)) + len(words) < characters:
        common = random.random() < 0.6
        words.append(any_of(random, _WORDS) if common else random_word(random, int(random.integers(3, 10))).lower())
    return " ".join(words).capitalize() + any_of(random, (".", "", ",", "."))
