"""The table of countries: every example is read by its country's grammar, and unknown ones are answered well."""

from __future__ import annotations

import re

import pytest

from device_runtime.errors import GrammarError
from device_runtime.grammar.automaton import LONGEST_CODE
from device_runtime.grammar.countries import Country, countries, country_pattern
from device_runtime.grammar.grammar import Grammar

READABLE = [country for country in countries().values() if country.pattern]


@pytest.mark.parametrize("country", READABLE, ids=lambda country: country.code)
def test_a_country_reads_its_examples(country: Country) -> None:
    grammar = Grammar.from_country(country.code)
    assert country.examples
    for example in country.examples:
        assert re.fullmatch(r"[0-9]+([ -][0-9]+)*", example)
        assert grammar.accepts(example), example
        assert re.fullmatch(country.pattern, example)
        assert not grammar.accepts(example + "0" * LONGEST_CODE) and not grammar.accepts(example[:2])


def test_how_many_countries_there_are() -> None:
    lettered = [country for country in countries().values() if country.examples and not country.pattern]
    assert len(countries()) == 252
    # Of the source's 181 forms 148 have no letters, and in 9 the letters are a prefix.
    assert len(READABLE) == 148 + 9
    assert len(lettered) == 24
    assert all(re.fullmatch("[A-Z]{2}", code) and country.code == code for code, country in countries().items())


def test_letters_before_the_code_are_no_part_of_it() -> None:
    assert (countries()["LV"].prefix, countries()["LV"].pattern) == ("LV-", r"\d{4}")
    assert (countries()["CH"].prefix, countries()["CH"].pattern) == ("CH-", r"\d{4}")
    assert (countries()["AD"].prefix, countries()["AD"].examples[0]) == ("AD", "100")
    assert countries()["KY"].pattern == r"\d-\d{4}"


@pytest.mark.parametrize(
    ("country", "message"),
    [
        ("GB", r"codes of GB \(UNITED KINGDOM\) have letters \(EC1Y 8SY\)"),
        ("ca", r"codes of CA \(CANADA\) have letters"),
        ("NL", r"have letters \(1234 AB\)"),
        ("IE", "have letters"),
        ("MU", r"codes of MU \(MAURITIUS\) may have letters"),
        ("HK", "no postal codes are known of HK"),
        ("DEU", r"unknown country 'DEU'; did you mean DE \(GERMANY\)\? `posteye grammar --list`"),
        ("Swedn", r"did you mean SE \(SWEDEN\)"),
        ("germany", r"did you mean DE \(GERMANY\)\?"),
        ("XX", r"unknown country 'XX'; did you mean .*M?X"),
        ("", "unknown country ''; `posteye"),
        ("1" * 5000, "unknown country '1111"),
        ("a\nb", r"unknown country 'a\\nb'"),
    ],
)
def test_what_is_not_known_is_said_in_one_line(country: str, message: str) -> None:
    with pytest.raises(GrammarError, match=message) as caught:
        country_pattern(country)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250
