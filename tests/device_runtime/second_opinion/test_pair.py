"""Posteriors of codes on any lattice, and the belief of two recognisers together."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import Grammar
from device_runtime.second_opinion.pair import posteriors, together
from tests.small_lattices import ALPHABET, random_lattice


@pytest.mark.parametrize("pattern", ["[012]{2}", "0[12]|12?|2{3}"])
@pytest.mark.parametrize("seed", range(4))
def test_codes_found_have_the_posteriors_that_the_decoder_gives_them(pattern: str, seed: int) -> None:
    lattice = random_lattice(seed, 9)
    many, few = (Decoder(Grammar.from_pattern(pattern, ALPHABET), ALPHABET, n) for n in (12, 1))
    all_found = many.decode(lattice)
    codes = [candidate.code for candidate in all_found.candidates]
    # Also those that a search for one code did not bring up.
    found = posteriors(few, lattice, few.decode(lattice), codes)
    expected = [candidate.confidence for candidate in all_found.candidates]
    # Where the decoder adds up only what it finds, one that finds less divides by a little less.
    assert found[0] == pytest.approx(expected[0], rel=0.1)
    assert [mine / found[0] for mine in found] == pytest.approx([one / expected[0] for one in expected], rel=1e-6)


def test_the_counts_of_a_list_weigh_its_codes_as_in_the_decoder(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("01\t900\n12\t9\n20\t90\n")
    decoder = Decoder(Grammar.from_file(tmp_path / "list", ALPHABET), ALPHABET, 3)
    lattice = random_lattice(3, 8)
    found = decoder.decode(lattice)
    assert len(found.candidates) == 3
    codes = [candidate.code for candidate in found.candidates]
    expected = [candidate.confidence for candidate in found.candidates]
    assert posteriors(decoder, lattice, found, codes) == pytest.approx(expected, rel=1e-6)


def test_what_is_no_code_of_the_grammar_is_refused() -> None:
    lattice, decoder = random_lattice(1, 8), Decoder(Grammar.from_pattern("01|12", ALPHABET), ALPHABET)
    with pytest.raises(ValueError, match="'22' is no code"):
        posteriors(decoder, lattice, decoder.decode(lattice), ["22"])


def test_nothing_found_is_nothing_believed() -> None:
    lattice, decoder = random_lattice(1, 2), Decoder(Grammar.from_pattern("0101010", ALPHABET), ALPHABET)
    found = decoder.decode(lattice)
    assert not found.candidates
    assert posteriors(decoder, lattice, found, ["0101010"]) == [0.0]


def test_agreement_is_believed_more_than_either_alone_is_doubted() -> None:
    assert together([0.8, 0.1], [0.8, 0.1])[0] == pytest.approx(0.8)
    both = together([0.7, 0.2], [0.99, 0.0])
    assert both[0] > 0.95 and both[0] > both[1]


def test_two_sure_recognisers_that_disagree_are_not_believed() -> None:
    assert max(together([0.999, 0.0], [0.0, 0.999])) < 0.6
    assert max(together([0.999, 0.0], [0.0, 0.9])) < 0.95


def test_the_order_of_the_recognisers_is_of_no_importance_and_belief_is_a_share() -> None:
    ours, theirs = [0.5, 0.3, 0.1], [0.05, 0.9, 0.0]
    found = together(ours, theirs)
    assert found == together(theirs, ours) and 0 < sum(found) <= 1
