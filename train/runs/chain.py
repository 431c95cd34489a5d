"""The trainings that a preset stands for: its own, after those of the presets that it goes on from.

Needs no torch, so that `posteye train --check` tells the time of all where it is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from train.duration import duration
from train.runs.recipe import PRESETS, Recipe, seconds

_OF_ALL = ("bfloat16",)  # a matter of the processor, not of one training


@dataclass(frozen=True)
class Link:
    """One training of a chain.

    Attributes:
        preset: its name.
        recipe: what it trains by: the preset's, or one that differs by options.
        folder: of its run.
        start: what it goes on from; None begins at random.
    """

    preset: str
    recipe: Recipe
    folder: Path
    start: Path | None


def chain(
    preset: str, out: Path, start: Path | None = None, options: Mapping[str, Any] = MappingProxyType({})
) -> tuple[Link, ...]:
    """The trainings that end in a preset's net, in their order.

    Those that it goes on from keep their own recipes, but for `bfloat16`, and have folders of their names below `out`.

    Args:
        preset: name of the last one.
        out: folder of the last one's run.
        start: what the last one goes on from; None trains all before it, too.
        options: what is other in the last one's recipe, by attribute.
    """
    names = [preset]
    while start is None and (before := PRESETS[names[0]].after):
        names.insert(0, before)
    shared = {name: value for name, value in options.items() if name in _OF_ALL}
    links: list[Link] = []
    for name in names:
        last = name == preset
        recipe = replace(PRESETS[name].recipe, **(options if last else shared))
        begin = links[-1].folder if links else start
        links.append(Link(name, recipe, out if last else out / name, begin))
    return tuple(links)


def disk_mb(links: Sequence[Link]) -> int:
    """What all runs of a chain take on the disk."""
    return sum(PRESETS[link.preset].disk_mb for link in links)


def about(links: Sequence[Link], bfloat16: bool) -> list[str]:
    """The time and the disk that a chain takes, for people; and how it is quicker, where the processor asks for it.

    Args:
        links: of the chain.
        bfloat16: whether the processor multiplies bfloat16 itself.
    """
    said = [f"{links[-1].preset}: {_costs(links, bfloat16)}"]
    plain = [replace(link, recipe=replace(link.recipe, bfloat16=False)) for link in links]
    if not bfloat16 and plain != list(links):
        said.append(f"this processor has no bfloat16; with --no-bfloat16 {_costs(plain, bfloat16)}")
    return said


def _costs(links: Sequence[Link], bfloat16: bool) -> str:
    times = [seconds(link.recipe, bfloat16) for link in links]
    before = [f"{duration(time)} for {link.preset}" for time, link in zip(times, links[:-1], strict=False)]
    counted = f", of it {' and '.join(before)}, which it goes on from" if before else ""
    return f"about {duration(sum(times))} on two cores and {disk_mb(links) / 1000:g} GB{counted}"
