"""The fields that a verifier is measured on: none of them took part in its training or in the choice of its weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.verifier.crops import LONGEST, numbers
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.normalize import normalize
from device_runtime.image.prepare import prepared
from device_runtime.types import Strip
from train.data.collections import Collections
from train.data.labelled import folder_strips
from train.synthesis.shards import Shard

NUMBER = rf"\d{{1,{LONGEST}}}"
Strips = Sequence[tuple[Strip, str]]


@dataclass(frozen=True)
class Set:
    """Strips with what stands in them.

    Attributes:
        name: of the set.
        strips: with their codes.
        grammar: what is looked for in them.
    """

    name: str
    strips: Strips
    grammar: Grammar


def number_grammar(alphabet: str) -> Grammar:
    """Numbers of one to eight digits."""
    return Grammar.from_pattern(NUMBER, alphabet)


def written_apart(apart: Collections) -> frozenset[str]:
    """The numbers of the real strings that were kept apart.

    Held-out strips show these strings photographed anew. A weight must not be chosen on them and then be measured on
    them.
    """
    return frozenset(apart.strings.digits)


def unseen(data: Path, apart: Collections, held_out: Shard, alphabet: str) -> list[Set]:
    """The sets: clinic cells and notaries' numbers kept apart, check amounts, printed lines, generated strips.

    Args:
        data: folder with check_amounts and printed_postcode_lines.
        apart: strings that nothing was trained on.
        held_out: generated strips by writers that nothing was trained on.
        alphabet: of the scanner.

    Raises:
        PosteyeError: a folder cannot be read.
    """
    number, printed = number_grammar(alphabet), Grammar.chosen("MY", None, None, alphabet)
    assert printed is not None
    strings = apart.strings
    images = [cut.image for cut in strings.cuts]
    sets = [
        Set(name, _normalized(images[rows], strings.digits[rows]), number)
        for name, rows in (("clinic", slice(0, strings.cells)), ("notaries", slice(strings.cells, None)))
    ]
    for name, folder, grammar in (
        ("amounts", "check_amounts", number),
        ("printed", "printed_postcode_lines", printed),
    ):
        found = folder_strips(data / folder)
        sets.append(Set(name, list(zip(found.strips, found.codes, strict=True)), grammar))
    return [*sets, Set("generated", list(numbers(held_out)), number)]


def _normalized(images: Iterable[NDArray[np.uint8]], digits: Iterable[str]) -> Strips:
    return [
        (normalize(prepared(image)), number)
        for image, number in zip(images, digits, strict=True)
        if len(number) <= LONGEST
    ]
