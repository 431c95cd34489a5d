"""Addresses: codes that the country's grammar reads, in their place, and none where none is wanted."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.grammar.grammar import Grammar
from train.synthesis.pieces.address import numbers
from train.synthesis.pieces.address.address import address, code_of
from train.synthesis.pieces.address.countries import FORMATS, LETTERED
from train.synthesis.pieces.address.text import Token, fill, plain

READ = tuple(country for country in FORMATS if country not in LETTERED)


@pytest.mark.parametrize("country", READ)
def test_codes_are_those_of_the_grammar(country: str) -> None:
    random = np.random.default_rng(1)
    grammar = Grammar.from_country(country)
    assert all(grammar.accepts(code_of(random, country)) for _ in range(60))


@pytest.mark.parametrize("country", FORMATS)
@pytest.mark.parametrize("coded", [True, False])
def test_an_address_has_its_code_once_or_not_at_all(country: str, coded: bool) -> None:
    random = np.random.default_rng(2)
    for _ in range(60):
        made = address(random, country, "sender", coded=coded)
        tokens = [token for line in made.lines for token in line if token.role == "sender"]
        assert [token.text for token in tokens] == ([made.code] if coded else [])


def test_an_address_without_a_code_has_no_leftovers_of_one() -> None:
    random = np.random.default_rng(3)
    for country in FORMATS:
        for _ in range(40):
            lines = [plain(line) for line in address(random, country, "destination", coded=False).lines]
            assert not any(mark in line for line in lines for mark in ("PIN", "CEP", "()", "D-", "{", "C.P. ,"))
            assert all(line.strip() == line and line for line in lines)


def test_codes_written_with_letters_are_no_destination() -> None:
    random = np.random.default_rng(4)
    for role, owner in (("destination", "other"), ("sender", "sender")):
        made = address(random, "NL", role, coded=True)  # type: ignore[arg-type]
        found = [token for line in made.lines for token in line if token.kind == "lettered"]
        assert [token.role for token in found] == [owner]


def test_a_template_is_filled_with_numbers_and_words() -> None:
    line = fill("No. {n}, {way}", {"n": Token("12", "house"), "way": "Jalan"})
    assert plain(line) == "No. 12, Jalan"
    assert [token.text for token in line if token.kind == "house"] == ["12"]
    with pytest.raises(KeyError):
        fill("{other}", {})


def test_forms_are_filled_with_digits() -> None:
    random = np.random.default_rng(5)
    for form in ("N#", "N", "##-###", "BLZ ###", "N ABNA N#"):
        text = numbers.digits(random, form)
        assert len(text) == len(form) and "#" not in text
    assert {numbers.digits(random, "N")[0] for _ in range(200)} == set("123456789")
    assert "ABNA" in numbers.digits(random, "ABNA ##")


def test_tracking_numbers_are_longer_than_asked() -> None:
    random = np.random.default_rng(6)
    for _ in range(50):
        text = numbers.tracking(random, longer_than=9).text
        assert sum(char.isdigit() for char in text) > 9
