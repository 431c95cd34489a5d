"""The strings on which decoding is measured, and the grammars that they are read with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from benchmarks.decoding import lexicons
from benchmarks.decoding.strings import drawn_codes, load_strings, make
from benchmarks.figures.figure import GENERATOR
from benchmarks.figures.provenance import code_hash
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.types import Strip
from train.data.labelled import Labeled, folder_strips
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.scanner.postprocess import one_number
from train.synthesis import SHARD_STRIPS
from train.synthesis.shards import load_shard, make_shard, save_shard

GENERATED = ("us", "de")
_FIVE = r"\d{5}"
_SEEDS = {"us": 1, "de": 2}
_MIXED_SEED = 11


@dataclass(frozen=True)
class Sources:
    """Where strings and lexicons are kept, and what they come from.

    Attributes:
        folder: Holds what is made.
        writers: QMNIST label files.
        amounts: Folder of labelled amounts; None leaves them out.
        printed: Folder of labelled printed lines; None leaves them out.
        count: Strings of each generated set.
        processes: How many write strings.
    """

    folder: Path
    writers: Path | None
    amounts: Path | None
    printed: Path | None
    count: int
    processes: int

    def lexicon(self, country: str) -> Path:
        """The list of a country's codes, made on the first call."""
        path = self.folder / f"{country}.txt"
        if not path.exists():
            installed = lexicons.installed()
            texts = {"my": "".join(f"{code}\n" for code in _malaysian_codes(installed))}
            path.write_text(texts[country] if country in texts else lexicons.lists(installed)[country])
        return path

    def generated(self, country: str) -> Labeled:
        """Codes of a country written with test digits, made on the first call.

        Raises:
            PosteyeError: There are no writers to make them with, or the file has too few strings.
        """
        path = self.folder / f"{country}-{_generator()}.npz"
        if not path.exists():
            if self.writers is None:
                raise PosteyeError(f"{path} is missing; give --writers to make it")
            codes = drawn_codes(self.lexicon(country), self.count, _SEEDS[country])
            save_shard(
                make(writers_of(load_mnist(None, self.writers).test), codes, _SEEDS[country], self.processes), path
            )
        data = load_strings(path)
        if len(data.codes) < self.count:
            raise PosteyeError(f"{path} holds {len(data.codes)} strings, not {self.count}; delete it to make more")
        return Labeled(data.strips[: self.count], data.codes[: self.count], data.names[: self.count])

    def mixed(self) -> Labeled:
        """Fields of all kinds by test writers, print among them, made on the first call; those that hold one number.

        Raises:
            PosteyeError: There are no writers to make them with.
        """
        found: list[tuple[Strip, str]] = []
        for part in range(-(-self.count // SHARD_STRIPS)):
            path = self.folder / f"mixed-{part}-{_generator()}.npz"
            if not path.exists():
                if self.writers is None:
                    raise PosteyeError(f"{path} is missing; give --writers to make it")
                save_shard(make_shard(writers_of(load_mnist(None, self.writers).test), _MIXED_SEED, part), path)
            pixels, codes = one_number(load_shard(path))
            found += [(Strip(p, np.eye(2, 3), True), code) for p, code in zip(pixels, codes, strict=True)]
        found = found[: self.count]
        return Labeled([strip for strip, _ in found], [c for _, c in found], [f"mixed-{i}" for i in range(len(found))])


@dataclass(frozen=True)
class Task:
    """A set of strings and how it is read.

    Attributes:
        title: For the tables.
        strings: Makes the set.
        form: The grammar for a string, given its truth.
        lexicon: Makes the grammar that also knows which codes there are; None where nothing lists them.
    """

    title: str
    strings: Callable[[], Labeled]
    form: Callable[[str], Grammar]
    lexicon: Callable[[], Grammar] | None


def tasks(sources: Sources) -> dict[str, Task]:
    """All that is measured, by name."""
    found = {}
    if sources.amounts:
        amounts = cache(partial(folder_strips, sources.amounts))
        found["amounts"] = Task(r"check amounts, `\d{1,8}`", amounts, lambda _: _pattern(r"\d{1,8}"), None)
        found["amounts-length"] = Task("check amounts, length known", amounts, _of_length, None)
    if sources.printed:
        strings = partial(folder_strips, sources.printed)
        found["printed"] = Task("printed postcode lines", strings, _five, partial(_listed, sources, "my"))
    mixed = cache(sources.mixed)
    found["mixed"] = Task(r"generated fields of all kinds, `\d{1,9}`", mixed, lambda _: _pattern(r"\d{1,9}"), None)
    found["mixed-length"] = Task("generated fields of all kinds, length known", mixed, _of_length, None)
    for country in GENERATED:
        title = f"generated {country.upper()} codes"
        strings = partial(sources.generated, country)
        found[country] = Task(title, strings, _five, partial(_listed, sources, country))
    return found


@cache
def _generator() -> str:
    """What decides how strings come out, as a part of files' names: those of another generator are not read."""
    return code_hash(GENERATOR)[:8]


@cache
def _pattern(pattern: str) -> Grammar:
    return Grammar.from_pattern(pattern)


def _five(_: str) -> Grammar:
    return _pattern(_FIVE)


def _of_length(truth: str) -> Grammar:
    return _pattern(rf"\d{{{len(truth)}}}")


def _listed(sources: Sources, country: str) -> Grammar:
    return Grammar.from_file(sources.lexicon(country))


def _malaysian_codes(installed: Path) -> list[str]:
    places = installed / "countrystatecity_postal_codes" / "data" / "by-country" / "MY" / "postcodes.json"
    return sorted({place["code"] for place in json.loads(places.read_text("utf-8"))})
